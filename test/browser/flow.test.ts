// From nothing to a merged commit on the page alone: a project, a task, its work watched, sent back, approved and merged.
import { expect } from "bun:test";
import { git } from "../support/home-with-project.ts";
import { browserTest, useSite } from "./harness.ts";
import { unregistered } from "./seeded.ts";
import {
  approve,
  createTask,
  expectNoneTwice,
  registerProject,
  requestChanges,
  sendMessage,
  stageNow,
  stateOf,
  timelineRow,
} from "./steps.ts";

const site = useSite(unregistered);

/** Stops in the middle until it is told to go on, so that a test can look at it while it works. */
const PROMPT = "demo: say I begin.\ndemo: write one.txt One\ndemo: await-message";

browserTest("a project and a task by form, watched live, sent back with a comment, approved, merged", async () => {
  const { page } = await site.open("wide-dark");
  await registerProject(page, site.repo, "test -f one.txt");
  await createTask(page, "Write one file", PROMPT);
  await page.evaluate("window.isSamePage = true");

  await stageNow(page, "executing").waitFor();
  await timelineRow(page, /started: agent demo/).waitFor();
  await sendMessage(page, "Go on, please.");
  await timelineRow(page, "Go on, please.").waitFor();
  await stageNow(page, "approving").waitFor();
  await expectNoneTwice(page);
  expect(await page.evaluate("window.isSamePage")).toBe(true);

  await page.getByRole("link", { name: "Diff" }).first().click();
  expect(await page.locator(".diff-file").textContent()).toContain("one.txt");
  expect(await page.locator(".diff-body").textContent()).toContain("One");
  await page.goBack();

  await requestChanges(page, "demo: write two.txt Two");
  await stageNow(page, "executing").waitFor();
  await timelineRow(page, /asked for changes/).waitFor();
  await sendMessage(page, "Again.");
  await stageNow(page, "approving").waitFor();
  await page.locator(".approval-files", { hasText: "two.txt" }).waitFor();

  await approve(page);
  await stateOf(page, "done").waitFor();
  await timelineRow(page, /Merged into main/).waitFor();
  await expectNoneTwice(page);
  expect(git(site.home, site.repo, "show", "main:two.txt")).toBe("Two");
  expect(git(site.home, site.repo, "status", "--porcelain")).toBe("");
});
