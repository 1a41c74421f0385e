// Every page, as everybody sees it: dark and light, wide and on a phone, in the states that it can be in.
import { describe, expect } from "bun:test";
import type { Page } from "playwright-core";
import { outlineFlaws, seriousFlaws, sidewaysFlaws } from "./flaws.ts";
import { browserTest, useSite } from "./harness.ts";
import { seeded, unregistered } from "./seeded.ts";

describe("in the middle of the work", () => {
  const TASKS = 30;
  const site = useSite(seeded({ tasks: TASKS, events: 600 }));
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
    "a log": `/tasks/${TASKS + 1}/log`,
    "a diff": `/tasks/${TASKS}/diff`,
    gates: `/tasks/${TASKS}/gates`,
    runs: `/tasks/${TASKS}/runs`,
    "a queued task to change": `/tasks/${TASKS - 6}/edit`,
    approvals: "/approvals",
    agents: "/agents",
    projects: "/projects",
    "a new project": "/projects/new",
    "a project": "/projects/storefront",
    health: "/health",
    "the audit log": "/audit",
    "the policy": "/policy",
    "a project's policy": "/projects/storefront/policy",
    "what is not there": "/tasks/4711",
  };

  for (const [name, path] of Object.entries(PAGES))
    browserTest(`${name} is sound`, async () => {
      const tab = await site.open("wide-dark", path);
      if (path.endsWith("/4711")) tab.allow(/404/);
      await expectSound(tab.page);
    });

  browserTest("a form that was refused is sound", async () => {
    const tab = await site.open("wide-dark", "/tasks/new?project=repo");
    tab.allow(/422/);
    await tab.page.getByLabel("Title").fill(" ");
    await tab.page.getByLabel("Prompt").fill(" ");
    await tab.page.getByRole("button", { name: "Create task" }).click();
    await tab.page.locator("[aria-invalid=true]").first().waitFor();
    await expectSound(tab.page);
  });

  browserTest("the dialog of the keys is sound", async () => {
    const { page } = await site.open("wide-dark");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await expectSound(page);
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
      "/audit",
      "/policy",
    ]) {
      await tab.page.goto(site.url + path);
      await expectSound(tab.page);
    }
  });
});

/** In both colours on a phone and on a wide screen, from there on with everything opened that can be. */
async function expectSound(page: Page): Promise<void> {
  expect(await outlineFlaws(page)).toEqual([]);
  const found: Record<string, string[]> = {};
  for (const { look, width, colorScheme, of } of LOOKED_AT) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const sideways = of === "colours" ? [] : await sidewaysFlaws(page);
    if (of === "everything") await page.evaluate(`for (const part of document.querySelectorAll("main details")) part.open = true`);
    const flaws = [...sideways, ...(await seriousFlaws(page, of))];
    if (flaws.length > 0) found[look] = flaws;
  }
  expect(found).toEqual({});
}

/** The colours change only after everything is opened: Chromium keeps those of what is closed, and axe-core reads them. */
const LOOKED_AT = [
  { look: "phone, dark", width: 390, colorScheme: "dark", of: "width" },
  { look: "wide and dark", width: 1_440, colorScheme: "dark", of: "everything" },
  { look: "wide and light", width: 1_440, colorScheme: "light", of: "colours" },
  { look: "phone, light", width: 390, colorScheme: "light", of: "colours" },
] as const;
