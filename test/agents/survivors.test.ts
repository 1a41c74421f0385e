// Whose process it is: a run's leftovers are found, the person's and other runs' processes are left alone.
import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { belongsBy, type Claim, endSurvivors, isInside, type Suspect } from "../../src/agents/survivors.ts";
import { processOf } from "../../src/kernel/process.ts";
import { temporaryFolder } from "../support/folders.ts";
import { runs, until } from "../support/runs.ts";

const claim: Claim = {
  markers: ["CCM_RUN_SPOOL=/h/runs/7/spool"],
  folders: ["/h/tasks/3/tree"],
  cgroups: [],
  sinceTicks: 100,
  sandboxed: true,
};
const agent: Suspect = {
  startTicks: 200,
  tty: 0,
  environment: [],
  places: ["/h/tasks/3/tree/src", "/"],
  noNewPrivileges: true,
  sessionInside: true,
};

const CASES: [string, Suspect, Claim, "marker" | "directory" | null][] = [
  ["an orphan in the tree", agent, claim, "directory"],
  ["a marked process anywhere", { ...agent, places: ["/"], environment: claim.markers }, claim, "marker"],
  ["one that started before the run", { ...agent, startTicks: 99, environment: claim.markers }, claim, null],
  ["another run's process in the tree", { ...agent, environment: ["CCM_RUN_SPOOL=/h/runs/8/spool"] }, claim, null],
  ["the same run of another home", { ...agent, environment: ["CCM_RUN_SPOOL=/other/runs/7/spool"] }, claim, null],
  ["a person's shell in the tree", { ...agent, tty: 34816, noNewPrivileges: false }, claim, null],
  ["a person's editor without a terminal", { ...agent, noNewPrivileges: false, sessionInside: false }, claim, null],
  ["a sandboxed process elsewhere", { ...agent, places: ["/home/ada"] }, claim, null],
  ["a sibling folder with the same beginning", { ...agent, places: ["/h/tasks/3/tree-of-ada"] }, claim, null],
  [
    "without a sandbox, an orphan that leads its own session",
    { ...agent, noNewPrivileges: false },
    { ...claim, sandboxed: false },
    "directory",
  ],
  ["without a sandbox, a session led from elsewhere", { ...agent, sessionInside: false }, { ...claim, sandboxed: false }, null],
];

test.each(CASES)("%s", (_, suspect, claimed, how) => {
  expect(belongsBy(suspect, claimed)).toBe(how);
});

test("a folder is inside itself and below, not beside", () => {
  expect(isInside(["/a/b"], ["/a/b"])).toBe(true);
  expect(isInside(["/a/b/c"], ["/a/b"])).toBe(true);
  expect(isInside(["/a/bc"], ["/a/b"])).toBe(false);
});

test("ending survivors kills those in the folder and spares the one beside it, and this process", async () => {
  const folder = temporaryFolder();
  const [inside, beside] = [`${folder}/tree`, `${folder}/other`];
  mkdirSync(inside);
  mkdirSync(beside);
  // node's spawn with `detached` gives each a session of its own, as an orphan has.
  const orphans = [inside, beside].map((cwd) => spawn("sleep", ["1000"], { cwd, env: {}, detached: true, stdio: "ignore" }));
  const [orphan = 0, bystander = 0] = orphans.map((child) => child.pid ?? 0);
  await until("both to be there", () => runs(orphan) && runs(bystander));
  const since = processOf(orphan)?.startTicks ?? 0;
  const ended = await endSurvivors({ markers: [], folders: [inside], cgroups: [], sinceTicks: since, sandboxed: false });
  expect(ended.map((one) => [one.pid, one.how])).toEqual([[orphan, "directory"]]);
  expect(runs(bystander)).toBe(true);
  process.kill(bystander, "SIGKILL");
});
