// What a person does on the page to keep work safe: snapshots and steps back, rights of a task from outside, automations, the policy.
import { describe, expect } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { browserTest, useSite } from "./harness.ts";
import type { LookName } from "./looks.ts";
import { unregistered } from "./seeded.ts";

const site = useSite(async (home) => {
  const repo = await unregistered(home);
  await home.json("register-project", "--path", repo, "--agent", "demo", "--approval", "ask");
  return repo;
});

for (const look of ["wide-dark", "without-scripts"] as const satisfies LookName[])
  describe(look, () => {
    browserTest("a state of the work is kept, and comes back after the agent went on", async () => {
      const { home } = site;
      const id = await createTask("demo: write one.txt One");
      await home.json("wait", id, "--for", "approving");
      const { page } = await site.open(look, `/tasks/${id}`);
      await page.getByRole("button", { name: "Keep the state now" }).click();
      await said(page, "Snapshot 1 is taken.");
      await home.json("request-changes", id, "--comment", "demo: write two.txt Two");
      await home.json("wait", id, "--for", "approving");
      const second = join(home.paths.home, "tasks", id, "tree", "two.txt");
      expect(existsSync(second)).toBe(true);

      await page.goto(`${site.url}/tasks/${id}`);
      await page.getByText("Go back to 1…").click();
      await page.getByRole("button", { name: "Go back to 1", exact: true }).click();
      await said(page, /snapshot 1/);
      expect(existsSync(second)).toBe(false);
    });

    browserTest("a right is given to runs of a task from outside, and taken back", async () => {
      const id = await createTask("demo: write one.txt One", "--from-outside", "https://example.org/issues/3");
      const { page } = await site.open(look, `/tasks/${id}`);
      await page.getByText("Give network…").click();
      await page.getByRole("button", { name: "Give network", exact: true }).click();
      await said(page, /have network from the next one on/);
      await page.getByRole("button", { name: "Take back" }).click();
      await said(page, /do without network from the next one on/);
      await page.getByText("Give network…").waitFor();
    });

    browserTest("an automation is switched on, and off again", async () => {
      const { page } = await site.open(look, "/health");
      const line = page.locator(".automation-line", { hasText: "10-guard-commands" });
      await line.getByRole("button", { name: "Switch on" }).click();
      await said(page, /"10-guard-commands" runs from the next start/);
      await line.getByRole("button", { name: "Switch off" }).click();
      await said(page, /"10-guard-commands" runs no more/);
    });

    browserTest("another policy is tried: what is wrong with it stands beside it, and what it would have done below", async () => {
      const tab = await site.open(look, "/projects/repo/policy");
      tab.allow(/422/);
      const { page } = tab;
      await tryPolicy(page, "deny: [");
      expect(await page.locator(".field", { hasText: "Guards" }).locator(".reason").textContent()).toContain("is not YAML");
      await tryPolicy(page, "classes:\n  network: ask\n");
      await page.locator(".trial", { hasText: "would be judged otherwise" }).waitFor();
      expect(await page.getByLabel("Guards").inputValue()).toBe("classes:\n  network: ask\n");
    });
  });

async function createTask(prompt: string, ...words: string[]): Promise<string> {
  const created = await site.home.json<{ id: number }>("create-task", "--project", "repo", "--title", "Work", "--prompt", prompt, ...words);
  return String(created.id);
}

async function tryPolicy(page: Page, text: string): Promise<void> {
  await page.getByLabel("Guards").fill(text);
  await page.getByRole("button", { name: "Try it" }).click();
  await page.locator("#try :is(.reason, .trial)").first().waitFor();
}

/** With scripts at the edge of the page, without them above it. */
const said = (page: Page, text: string | RegExp) => page.locator(".toast, #done", { hasText: text }).waitFor();
