// Forms that are not taken: what was typed is still there, and the reason stands beside the field, with scripts and without.
import { describe, expect } from "bun:test";
import type { Page } from "playwright-core";
import { browserTest, useSite } from "./harness.ts";
import type { LookName } from "./looks.ts";
import { seeded } from "./seeded.ts";

const TASKS = 30;
const site = useSite(seeded({ tasks: TASKS, events: 600 }));

/** `typed`: values by label. `wrong`: what stands beside the field with that label. */
type Refusal = { name: string; path: string; open?: string; send: string; typed: Record<string, string>; wrong: Record<string, RegExp> };

const REFUSALS: readonly Refusal[] = [
  {
    name: "a new task without a prompt, after a task that is none",
    path: "/tasks/new?project=repo",
    send: "Create task",
    typed: { Title: "A <b>title</b>", Prompt: " ", After: "3, four" },
    wrong: { Prompt: /empty/, After: /numbers/ },
  },
  {
    name: "a new task with a title of many lines' length",
    path: "/tasks/new?project=repo",
    send: "Create task",
    typed: { Title: "t".repeat(300), Prompt: "Do it" },
    wrong: { Title: /200/ },
  },
  {
    name: "a task that comes after one that does not exist",
    path: "/tasks/new?project=repo",
    send: "Create task",
    typed: { Title: "Later", Prompt: "Do it", After: "987654" },
    wrong: { After: /987654/ },
  },
  {
    name: "a queued task that loses its title",
    path: `/tasks/${TASKS - 6}/edit`,
    send: "Save",
    typed: { Title: " ", Prompt: "Do it differently" },
    wrong: { Title: /empty/ },
  },
  {
    name: "a project's settings that cannot be",
    path: "/projects/repo",
    send: "Save settings",
    typed: { Name: "no spaces, please", "Base branch": "nowhere", Agent: "nobody", Variables: "1X=2" },
    wrong: { Name: /letters/ },
  },
  {
    name: "a project's branch that is not there",
    path: "/projects/repo",
    send: "Save settings",
    typed: { "Base branch": "nowhere" },
    wrong: { "Base branch": /nowhere/ },
  },
  {
    name: "changes that nobody names",
    path: `/tasks/${TASKS}`,
    open: "Request changes…",
    send: "Request changes",
    typed: { "What to change": "  " },
    wrong: { "What to change": /Say what/ },
  },
  {
    name: "a rejection without a reason",
    path: "/approvals",
    open: "Reject…",
    send: "Reject",
    typed: { Why: "  " },
    wrong: { Why: /Say why/ },
  },
  {
    name: "a project that is in no repository",
    path: "/projects/new",
    send: "Look at it",
    typed: { Path: "/nowhere/at/all" },
    wrong: { Path: /nowhere/ },
  },
  {
    name: "a message of nothing",
    path: `/tasks/${TASKS + 1}`,
    send: "Send",
    typed: { Message: "  " },
    wrong: { Message: /\S/ },
  },
];

for (const look of ["wide-dark", "without-scripts"] as const satisfies LookName[])
  describe(look, () => {
    browserTest("values stay, and the reason stands beside the field", async () => {
      for (const refusal of REFUSALS) {
        const tab = await site.open(look, refusal.path); // One that keeps what was typed before brings it back.
        tab.allow(/422/);
        await send(tab.page, refusal);
        const { name, typed, wrong } = refusal;
        for (const [label, value] of Object.entries(typed))
          expect({ name, label, value: await typedInto(tab.page, label) }).toEqual({ name, label, value });
        for (const [label, reason] of Object.entries(wrong))
          expect({ name, label, reason: await besideField(tab.page, label) }).toEqual({
            name,
            label,
            reason: expect.stringMatching(reason),
          });
      }
    });
  });

browserTest("what was refused is still there when one comes back", async () => {
  const { page, allow } = await site.open("wide-dark", "/projects/repo");
  allow(/422/);
  await send(page, refusalOf("a project's branch that is not there"));
  await page.goto(`${site.url}/tasks`);
  await page.goto(`${site.url}/projects/repo`);
  expect(await typedInto(page, "Base branch")).toBe("nowhere");
});

function refusalOf(name: string): Refusal {
  const found = REFUSALS.find((refusal) => refusal.name === name);
  if (!found) throw new Error(`There is no refusal "${name}".`);
  return found;
}

async function send(page: Page, { open, typed, send: button }: Refusal): Promise<void> {
  if (open) await page.getByText(open).first().click();
  await page.evaluate(PAST_THE_BROWSER);
  for (const [label, value] of Object.entries(typed)) await inputOf(page, label).fill(value);
  await page.getByRole("button", { name: button, exact: true }).first().click();
  await page.locator("main .reason").first().waitFor();
}

/** What the browser itself would not let through is to be refused by the server. */
const PAST_THE_BROWSER = `
  for (const form of document.forms) form.noValidate = true;
  for (const field of document.querySelectorAll("[maxlength]")) field.removeAttribute("maxlength");`;

const fieldOf = (page: Page, label: string) =>
  page
    .locator(".field", { has: page.getByText(new RegExp(`^${label}( optional)?$`)) })
    .filter({ visible: true })
    .first();
const inputOf = (page: Page, label: string) => fieldOf(page, label).locator("input, textarea").first();

const besideField = (page: Page, label: string) => fieldOf(page, label).locator(".reason").textContent();
const typedInto = (page: Page, label: string) => inputOf(page, label).inputValue();
