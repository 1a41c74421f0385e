// Ten tasks for four agents at once, each the real Claude Code, and an end to all of them at one word.
import { expect } from "bun:test";
import { expectRightRequests, openClaudeHome } from "../../support/claude-home.ts";
import { track } from "../../support/claude-scripts.ts";
import { killAll, processesOf } from "../../support/home-under-test.ts";
import { commit, hang, say, shell, write } from "../../support/model-script.ts";
import { waitFor } from "../../support/wait.ts";
import { testWithClaude } from "../../support/with-claude.ts";

/** Four agents start on two cores that have other work. */
const STARTED_MS = 60_000;

const writing = (name: string) => [write(`${name}.txt`, `${name}\n`), shell(`cat ${name}.txt`), commit(name), say("Done.")];

const NAMES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

testWithClaude("ten tasks are merged by four agents, and no more at one time", async (executable) => {
  const tracks = NAMES.map((name) => track(`Write ${name}.txt`, ...writing(name)));
  const lab = await openClaudeHome({ executable, tracks, gate: "node --check check.js" });
  const tasks = [];
  for (const name of NAMES) tasks.push(await lab.create(`Write ${name}.txt`));
  for (const { id } of tasks) expect(await lab.reach(id, "done")).toMatchObject({ result: "merged" });
  expect(lab.git("ls-tree", "--name-only", "main").split("\n")).toEqual(expect.arrayContaining(NAMES.map((name) => `${name}.txt`)));
  expect(lab.git("fsck", "--strict", "--no-dangling", "--no-progress")).toBe("");
  expect(mostAtOnce(tasks.flatMap(({ id }) => lab.events(id)))).toBeLessThanOrEqual(4);
  expect(new Set(lab.server.asked.map(({ session }) => session)).size).toBe(10);
  expect(await lab.home.json<unknown[]>("fsck")).toEqual([]);
  expectRightRequests(lab.server);
});

/** How many runs there were at one time, by their events. */
function mostAtOnce(events: { seq: number; name: string }[]): number {
  let [now, most] = [0, 0];
  for (const { name } of events.toSorted((a, b) => a.seq - b.seq)) {
    if (name === "run.claimed") now += 1;
    if (name === "run.ended") now -= 1;
    most = Math.max(most, now);
  }
  return most;
}

testWithClaude("four agents go on with their sessions after a reboot in mid-turn, one after another", async (executable) => {
  const names = NAMES.slice(0, 4);
  const tracks = names.map((name) => track(`Write ${name}.txt`, shell("echo begun"), hang("middle"), ...writing(name)));
  const lab = await openClaudeHome({ executable, tracks, gate: "node --check check.js" });
  const ids: number[] = [];
  for (const name of names) ids.push((await lab.create(`Write ${name}.txt`)).id);
  await waitFor("four agents in mid-turn", () => lab.server.asked.filter(({ step }) => step === 1).length === 4, STARTED_MS);
  await killAll(lab.home.root);
  await lab.home.startDaemon();
  for (const id of ids) expect(await lab.reach(id, "done")).toMatchObject({ result: "merged" });
  expect(new Set(lab.server.asked.map(({ session }) => session)).size).toBe(4);
  expect(lab.git("ls-tree", "--name-only", "main").split("\n")).toEqual(expect.arrayContaining(names.map((name) => `${name}.txt`)));
  expect(await lab.home.json<unknown[]>("fsck")).toEqual([]);
  expectRightRequests(lab.server);
});

/** What a person waits for who wants everything to end. */
const STOP_MS = 2_000;

testWithClaude("`stop --now --all` ends four agents in mid-turn within two seconds", async (executable) => {
  const names = NAMES.slice(0, 4);
  const tracks = names.map((name) => track(`Write ${name}.txt`, shell("echo begun"), hang("middle", 9)));
  const { home, server, create } = await openClaudeHome({ executable, tracks });
  for (const name of names) await create(`Write ${name}.txt`);
  await waitFor("four agents in mid-turn", () => server.asked.filter(({ step }) => step === 1).length === 4, STARTED_MS);
  const startedAt = performance.now();
  expect((await home.ccm("stop", "--now", "--all")).code).toBe(0);
  const left = processesOf(home.root).map(({ command }) => command);
  expect({ left, isQuick: performance.now() - startedAt < STOP_MS }).toEqual({ left: [], isQuick: true });
});
