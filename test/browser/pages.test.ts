// Every page, as everybody sees it: dark and light, wide and on a phone, in the states that it can be in.
import { describe, expect } from "bun:test";
import type { Page } from "playwright-core";
import { outlineFlaws, seriousFlaws, sidewaysFlaws } from "./flaws.ts";
import { browserTest, useSite } from "./harness.ts";
import { seeded, unregistered } from "./seeded.ts";

describe("in the middle of the work", () => {
  const TASKS = 60;
  const site = useSite(seeded({ tasks: TASKS, events: 1_500 }));
  /** The seeds end with those that are paused, queued and waiting for approval; the live one is new. */
  const PAGES: Record<string, string> = {
    home: "/",
    "tasks as a list": "/tasks",
    "tasks as a board": "/tasks?view=board",
    "tasks that nothing is like": "/tasks?words=nothing-is-called-so",
    "a new task": "/tasks/new",
    "a task that waits for approval": `/tasks/${TASKS}`,
    "a task that waits for another": `/tasks/${TASKS - 6}`,
    "a task that is over": "/tasks/1",
    "a task that failed": "/tasks/17",
    "a task at work": `/tasks/${TASKS + 1}`,
    "a queued task to change": `/tasks/${TASKS - 6}/edit`,
    approvals: "/approvals",
    agents: "/agents",
    projects: "/projects",
    "a new project": "/projects/new",
    "a project": "/projects/storefront",
    health: "/health",
    "what is not there": "/tasks/4711",
  };

  for (const [name, path] of Object.entries(PAGES))
    browserTest(`${name} is sound`, async () => {
      const tab = await site.open("wide-dark", path);
      if (path.endsWith("/4711")) tab.allow(/404/);
      await expectSound(tab.page);
    });
});

describe("on the first day", () => {
  const site = useSite(unregistered);

  browserTest("empty pages are sound, and say what to do next", async () => {
    const tab = await site.open("wide-dark");
    for (const path of [
      "/",
      "/tasks",
      "/tasks?view=board",
      "/tasks/new",
      "/approvals",
      "/agents",
      "/projects",
      "/projects/new",
      "/health",
    ]) {
      await tab.page.goto(site.url + path);
      await expectSound(tab.page);
    }
  });
});

/** In both colours on a wide screen and on a phone, as the same tab. */
async function expectSound(page: Page): Promise<void> {
  expect(await outlineFlaws(page)).toEqual([]);
  const found: Record<string, string[]> = {};
  const note = (look: string, flaws: string[]) => {
    if (flaws.length > 0) found[look] = flaws;
  };
  for (const width of [1_440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    note(`${width} px`, await sidewaysFlaws(page));
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const isFirst = width === 1_440 && colorScheme === "dark";
      note(`${width} px ${colorScheme}`, await seriousFlaws(page, isFirst ? "everything" : "its look"));
    }
  }
  expect(found).toEqual({});
}
