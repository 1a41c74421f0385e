// Forms, as browsers post them and as the page's script does.
import { expect, test } from "bun:test";
import { createMatcher, NO_MATCHER, printOf } from "../../src/kernel/prints.ts";
import { recognise } from "../../src/kernel/redact.ts";
import { spellingsOf } from "../../src/secrets/rules.ts";
import { type Sample, samplePages } from "../browser/live-pages.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { CSRF, openLiveSite } from "./live-site.ts";

function openForms() {
  const sample: Sample = { rows: new Map(), sent: [], at: new Date(0), note: "" };
  const { url } = openLiveSite(samplePages(sample));
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(url + path, { method: "POST", body: new URLSearchParams({ csrf: CSRF, ...fields }), headers, redirect: "manual" });
  const postByScript = (path: string, fields: Record<string, string>) => post(path, fields, { "hx-request": "true" });
  const get = async (path: string) => (await fetch(url + path)).text();
  return { sample, get, post, postByScript };
}

const doneIn = (html: string) => /<section id="done".*?<p class="notice-text"><span>(.*?)<\/span><\/p>/s.exec(html)?.[1] ?? null;

test("a form that was taken leads to where it says, or back to its page", async () => {
  const { sample, post } = openForms();
  const stays = await post("/say", { words: "hello" });
  const goes = await post("/go", { where: "there" });
  expect([stays, goes].map((answer) => [answer.status, answer.headers.get("location")])).toEqual([
    [303, "/list"],
    [303, "/log"],
  ]);
  expect(sample.sent).toEqual(["hello"]);
});

test("what was done is said on the page that it leads to: once, to whom it was told, and as text", async () => {
  const { get, post } = openForms();
  await post("/say", { words: "hello" });
  expect(await get("/log")).not.toContain("hello");
  expect(doneIn(await get("/list"))).toBe("Said: hello");
  expect(doneIn(await get("/list"))).toBeNull();
  await post("/go", { where: "<b>there</b>" });
  expect(doneIn(await get("/log"))).toBe("Gone to &lt;b&gt;there&lt;/b&gt;");
});

test("what a script of the page was told is not said again by the page", async () => {
  const { get, postByScript } = openForms();
  await postByScript("/say", { words: "hello" });
  expect(doneIn(await get("/list"))).toBeNull();
});

test("what a script of the page is told has no stored secret in it", async () => {
  const value = 'hunter2-"hunter3"';
  afterThisTest(() => recognise(NO_MATCHER));
  recognise(createMatcher([{ name: "secret DEMO", salt: "s", prints: spellingsOf(value).map((text) => printOf(text, "s")) }]));
  const { postByScript } = openForms();
  const { said } = (await (await postByScript("/say", { words: value })).json()) as { said: string };
  expect(said).toBe("Said: [redacted secret DEMO]");
});

test("a form that was refused comes back as the page, with its values and the reason", async () => {
  const { sample, post } = openForms();
  const answer = await post("/say", { words: "no" });
  const text = await answer.text();
  expect(answer.status).toBe(422);
  expect(text).toContain("<!doctype html>");
  expect(text).toContain("no</textarea>");
  expect(text).toContain("Three letters at least.");
  expect(sample.sent).toEqual([]);
});

test("the page's script gets where to go, or the part with the form as it is now", async () => {
  const { postByScript } = openForms();
  const stays = await postByScript("/say", { words: "hello" });
  expect(await stays.json()).toEqual({ said: "Said: hello", html: expect.stringContaining('hx-target="#say" hx-swap="outerMorph"') });
  expect(await (await postByScript("/go", { where: "there" })).json()).toEqual({ to: "/log", said: "Gone to there" });
});

test("the page's script gets the part with what was refused", async () => {
  const { postByScript } = openForms();
  const answer = await postByScript("/say", { words: "no" });
  expect(answer.status).toBe(422);
  expect(await answer.json()).toEqual({ section: "say", html: expect.stringContaining("Three letters at least.") });
});

test("line ends are what the person typed", async () => {
  const { sample, post } = openForms();
  await post("/say", { words: "one\r\ntwo" });
  expect(sample.sent).toEqual(["one\ntwo"]);
});

test.each([
  ["without the hidden field", { csrf: "" }],
  ["with the one of another session", { csrf: "other" }],
])("a form %s is refused", async (_, fields) => {
  const { sample, post } = openForms();
  expect((await post("/say", { words: "hello", ...fields })).status).toBe(403);
  expect(sample.sent).toEqual([]);
});
