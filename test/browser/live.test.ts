// The live page in a real browser: what a person has typed, opened, selected and scrolled to stays, and what is new comes in.
import { afterAll, beforeAll, expect } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { afterThisTest } from "../support/clean-up.ts";
import { hasProgram, testWith } from "../support/programs.ts";
import { waitFor } from "../support/wait.ts";
import { type LiveSite, openLiveSite } from "../web/live-site.ts";
import { launchChromium } from "./chromium.ts";
import { type Sample, samplePages } from "./live-pages.ts";

const START_MS = 60_000;
const TEST_MS = 60_000;
let browser: Browser;

beforeAll(async () => {
  if (hasProgram("chromium")) browser = await launchChromium();
}, START_MS);
afterAll(async () => {
  await browser?.close();
}, START_MS);

type Opened = LiveSite & { sample: Sample; page: Page };

async function open(path: string, prepare?: (site: LiveSite, sample: Sample) => void): Promise<Opened> {
  const sample: Sample = { rows: new Map(), sent: [], at: new Date(Date.now() - 3 * 60_000), note: "a note" };
  for (let n = 1; n <= 60; n++) sample.rows.set(`task-${n}`, `text ${n}`);
  const site = openLiveSite(samplePages(sample));
  prepare?.(site, sample);
  const context = await browser.newContext({ viewport: { width: 900, height: 600 } });
  afterThisTest(() => context.close());
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() !== "log" && !EXPECTED.test(message.text())) errors.push(message.text());
  });
  afterThisTest(() => expect(errors).toEqual([]));
  await page.goto(site.url + path);
  await isLive(page);
  return { ...site, sample, page };
}

const isLive = (page: Page) => page.waitForSelector("html[data-live=on]", { timeout: 15_000 });
const test = (name: string, body: () => Promise<void>) => testWith("chromium")(name, body, TEST_MS);
/** What is told of a server that is away, and of a form that was refused. */
const EXPECTED =
  /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|status of 422|htmx:sse:error|network error|Failed to fetch/;

test("a row that changes comes in, and what was opened, focused, selected and scrolled to stays", async () => {
  const { page, sample, happen } = await open("/list");
  await page.click("#task-30 summary");
  await page.locator("#task-31 a").focus();
  await page.evaluate(`getSelection().selectAllChildren(document.querySelector("#task-32 a"))`);
  const before = await page.evaluate("scrollY");
  expect(before).toBeGreaterThan(0);
  sample.rows.set("task-30", "changed");
  sample.rows.set("task-31", "changed, too");
  sample.rows.delete("task-50");
  happen({});
  await page.waitForSelector("text=changed, too");
  expect(await page.locator("#task-30 span").textContent()).toBe("changed");
  expect(await page.locator("#task-50").count()).toBe(0);
  expect(await page.evaluate(`document.querySelector("#task-30 details").open`)).toBe(true);
  expect(await page.evaluate(`document.activeElement.closest("li")?.id`)).toBe("task-31");
  expect(await page.evaluate("String(getSelection())")).toBe("task-32");
  expect(await page.evaluate("scrollY")).toBe(before);
});

test("a row that moves keeps its element, and the focus in it", async () => {
  const { page, sample, happen } = await open("/list");
  await page.evaluate(`document.querySelector("#task-40 a").focus()`);
  await page.evaluate(`document.querySelector("#task-40").mark = "the same"`);
  const text = sample.rows.get("task-40") as string;
  sample.rows.delete("task-40");
  sample.rows = new Map([["task-40", text], ...sample.rows]);
  sample.rows.set("task-61", "new");
  happen({});
  await page.waitForSelector("#task-61");
  expect(await page.evaluate(`[...document.querySelectorAll("#rows > li")].map((li) => li.id)`)).toEqual([...sample.rows.keys()]);
  expect(await page.evaluate(`document.querySelector("#task-40").mark`)).toBe("the same");
  expect(await page.evaluate(`document.activeElement.closest("li")?.id`)).toBe("task-40");
});

test("what somebody types stays while the part around it changes, and survives a reload", async () => {
  const { page, sample, happen } = await open("/list");
  await page.fill("#words", "not yet sent");
  await page.locator("#task-1 a").focus(); // It is not the focus that protects it.
  sample.note = "another note";
  happen({});
  await page.waitForSelector("text=another note");
  expect(await page.inputValue("#words")).toBe("not yet sent");
  await page.reload();
  await isLive(page);
  expect(await page.inputValue("#words")).toBe("not yet sent");
});

test("times are relative, before and after a change", async () => {
  const { page, sample, happen } = await open("/list");
  expect(await page.locator("#task-1 time").textContent()).toBe("3 min ago");
  expect(await page.locator("#task-1 time").getAttribute("title")).toBe("21 Nov 14:03");
  await page.evaluate(`(() => {
    const seen = (window.seen = []);
    new MutationObserver(() => seen.push(document.querySelector("#task-1 time").textContent))
      .observe(document.querySelector("#task-1 time"), { childList: true, characterData: true, subtree: true });
  })()`);
  sample.rows.set("task-1", "changed");
  happen({});
  await page.waitForSelector("#task-1 >> text=changed");
  expect(await page.locator("#task-1 time").textContent()).toBe("3 min ago");
  expect(await page.evaluate("window.seen")).toEqual([]); // Nothing flickered.
});

test("a form is sent without leaving the page, once, and says so", async () => {
  const { page, sample } = await open("/list");
  await page.evaluate("window.stays = true");
  await page.fill("#words", "hello");
  await page.evaluate(`(() => { const form = document.querySelector("#say form"); form.requestSubmit(); form.requestSubmit(); })()`);
  await page.waitForSelector("#notices >> text=Said: hello");
  await page.waitForSelector("#sent >> text=hello");
  expect(sample.sent).toEqual(["hello"]);
  expect(await page.inputValue("#words")).toBe("");
  expect(await page.evaluate("window.stays")).toBe(true);
  await page.reload();
  expect(await page.inputValue("#words")).toBe("");
});

test("a form that is refused comes back in place, with its values and the focus on what is wrong", async () => {
  const { page, sample, happen } = await open("/list");
  await page.evaluate("window.stays = true");
  await page.fill("#words", "no");
  await page.click("#say button");
  await page.waitForSelector("text=Three letters at least.");
  expect(await page.inputValue("#words")).toBe("no");
  expect(await page.evaluate("document.activeElement.id")).toBe("words");
  sample.note = "meanwhile";
  happen({});
  await page.waitForSelector("text=meanwhile");
  expect(await page.inputValue("#words")).toBe("no");
  expect(await page.locator(".reason").count()).toBe(1);
  await page.fill("#words", "now right");
  await page.click("#say button");
  await page.waitForSelector("#sent >> text=now right");
  expect(await page.evaluate("window.stays")).toBe(true);
});

test("a form that leads elsewhere does, and says there what was done", async () => {
  const { page } = await open("/list");
  await page.fill("[name=where]", "the log");
  await page.press("[name=where]", "Enter");
  await page.waitForURL("**/log");
  await page.waitForSelector("#notices >> text=Gone to the log");
});

test("a form whose answer does not come keeps what was typed", async () => {
  const { page, stop } = await open("/list");
  await page.fill("#words", "still here");
  await stop();
  await page.click("#say button");
  await page.waitForSelector("#notices >> text=ccm does not answer");
  expect(await page.inputValue("#words")).toBe("still here");
});

test("the page says that the connection is lost, and goes on when it is back", async () => {
  const { page, sample, happen, stop, start } = await open("/list");
  await stop();
  await page.waitForSelector("html[data-live=off]");
  sample.rows.set("task-2", "meanwhile");
  start();
  happen({});
  await isLive(page);
  await page.waitForSelector("#task-2 >> text=meanwhile");
});

test("a log stays at its end if it was there, goes on exactly after a cut, and holds no more than it should", async () => {
  const { page, happen, stop, start } = await open("/log", (site) => {
    for (let n = 0; n < 100; n++) site.happen({ text: `line ${n}` });
  });
  const ids = () => page.evaluate(`[...document.querySelectorAll("#log > .log-line")].map((row) => row.id)`) as Promise<string[]>;
  const fromEnd = () =>
    page.evaluate(`(() => { const log = document.getElementById("log"); return log.scrollHeight - log.scrollTop - log.clientHeight; })()`);
  expect(await fromEnd()).toBeLessThan(2);
  happen({ text: "one more" });
  await page.waitForSelector("text=one more");
  expect(await fromEnd()).toBeLessThan(2);

  await page.evaluate(`document.getElementById("log").scrollTop = 0`);
  happen({ text: "unseen" });
  await page.waitForSelector(".feed-new >> text=1 new");
  await page.click(".feed-new");
  expect(await fromEnd()).toBeLessThan(2);
  await page.waitForSelector(".feed-new", { state: "detached" });

  await stop();
  happen({ text: "while away" });
  start();
  await page.waitForSelector("text=while away");
  const before = await ids();
  expect(before).toEqual([...new Set(before)]);
  expect(before).toHaveLength(103);

  for (let n = 0; n < 1_200; n++) happen({ text: `many ${n}` });
  await page.waitForSelector("text=many 1199");
  expect((await ids()).length).toBeLessThanOrEqual(1_000);
  expect(await page.locator("#log > .feed-earlier").getAttribute("href")).toBe("/log");
  expect(await fromEnd()).toBeLessThan(2);
});

test("a tab that nobody sees holds no connection, and is brought up to date when it is seen", async () => {
  const { page, sample, happen, connections } = await open("/list");
  const hide = (hidden: boolean) =>
    page.evaluate(
      `Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true }); document.dispatchEvent(new Event("visibilitychange"));`,
    );
  await hide(true);
  await waitFor("the end of the stream", () => connections() === 0);
  sample.rows.set("task-3", "while hidden");
  happen({});
  await hide(false);
  await page.waitForSelector("#task-3 >> text=while hidden");
});

test("a tab of an older ccm loads the page again, unless somebody types in it", async () => {
  const { page } = await open("/list");
  const upgrade = () => page.evaluate(`document.getElementById("live").dispatchEvent(new CustomEvent("ccm-upgraded", { bubbles: true }))`);
  await page.fill("#words", "typing");
  await page.evaluate("window.stays = true");
  await upgrade();
  await page.waitForSelector("#notices >> text=ccm was upgraded");
  expect(await page.evaluate("window.stays")).toBe(true);
  await page.fill("#words", "");
  await Promise.all([page.waitForEvent("load"), upgrade()]);
  expect(await page.evaluate("window.stays")).toBe(undefined);
  await isLive(page);
});

test("a tab whose session has ended leads to the sign-in, unless somebody types in it", async () => {
  const { page, endSession } = await open("/list");
  await page.fill("#words", "typing");
  endSession();
  await page.waitForSelector("#notices >> text=You are signed out");
  expect(await page.inputValue("#words")).toBe("typing");
});

test("keys lead through rows and pages, and never while somebody types", async () => {
  const { page } = await open("/list");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  expect(await page.evaluate(`document.activeElement.closest("li")?.id`)).toBe("task-2");
  await page.keyboard.press("k");
  expect(await page.evaluate(`document.activeElement.closest("li")?.id`)).toBe("task-1");
  await page.keyboard.press("?");
  await page.waitForSelector("#keys:popover-open");
  await page.keyboard.press("Escape");
  await page.focus("#words");
  await page.keyboard.type("gajk?");
  expect(await page.inputValue("#words")).toBe("gajk?");
  await page.keyboard.press("Escape");
  await page.evaluate(`document.querySelector("#task-2 a").focus()`);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/log?task-2");
});
