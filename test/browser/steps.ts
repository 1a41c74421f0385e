// What a person does on the page, step by step: the same with and without scripts, by mouse, finger or keyboard.
import { expect } from "bun:test";
import type { Locator, Page } from "playwright-core";

/** Registers a repository from the list of projects; the gate is one that passes when the file is there. */
export async function registerProject(page: Page, path: string, gate: string): Promise<void> {
  await page.getByRole("link", { name: "Projects" }).first().click();
  await page.getByRole("link", { name: "Register a project" }).first().click();
  await page.getByLabel("Path").fill(path);
  await page.getByRole("button", { name: "Look at it" }).click();
  await page.getByLabel("Agent", { exact: true }).fill("demo");
  await page.getByLabel("Full gate").fill(gate);
  await page.getByRole("button", { name: "Register" }).click();
  await heading(page, "repo");
}

/** Creates a task from the page of its project, and is on the task's page afterwards. */
export async function createTask(page: Page, title: string, prompt: string): Promise<void> {
  await page.getByRole("link", { name: "New task" }).first().click();
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Prompt").fill(prompt);
  await page.getByRole("button", { name: "Create task" }).click();
  await page.waitForURL(/\/tasks\/\d+$/);
}

export async function requestChanges(page: Page, comment: string): Promise<void> {
  await page.getByText("Request changes…").click();
  await page.getByLabel("What to change").fill(comment);
  await page.getByRole("button", { name: "Request changes", exact: true }).click();
}

export async function sendMessage(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

export const approve = (page: Page) => page.getByRole("button", { name: "Approve", exact: true }).click();

/** The state that a task's page shows in its heading. */
export const stateOf = (page: Page, state: string): Locator => page.locator("main header .badge", { hasText: state }).first();

/** The stage that is marked as the one that the task is in. */
export const stageNow = (page: Page, stage: string): Locator => page.locator("#stages [aria-current=step]", { hasText: stage });

export const timelineRow = (page: Page, text: string | RegExp): Locator => page.locator("#timeline .event", { hasText: text }).first();

async function heading(page: Page, text: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name: text }).waitFor();
}

/** Every event of the timeline is there once, in order. */
export async function expectNoneTwice(page: Page): Promise<void> {
  const ids = await page.evaluate<number[]>(
    `[...document.querySelectorAll("#timeline .event")].map((row) => Number(row.id.replace(/\\D+/, "")))`,
  );
  expect(ids.length).toBeGreaterThan(0);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
}
