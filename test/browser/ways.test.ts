// The same way through the page for those who use it differently: without scripts, with the keyboard alone, with a finger.
import { describe, expect } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { git } from "../support/home-with-project.ts";
import { waitFor } from "../support/wait.ts";
import { sidewaysFlaws } from "./flaws.ts";
import { browserTest, useSite } from "./harness.ts";
import { unregistered } from "./seeded.ts";
import { approve, createTask, registerProject, requestChanges, sendMessage, stageNow, stateOf } from "./steps.ts";

describe("without scripts", () => {
  const site = useSite(unregistered);

  browserTest("everything is done by forms and read by loading again", async () => {
    const tab = await site.open("without-scripts");
    const { page } = tab;
    await registerProject(page, site.repo, "test -f one.txt");
    await createTask(page, "Write one file", "demo: write one.txt One\ndemo: await-message");
    await loadedUntil(page, page.getByLabel("Message", { exact: true }));
    await sendMessage(page, "Go on, please.");
    await loadedUntil(page, stageNow(page, "approving"));

    await page.getByRole("link", { name: "Diff" }).first().click();
    expect(await page.locator(".diff-body").textContent()).toContain("One");
    await page.getByRole("link", { name: "Log", exact: true }).click();
    expect(await page.locator("#log").textContent()).toContain("You said: Go on, please.");
    await page.getByRole("link", { name: "Overview" }).click();

    tab.allow(/422/);
    await requestChanges(page, "  ");
    expect(await page.getByLabel("What to change").getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("What to change").fill("demo: write two.txt Two");
    await page.getByRole("button", { name: "Request changes", exact: true }).click();
    await loadedUntil(page, page.getByLabel("Message", { exact: true }));
    await sendMessage(page, "Again.");
    await loadedUntil(page, stageNow(page, "approving"));
    await approve(page);
    await loadedUntil(page, stateOf(page, "done"));
    expect(git(site.home, site.repo, "show", "main:two.txt")).toBe("Two");
  });

  browserTest("nothing on a page waits for a script", async () => {
    const { page } = await site.open("without-scripts");
    for (const path of ["/", "/tasks", "/tasks?view=board", "/approvals", "/agents", "/projects", "/health"]) {
      await page.goto(site.url + path);
      expect({ path, h1: await page.locator("h1").isVisible() }).toEqual({ path, h1: true });
      expect({ path, scripted: await page.locator(".scripted:visible").count() }).toEqual({ path, scripted: 0 });
    }
  });

  async function loadedUntil(page: Page, what: Locator): Promise<void> {
    await waitFor(`${what} after loading again`, async () => {
      if ((await what.count()) > 0) return true;
      await page.reload();
    });
  }
});

describe("with the keyboard alone", () => {
  const site = useSite(unregistered);

  browserTest("the whole way, without a mouse", async () => {
    const { page } = await site.open("wide-dark", "/projects");
    await go(page, /Register a project/);
    await type(page, "Path", site.repo);
    await go(page, /Look at it/);
    await type(page, "Agent", "demo");
    await go(page, /^Register$/);
    await page.getByRole("heading", { level: 1, name: "repo" }).waitFor();
    await go(page, /New task/);
    await type(page, "Title", "Write one file");
    await type(page, "Prompt", "demo: write one.txt One");
    await go(page, /Create task/);
    await stageNow(page, "approving").waitFor();
    await go(page, /^Approve$/);
    await stateOf(page, "done").waitFor();
    expect(git(site.home, site.repo, "show", "main:one.txt")).toBe("One");
  });
});

describe("with keys", () => {
  const site = useSite();

  browserTest("the first stop skips to the content, and each stop is seen", async () => {
    const { page } = await site.open("wide-dark", "/tasks/new");
    await page.keyboard.press("Tab");
    expect(await focused(page)).toMatchObject({ name: "Skip to the content", isSeen: true });
    await page.keyboard.press("Enter");
    const seen: string[] = [];
    for (let stop = 0; stop < 12; stop++) {
      await page.keyboard.press("Tab");
      const { name, isSeen, isMarked } = await focused(page);
      expect({ name, isSeen, isMarked }).toEqual({ name, isSeen: true, isMarked: true });
      seen.push(name);
    }
    expect(seen.join(" ")).toMatch(/Project.*Title.*Prompt.*Kind.*Priority.*Agent.*Create task/);
  });

  browserTest("the keys that are shown do what they say", async () => {
    const { page } = await site.open("wide-dark");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    for (const [keys, path] of [
      ["gt", "/tasks"],
      ["ga", "/approvals"],
      ["gg", "/agents"],
      ["gp", "/projects"],
      ["ge", "/health"],
      ["gh", "/"],
    ] as const) {
      for (const key of keys) await page.keyboard.press(key);
      await page.waitForURL(site.url + path); // Loaded, too: a page hears keys when its scripts have run.
    }
    await page.keyboard.press("c");
    await page.waitForURL(/\/tasks\/new/);
    await page.getByLabel("Title").focus();
    await page.keyboard.type("ga c?");
    expect(await page.getByLabel("Title").inputValue()).toBe("ga c?");
  });
});

describe("with a finger, on a phone", () => {
  const site = useSite(unregistered);

  browserTest("the whole way, and no page is wider than the screen", async () => {
    const { page } = await site.open("phone-dark");
    const narrow = async () => expect({ at: page.url(), wide: await sidewaysFlaws(page) }).toEqual({ at: page.url(), wide: [] });
    await registerProject(page, site.repo, "");
    await narrow();
    await createTask(page, "Write one file", `demo: write ${"long-".repeat(40)}.txt ${"word ".repeat(200)}`);
    await stageNow(page, "approving").waitFor();
    await narrow();
    for (const tab of ["Log", "Diff", "Gates", "Runs"]) {
      await page.locator("nav.tabs a", { hasText: tab }).tap();
      await page.locator("nav.tabs [aria-current=page]", { hasText: tab }).waitFor();
      await narrow();
    }
    await page.locator("nav.nav a", { hasText: "Approvals" }).tap();
    await page.getByRole("heading", { level: 1, name: "Approvals" }).waitFor();
    await narrow();
    for (const part of await page.locator("main .act-more > summary").all()) {
      await part.tap();
      await narrow();
      await part.tap();
    }
    await page.getByRole("button", { name: "Approve", exact: true }).tap();
    await page.getByText("Nothing waits for you.").waitFor();
    await waitFor("the merge", () => git(site.home, site.repo, "log", "--oneline").split("\n").length > 1);
  });
});

/** Tabs on until the focus is on a control of that name, and presses it. */
async function go(page: Page, name: RegExp): Promise<void> {
  await reach(page, (focus) => name.test(focus.name.trim()), String(name));
  await page.keyboard.press("Enter");
}

/** Tabs on to the field with that label, and types over what is in it. */
async function type(page: Page, label: string, text: string): Promise<void> {
  await reach(page, (focus) => focus.name.replace(/ optional$/, "").trim() === label, label);
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

/** Enough stops for any page of a small home. */
const MOST_STOPS = 80;

async function reach(page: Page, isIt: (focus: Focus) => boolean, what: string): Promise<void> {
  const passed: string[] = [];
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    await page.keyboard.press("Tab");
    const focus = await focused(page);
    if (isIt(focus)) return;
    passed.push(focus.name);
  }
  throw new Error(`Tabbing does not come to ${what}, only to: ${passed.join(", ")}`);
}

type Focus = { name: string; isSeen: boolean; isMarked: boolean };

/** What has the focus: what it is called, whether it is on the screen, and whether anything marks it; nothing while a page is left. */
async function focused(page: Page): Promise<Focus> {
  return await page.evaluate<Focus>(FOCUSED).catch(() => ({ name: "", isSeen: false, isMarked: false }));
}

const FOCUSED = `(() => {
    const it = document.activeElement;
    const box = it.getBoundingClientRect();
    const style = getComputedStyle(it);
    const name = it.getAttribute("aria-label") ?? it.labels?.[0]?.textContent ?? it.textContent ?? "";
    const isMarked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
    return { name: name.trim(), isSeen: box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight, isMarked };
  })()`;
