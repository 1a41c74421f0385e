// Every page as it looks, dark and light, wide and on a phone: `bun test/browser/screenshots.ts FOLDER [PART OF A NAME]`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "./chromium.ts";
import { LOOKS, type LookName } from "./looks.ts";
import { openWorkingHome, type WorkingHome } from "./working-home.ts";

/** A page by the name of its picture, and what is done on it before. */
type Shot = { name: string; path: string; before?: (page: Page) => Promise<void> };

const SHOWN: readonly LookName[] = ["wide-dark", "wide-light", "phone-dark", "phone-light"];

/** Pages that are not built in yet answer with the page of a Fault, which is a picture, too. */
function shotsOf({ taskOf }: WorkingHome): Shot[] {
  const tasks = ["merged", "no_change", "rejected", "failed", "approving", "working", "asking", "queued", "paused", "outside"] as const;
  return [
    { name: "home", path: "/" },
    { name: "tasks-board", path: "/tasks?view=board" },
    { name: "tasks-list", path: "/tasks?view=list" },
    { name: "tasks-none", path: "/tasks?view=list&q=nothing-is-called-so" },
    { name: "task-new", path: "/tasks/new" },
    { name: "task-new-refused", path: "/tasks/new", before: sendEmpty },
    ...tasks.map((chapter) => ({ name: `task-${chapter.replace("_", "-")}`, path: `/tasks/${taskOf(chapter)}` })),
    ...(["log", "diff", "gates", "runs"] as const).map((tab) => ({ name: `task-${tab}`, path: `/tasks/${taskOf("approving")}/${tab}` })),
    { name: "task-edit", path: `/tasks/${taskOf("queued")}/edit` },
    { name: "approvals", path: "/approvals" },
    { name: "agents", path: "/agents" },
    { name: "projects", path: "/projects" },
    { name: "project-new", path: "/projects/new" },
    { name: "project", path: "/projects/storefront" },
    { name: "health", path: "/health" },
    { name: "policy", path: "/policy" },
    { name: "policy-tried", path: "/projects/storefront/policy", before: tryPolicy },
    { name: "audit", path: "/audit" },
    { name: "not-found", path: "/tasks/4711" },
  ];
}

/** Past what the browser itself would not let through. */
async function sendEmpty(page: Page): Promise<void> {
  await page.evaluate(`{ const form = document.querySelector("main form"); form.noValidate = true; form.requestSubmit(); }`);
  await page.locator("main [role=alert]").first().waitFor();
}

async function tryPolicy(page: Page): Promise<void> {
  await page.getByLabel("Guards").fill("classes:\n  network: ask\ndeny:\n  - Bash(git commit:*)\n");
  await page.getByRole("button", { name: "Try it" }).click();
  await page.locator(".trial").waitFor();
}

async function shoot(browser: Browser, working: WorkingHome, folder: string, only: string): Promise<void> {
  for (const look of SHOWN) {
    const { viewport } = LOOKS[look];
    const context = await browser.newContext(LOOKS[look]);
    const page = await context.newPage();
    const { url } = await working.home.json<{ url: string }>("open", "--print");
    await page.goto(url);
    await page.waitForURL(`${new URL(url).origin}/`);
    for (const { name, path, before } of shotsOf(working).filter((shot) => `${shot.name}-${look}`.includes(only))) {
      await page.goto(new URL(path, url).href);
      await page.evaluate("document.fonts.ready");
      await before?.(page);
      // As high as the page: a picture of more than the screen would show what is fixed to it in its middle.
      const height = await page.evaluate<number>("Math.max(innerHeight, document.documentElement.scrollHeight)");
      await page.setViewportSize({ ...viewport, height });
      await page.screenshot({ path: join(folder, `${name}-${look}.png`), animations: "disabled" });
      await page.setViewportSize(viewport);
    }
    await context.close();
  }
}

const [folder, only = ""] = process.argv.slice(2);
if (!folder) throw new Error("Name the folder for the pictures.");
mkdirSync(folder, { recursive: true });
const working = await openWorkingHome();
try {
  const browser = await launchChromium();
  await shoot(browser, working, folder, only).finally(() => browser.close());
} finally {
  await working.remove();
}
