// What goes on in the home that pictures are made of: two small repositories, and the work of a day in them.
import { call, commit, edit, type Reply, read, say, shell, write } from "../support/model-script.ts";

export const REPOSITORIES: Record<string, { files: Record<string, string>; gate: string }> = {
  storefront: {
    gate: "node --test",
    files: {
      "README.md": "# Storefront\n\nWhat customers see: catalogue, cart, account.\n",
      "package.json": '{\n  "name": "storefront",\n  "type": "module",\n  "scripts": { "test": "node --test" }\n}\n',
      "src/account.js": `const ADDRESS = /^[a-z0-9._]+@[a-z0-9.-]+$/i;

export function isAddress(text) {
  return ADDRESS.test(text);
}

export function orders(account, all) {
  return all.filter((order) => order.account === account);
}
`,
      "src/cart.js": `export function total(lines) {
  return lines.reduce((sum, line) => sum + Math.round(line.price * line.count), 0);
}
`,
      "src/search.js": `import { items } from "./catalogue.js";

export function search(words) {
  return items.filter((item) => words.every((word) => item.name.includes(word)));
}
`,
      "src/catalogue.js": 'export const items = [{ name: "blue mug" }, { name: "red mug" }, { name: "tea pot" }];\n',
      "test/search.test.js": `import assert from "node:assert";
import { test } from "node:test";
import { search } from "../src/search.js";

test("finds by every word", () => assert.equal(search(["mug"]).length, 2));
`,
    },
  },
  "billing-api": {
    gate: "node --test",
    files: {
      "README.md": "# Billing API\n\nInvoices, taxes, webhooks.\n",
      "package.json": '{\n  "name": "billing-api",\n  "type": "module",\n  "scripts": { "e2e": "node tools/e2e.js" }\n}\n',
      // Runs for as long as anybody looks at it.
      "tools/e2e.js": "setTimeout(() => console.log('passed'), 3_600_000);\n",
      "src/invoice.js": `import { rateOf } from "./tax.js";

export function totals(lines, country) {
  const net = lines.reduce((sum, line) => sum + line.cents * line.count, 0);
  const tax = Math.round(net * rateOf(country));
  return { net, tax, gross: net + tax };
}
`,
      "src/tax.js": "const RATES = { de: 0.19, fr: 0.2, es: 0.21 };\n\nexport const rateOf = (country) => RATES[country];\n",
      "src/webhook.js": `export async function deliver(post, event) {
  const answer = await post(event);
  if (!answer.ok) throw new Error(\`The receiver said \${answer.status}.\`);
}
`,
      "test/invoice.test.js": `import assert from "node:assert";
import { test } from "node:test";
import { totals } from "../src/invoice.js";

test("adds the tax", () => assert.equal(totals([{ cents: 1000, count: 2 }], "de").gross, 2380));
`,
    },
  },
};

/** Where a task of the story is when the picture is made. */
export type Chapter = "merged" | "no_change" | "rejected" | "failed" | "approving" | "working" | "asking" | "queued" | "paused" | "outside";

export type StoryTask = {
  title: string;
  project: string;
  prompt: string;
  kind: string;
  priority?: string;
  chapter: Chapter;
  /** Where the prompt is from, if it is not the person's own. */
  source?: string;
  /** The title of a task that is to be done before. */
  after?: string;
  steps: Reply[];
};

/** Tokens of a conversation of some length, so that it costs what such work costs. */
const long = { usage: { input_tokens: 2_400, output_tokens: 1_900, cache_creation_input_tokens: 18_000, cache_read_input_tokens: 96_000 } };

/** The model has begun to answer and is not done. */
const thinking = (text: string): Reply => say(text, { until: "the picture is made" });

/** In the order in which they are created. Those that end go first. */
export const STORY: readonly StoryTask[] = [
  {
    title: "Accept addresses with a plus sign at login",
    project: "storefront",
    kind: "bugfix",
    priority: "high",
    chapter: "merged",
    prompt: "Customers whose address has a plus sign, such as ada+shop@example.org, cannot log in. Accept what the mail servers accept.",
    steps: [
      { ...say("I look at how addresses are checked."), ...read("src/account.js"), ...long },
      edit("src/account.js", "[a-z0-9._]+@", "[a-z0-9._+-]+@"),
      write(
        "test/account.test.js",
        'import assert from "node:assert";\nimport { test } from "node:test";\nimport { isAddress } from "../src/account.js";\n\ntest("takes a plus sign", () => assert(isAddress("ada+shop@example.org")));\n',
      ),
      shell("node --test"),
      commit("Accept a plus sign in addresses"),
      say("Addresses with a plus sign or a dash are accepted now, and a test holds it."),
    ],
  },
  {
    title: "Check whether the mug pictures are still used",
    project: "storefront",
    kind: "dead-code",
    priority: "low",
    chapter: "no_change",
    prompt: "Find out whether anything still refers to the pictures of mugs. Remove them if nothing does.",
    steps: [
      { ...shell("git grep -n 'mug' -- src"), ...long },
      say("There are no pictures of mugs in this repository; the catalogue only names the items. Nothing is to be removed."),
    ],
  },
  {
    title: "Replace the search by a service",
    project: "storefront",
    kind: "refactor",
    chapter: "rejected",
    prompt: "Ask the search service instead of filtering the catalogue in memory.",
    steps: [
      { ...read("src/search.js"), ...long },
      write("src/search-client.js", "export const search = (words) => fetch('https://search.example/?q=' + words.join('+'));\n"),
      commit("Ask the search service"),
      say("The storefront has a client for the search service now."),
    ],
  },
  {
    title: "Move to the tax table of next year",
    project: "billing-api",
    kind: "dependency-update",
    chapter: "failed",
    prompt: "The rate of Germany changes to 20 % on the first of January. Make the table know from when a rate holds.",
    steps: [
      { ...read("src/tax.js"), ...long },
      edit("src/tax.js", "de: 0.19", "de: 0.2"),
      commit("Use the rates of next year"),
      say("The table has the new rate."),
      say("The rate of the old year is gone, and the test with it; I cannot tell which one you want."),
      say("I see the same failure; nothing that I know helps."),
    ],
  },
  {
    title: "Round prices once, at the end",
    project: "storefront",
    kind: "bugfix",
    priority: "urgent",
    chapter: "approving",
    prompt: "The total of a cart is a cent off when it has many lines. Round once, at the end, and cover it with a test.",
    steps: [
      { ...say("Each line is rounded by itself; I look at the callers first."), ...shell("git grep -n 'total(' -- src test"), ...long },
      read("src/cart.js"),
      edit(
        "src/cart.js",
        "  return lines.reduce((sum, line) => sum + Math.round(line.price * line.count), 0);",
        "  const exact = lines.reduce((sum, line) => sum + line.price * line.count, 0);\n  return Math.round(exact);",
      ),
      write(
        "test/cart.test.js",
        'import assert from "node:assert";\nimport { test } from "node:test";\nimport { total } from "../src/cart.js";\n\ntest("rounds once", () => {\n  const lines = Array.from({ length: 3 }, () => ({ price: 33.4, count: 1 }));\n  assert.equal(total(lines), 100);\n});\n',
      ),
      shell("node --test"),
      commit("Round the total of a cart once"),
      say("The total is rounded once now. Three lines of 33.40 make 100, and a test holds it."),
    ],
  },
  {
    title: "Show the history of orders on the account page",
    project: "storefront",
    kind: "feature",
    chapter: "working",
    prompt: "People ask support for what they bought last year. Show their orders on the account page, newest first, twenty at a time.",
    steps: [
      { ...say("I read how orders are kept."), ...read("src/account.js"), ...long },
      { ...shell("git log --oneline | head -5"), ...long },
      edit(
        "src/account.js",
        "  return all.filter((order) => order.account === account);",
        "  return all.filter((order) => order.account === account).sort((a, b) => b.placedAt - a.placedAt);",
      ),
      { ...say("Newest first now. I run the tests before I go on to the page itself."), ...shell("node --test") },
      thinking("The order is right now. Next is the page itself: I add twenty at a time, with a link to older ones."),
    ],
  },
  {
    title: "Decide where sessions are kept",
    project: "storefront",
    kind: "feature",
    priority: "high",
    chapter: "asking",
    prompt: "Sessions are lost with every deployment. Keep them somewhere that survives it. Ask me before you choose.",
    steps: [
      { ...shell("git grep -n 'session' || true"), ...long },
      call("AskUserQuestion", {
        questions: [
          {
            question: "Where should sessions be kept?",
            header: "Sessions",
            multiSelect: false,
            options: [
              { label: "PostgreSQL", description: "The database that is there already; one more table" },
              { label: "Redis", description: "Faster, and one more thing to run" },
              { label: "Signed cookies", description: "Nothing to keep, but no way to end a session" },
            ],
          },
        ],
      }),
      say("Then I begin."),
    ],
  },
  {
    title: "Cover the invoice totals with tests",
    project: "billing-api",
    kind: "unit-test",
    chapter: "working",
    prompt: "The totals of invoices have one test. Cover rounding, several countries, and an empty invoice.",
    steps: [
      { ...say("I read the totals and their test."), ...read("src/invoice.js"), ...long },
      { ...read("test/invoice.test.js"), ...long },
      write(
        "test/totals.test.js",
        'import assert from "node:assert";\nimport { test } from "node:test";\nimport { totals } from "../src/invoice.js";\n\ntest("an empty invoice is free", () => assert.deepEqual(totals([], "fr"), { net: 0, tax: 0, gross: 0 }));\n',
      ),
      shell("node --test"),
      { ...say("Both pass. I try them against the running API, too, before I go on to the countries."), ...shell("npm run e2e") },
    ],
  },
  {
    title: "Retry webhooks with back-off",
    project: "billing-api",
    kind: "feature",
    priority: "high",
    chapter: "working",
    prompt: "A receiver that is down for a minute loses events. Try again after 1, 5 and 25 seconds, and keep what failed.",
    steps: [
      { ...say("I look at how events are delivered."), ...read("src/webhook.js"), ...long },
      thinking("One attempt, no memory. I will put the attempts around `post`, so that nothing else has to know of them."),
    ],
  },
  {
    title: "Explain how to run the API in the README",
    project: "billing-api",
    kind: "readme",
    priority: "low",
    chapter: "queued",
    after: "Cover the invoice totals with tests",
    prompt: "A new developer should have the API running in five minutes.",
    steps: [],
  },
  {
    title: "Update the payment client to version 9",
    project: "billing-api",
    kind: "dependency-update",
    chapter: "queued",
    prompt: "Version 8 is no longer supported from March on.",
    steps: [],
  },
  {
    title: "Round the tax of each line",
    project: "billing-api",
    kind: "bugfix",
    chapter: "outside",
    source: "https://tracker.example.org/billing/218",
    prompt: "Our accountant says that the tax is a cent off on long invoices. Please round each line, as the law wants it.",
    steps: [],
  },
  {
    title: "Remove the switch of the old checkout",
    project: "storefront",
    kind: "dead-code",
    priority: "low",
    chapter: "paused",
    prompt: "Everybody is on the new checkout. Remove the switch and what only the old one needs.",
    steps: [],
  },
];
