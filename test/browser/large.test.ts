// Much data: days of work, a log of 50 MB and a diff of 5 MB. Pages stay small, however much there is.
import { expect } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { makeRepository, waitForState } from "../support/home-with-project.ts";
import { seedHome } from "../support/seed-home.ts";
import { browserTest, useSite } from "./harness.ts";

const SIZES = { tasks: 2_000, events: 100_000 };
const LARGE = SIZES.tasks + 1;
/** 70,000 lines of about 720 bytes. */
const GATE = `seq -f 'line %05.0f ${"of a gate that says much more than anybody will ever read ".repeat(12)}' 1 70000`;
/** 5 MB that a task adds. */
const PROMPT = "demo: run seq -f 'row %07.0f of a table that somebody wanted in the repository' 1 82000 > rows.txt";

const site = useSite(async (home) => {
  const repo = join(home.root, "repo");
  makeRepository(home, repo);
  seedHome(home.paths.home, SIZES).close();
  await home.json("register-project", "--path", repo, "--agent", "demo", "--approval", "ask", "--gate", `full=${GATE}`);
  await home.json("create-task", "--project", "repo", "--title", "Add a large table", "--prompt", PROMPT);
  return repo;
});

/** What a page may have: two screens of rows with all that is in them. A browser shows so many at once without a pause. */
const MOST_NODES = 5_000;
/** Of script memory, in bytes: a page of a small home takes about 1 MB. */
const MOST_HEAP = 10_000_000;
/** Much less than a second on a machine that has nothing else to do, and this on one that is loaded. */
const LOADED_MS = 5_000;

browserTest("every page of a home with days of work is there at once, and small", async () => {
  const { page } = await site.open("wide-dark");
  for (const path of [
    "/",
    "/tasks",
    "/tasks?sort=cost",
    "/tasks?view=board",
    "/tasks?words=checkout",
    "/tasks/900",
    "/approvals",
    "/agents",
    "/projects",
    "/projects/storefront",
    "/health",
  ]) {
    await page.goto(site.url + path);
    await expectSmall(page, path);
  }
});

browserTest("a log of 50 MB opens at its end, and earlier parts take the place of later ones", async () => {
  await waitForState(site.home, { id: LARGE } as Parameters<typeof waitForState>[1], "approving");
  const { page } = await site.open("wide-dark", `/tasks/${LARGE}/gates`);
  await page.locator("#log", { hasText: "line 70000" }).waitFor();
  await expectSmall(page, "the end of the log");
  const firstLine = page.locator("#log .log-line").first();
  for (let times = 0; times < 3; times++) {
    const later = { url: page.url(), line: await firstLine.textContent() };
    await page.getByRole("link", { name: "Earlier" }).click();
    await page.waitForURL(({ href }) => href !== later.url);
    expect(await firstLine.textContent()).not.toBe(later.line);
    await expectSmall(page, `${times + 1} parts earlier`);
  }
});

browserTest("a diff of 5 MB opens at once; its lines come when they are asked for", async () => {
  await waitForState(site.home, { id: LARGE } as Parameters<typeof waitForState>[1], "approving");
  const { page } = await site.open("wide-dark", `/tasks/${LARGE}/diff`);
  await page.locator(".diff-file", { hasText: "rows.txt" }).waitFor();
  await expectSmall(page, "the diff");
  const show = page.getByRole("link", { name: "Show its lines" });
  if ((await show.count()) > 0) {
    await show.first().click();
    await page.locator(".diff-file", { hasText: "row 0000001" }).waitFor();
    await expectSmall(page, "the lines of the diff");
  }
});

async function expectSmall(page: Page, what: string): Promise<void> {
  const loadedMs = await page.evaluate<number>(`performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd`);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const metric = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.POSITIVE_INFINITY;
  await session.detach();
  const found = { nodes: await page.evaluate<number>(`document.querySelectorAll("*").length`), heap: metric("JSHeapUsedSize"), loadedMs };
  expect({ what, ...found, isSmall: found.nodes < MOST_NODES && found.heap < MOST_HEAP, isThere: loadedMs < LOADED_MS }).toMatchObject({
    what,
    isSmall: true,
    isThere: true,
  });
}
