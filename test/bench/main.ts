// `bun run bench [--only NAME]`: every figure beside its budget and beside what was measured with it. Never part of the tests.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { textTable } from "../../src/kernel/text-table.ts";
import { clearAll } from "./places.ts";
import type { Row } from "./row.ts";

/** No subject is begun after this time; each ends by itself within a minute. */
const LIMIT_MS = 4 * 60_000;
const WIDTH = 220;

/** In the order of .github/ARCHITECTURE.md's rooms; each in a module of its own, loaded when it is measured. */
const SUBJECTS: Record<string, () => Promise<() => Promise<Row[]>>> = {
  commands: async () => (await import("./commands.ts")).commands,
  hooks: async () => (await import("./hooks.ts")).hooks,
  guards: async () => (await import("./guards.ts")).guards,
  daemon: async () => (await import("./daemon.ts")).daemon,
  runs: async () => (await import("./runs.ts")).runs,
  hearing: async () => (await import("./hearing.ts")).hearing,
  pipeline: async () => (await import("./pipeline.ts")).pipeline,
  claim: async () => (await import("./claim.ts")).claim,
  events: async () => (await import("./events.ts")).events,
  worktree: async () => (await import("./worktree.ts")).worktree,
  sandbox: async () => (await import("./sandbox.ts")).sandbox,
  secrets: async () => (await import("./secrets.ts")).secrets,
  pages: async () => (await import("./pages.ts")).pages,
  api: async () => (await import("./api.ts")).api,
  live: async () => (await import("./live.ts")).live,
  full: async () => (await import("./full.ts")).full,
  simulation: async () => (await import("./simulation.ts")).simulation,
  size: async () => (await import("./size.ts")).size,
};
/** Measured only when named: compressing, and asking for 20,000 pages, take minutes. */
const BY_NAME = ["size", "full"];
/** What cannot be measured before its room is there. */
const WAITING = "claim + finish over machines: room hub.";

const { values } = parseArgs({ args: process.argv.slice(2), options: { only: { type: "string", multiple: true } } });
const chosen = values.only?.flatMap((names) => names.split(",")) ?? Object.keys(SUBJECTS).filter((name) => !BY_NAME.includes(name));
const unknown = chosen.find((name) => !Object.hasOwn(SUBJECTS, name));
if (unknown !== undefined) {
  console.error(`There is no subject "${unknown}". There are: ${Object.keys(SUBJECTS).join(", ")}.`);
  process.exit(2);
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => clearAll().finally(() => process.exit(130)));

const began = performance.now();
const loadBefore = loadavg()[0] ?? 0;
const rows: Row[] = [];
for (const name of chosen) {
  if (performance.now() - began > LIMIT_MS) {
    console.error(`${name}: left out, the time is over.`);
    continue;
  }
  console.error(`${name} …`);
  const measure = await SUBJECTS[name]?.();
  rows.push(...((await measure?.()) ?? []));
}
await clearAll();
console.log(
  textTable(
    [
      { title: "what", shrink: true },
      { title: "budget", shrink: true },
      { title: "measured" },
      { title: "beside it, in the same run", shrink: true },
      { title: "verdict" },
    ],
    rows.map(({ what, budget, measured, beside, verdict }) => [what, budget, measured, beside, verdict]),
    WIDTH,
  ),
);
console.log(
  `\n${((performance.now() - began) / 1_000).toFixed(0)} s on ${navigator.hardwareConcurrency} cores; load ${loadBefore.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after.` +
    ` Times count as ratios; above a load of 1 a core plain milliseconds say little.\nNot yet there: ${WAITING}`,
);
