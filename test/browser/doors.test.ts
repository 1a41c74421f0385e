// The door in a real browser: links from elsewhere, pages of other sites and of other ports of this machine, and cookies.
import { afterAll, afterEach, beforeAll, describe, expect } from "bun:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { binary } from "../support/binary.ts";
import { hasProgram, testWith } from "../support/programs.ts";
import { openWebSite, type WebSite } from "../web/site.ts";
import { launchChromium } from "./chromium.ts";

const test = testWith("chromium");

let site: WebSite;
let browser: Browser;
let other: { port: number; asked: { path: string; cookie: string }[]; stop(): void };
let context: BrowserContext;

beforeAll(async () => {
  if (!hasProgram("chromium")) return;
  binary();
  [site, browser] = await Promise.all([openWebSite("doors"), launchChromium()]);
  other = serveOther();
}, 180_000);
afterEach(() => context?.close());
afterAll(async () => {
  other?.stop();
  await browser?.close();
  await site?.home.remove();
}, 60_000);

describe("a sign-in link", () => {
  test("signs in by itself, once", async () => {
    const page = await newPage();
    const link = `${site.url}/sign-in?link=${await site.link()}`;
    await page.goto(link);
    await page.waitForURL(`${site.url}/`);
    const [cookie] = await context.cookies(site.url);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/", domain: "127.0.0.1" });
    await page.goto("about:blank"); // A live page that is not let in any more goes to the sign-in by itself.
    await context.clearCookies();
    expect((await page.goto(link))?.status()).toBe(401);
    expect(await page.locator("h1").textContent()).toContain("This link was used");
  });

  test("signs in with a button where no scripts run", async () => {
    const page = await newPage({ javaScriptEnabled: false });
    await page.goto(`${site.url}/sign-in?link=${await site.link()}`);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${site.url}/`);
  });

  test("is not used up by a program that only looks at it", async () => {
    const link = await site.link();
    for (const method of ["GET", "HEAD"]) expect((await fetch(`${site.url}/sign-in?link=${link}`, { method })).status).toBe(200);
    const page = await newPage();
    await page.goto(`${site.url}/sign-in?link=${link}`);
    await page.waitForURL(`${site.url}/`);
  });

  test("leads on, and is used up, where somebody is signed in already", async () => {
    const page = await signedIn();
    const before = await site.home.json<unknown[]>("web", "sessions");
    const link = await site.link();
    await page.goto(`${site.url}/sign-in?link=${link}`);
    expect(page.url()).toBe(`${site.url}/`);
    expect(await site.home.json<unknown[]>("web", "sessions")).toHaveLength(before.length);
    expect((await fetch(`${site.url}/sign-in?link=${link}`)).status).toBe(401);
  });

  test("works when it is clicked in a page of another site, such as a chat", async () => {
    const page = await newPage();
    await page.goto(`http://localhost:${other.port}/`);
    await page.evaluate(`document.body.innerHTML = '<a href="${site.url}/sign-in?link=${await site.link()}">Sign in</a>'`);
    await page.getByRole("link").click();
    await page.waitForURL(`${site.url}/`);
  });
});

describe("who is signed in", () => {
  test("follows a link in a page of another site, and arrives", async () => {
    const page = await signedIn();
    await page.goto(`http://localhost:${other.port}/`);
    await page.evaluate(`document.body.innerHTML = '<a href="${site.url}/tasks?state=%22%3E">Tasks</a>'`);
    await page.getByRole("link").click();
    await page.waitForSelector("nav");
    expect(page.url()).toBe(`${site.url}/tasks?state=%22%3E`);
  });

  test("is told what to do when they are not, and asked no further", async () => {
    const page = await newPage();
    await page.goto(`http://localhost:${other.port}/`);
    await page.evaluate(`document.body.innerHTML = '<a href="${site.url}/tasks">Tasks</a>'`);
    await page.getByRole("link").click();
    await page.waitForSelector("text=ccm open");
    expect(await page.locator("h1").textContent()).toBe("You are not signed in.");
  });

  test("sends forms that say where they come from", async () => {
    const page = await signedIn();
    const asked = page.waitForRequest((request) => request.method() === "POST");
    await page.evaluate("document.querySelector('form[action=\"/sign-out\"]').submit()");
    expect((await (await asked).allHeaders()).origin).toBe(site.url);
    // The live page goes there, too, when its session ends: whichever of the two comes first breaks the other off.
    await page.getByRole("heading", { name: "You are not signed in." }).waitFor();
    expect(page.url()).toBe(`${site.url}/sign-in`);
    expect(await context.cookies(site.url)).toEqual([]);
  });
});

describe("a page at another port of this machine", () => {
  const ways: [string, (url: string) => string][] = [
    ["fetch with the cookie", (url) => `fetch("${url}/", { credentials: "include" }).then(() => "got it", () => "nothing")`],
    [
      "fetch that reads nothing",
      (url) => `fetch("${url}/", { mode: "no-cors", credentials: "include" }).then((a) => a.type + a.status, () => "nothing")`,
    ],
    [
      "an image",
      (url) =>
        `new Promise((r) => { const i = new Image(); i.onload = () => r("got it"); i.onerror = () => r("nothing"); i.src = "${url}/assets/icon.svg"; })`,
    ],
    [
      "a script",
      (url) =>
        `new Promise((r) => { const s = document.createElement("script"); s.onload = () => r("got it"); s.onerror = () => r("nothing"); s.src = "${url}/assets/ccm.js"; document.body.append(s); })`,
    ],
    [
      "a socket",
      (url) =>
        `new Promise((r) => { const s = new WebSocket("${url.replace("http", "ws")}/live"); s.onopen = () => r("got it"); s.onerror = () => r("nothing"); })`,
    ],
    [
      "a stream",
      (url) =>
        `new Promise((r) => { const s = new EventSource("${url}/live?page=/", { withCredentials: true }); s.onmessage = () => r("got it"); s.onerror = () => r("nothing"); })`,
    ],
    [
      "a frame",
      (url) =>
        `new Promise((r) => { const f = document.createElement("iframe"); f.onload = () => { try { r(f.contentDocument?.title ?? "nothing") } catch { r("nothing") } }; f.src = "${url}/"; document.body.append(f); })`,
    ],
  ];

  for (const [name, way] of ways) {
    test(`gets nothing by ${name}`, async () => {
      const page = await signedIn();
      await page.goto(`http://127.0.0.1:${other.port}/`);
      expect(await page.evaluate(way(site.url))).toMatch(/^(?:nothing|opaque0)$/);
    });
  }

  test("posts nothing", async () => {
    const page = await signedIn();
    const before = await site.home.json<unknown[]>("web", "sessions");
    await page.goto(`http://127.0.0.1:${other.port}/`);
    const answered = page.waitForResponse(`${site.url}/sign-out`);
    await page.evaluate(
      `document.body.innerHTML = '<form method="post" action="${site.url}/sign-out"><input name="everywhere" value="yes"></form>'; document.forms[0].submit()`,
    );
    expect((await answered).status()).toBe(403);
    expect(await site.home.json<unknown[]>("web", "sessions")).toHaveLength(before.length);
  });

  test("is sent the cookie all the same: why a cookie alone lets no process of a run in", async () => {
    const page = await signedIn();
    await page.goto(`http://127.0.0.1:${other.port}/look-at-my-work`);
    expect(other.asked.find((one) => one.path === "/look-at-my-work")?.cookie).toContain(`ccm_${site.port}=`);
  });
});

async function newPage(options: { javaScriptEnabled?: boolean } = {}): Promise<Page> {
  context = await browser.newContext(options);
  return context.newPage();
}

async function signedIn(): Promise<Page> {
  const page = await newPage();
  await page.goto(`${site.url}/sign-in?link=${await site.link()}`);
  await page.waitForURL(`${site.url}/`);
  return page;
}

/** What an agent could serve; it remembers what it was asked. */
function serveOther(): typeof other {
  const asked: { path: string; cookie: string }[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      asked.push({ path: new URL(request.url).pathname, cookie: request.headers.get("cookie") ?? "" });
      return new Response("<!doctype html><title>Other</title><body>", { headers: { "content-type": "text/html" } });
    },
  });
  return { port: server.port ?? 0, asked, stop: () => void server.stop(true) };
}
