// Real runs in a temporary home: hosts, their agents, and waiting for what they do.
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createHosts } from "../../src/agents/outside.ts";
import type { ExitRecord, Hosts, RunEvent, RunSpec } from "../../src/agents/schema.ts";
import { guardRules } from "../../src/hooks/rules.ts";
import type { Paths } from "../../src/kernel/paths.ts";
import { ownCommand } from "../../src/kernel/process.ts";
import { temporaryHome } from "./folders.ts";

/** Longest wait for anything a run does; it takes tens of ms where nothing else runs. */
const DEADLINE_MS = 20_000;

export type Lab = {
  paths: Paths;
  hosts: Hosts;
  tree: string;
  /** Prepares and launches run 1 of task 1; `part` replaces what differs from a shell without a sandbox. */
  launch(part: Partial<RunSpec>): void;
  /** Waits for the exit record of the run. */
  ended(): Promise<ExitRecord>;
  events(): RunEvent[];
  /** Waits until the agent wrote this file in its tree, and gives its text. */
  wrote(name: string): Promise<string>;
};

/** `as` starts the hosts through other words, for another user for example. */
export function openRuns(as: { prefix: string[]; uid: number } | null = null): Lab {
  const paths = temporaryHome();
  const { tree, git, tmp } = paths.task(1);
  for (const folder of [tree, git, tmp]) mkdirSync(folder, { recursive: true });
  const hosts = createHosts({ paths, executable: [...(as?.prefix ?? []), ...ownCommand()] });
  const lab: Lab = {
    paths,
    hosts,
    tree,
    launch(part) {
      hosts.prepare(shellSpec(paths, part));
      if (as) give(join(paths.home, ".."), as.uid);
      hosts.launch(1);
    },
    async ended() {
      await until(`the end of the run; ${hostLog(paths)}`, () => hosts.look(1).kind === "ended");
      const state = hosts.look(1);
      if (state.kind !== "ended") throw new Error(`run 1 is ${state.kind}`);
      return state.exit;
    },
    events: () =>
      readFileSync(paths.run(1).events, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    async wrote(name) {
      const path = join(tree, name);
      await until(`"${name}" in the tree`, () => existsSync(path) && readFileSync(path, "utf8").endsWith("\n"));
      return readFileSync(path, "utf8").trim();
    },
  };
  return lab;
}

/** A gate that runs a shell line, without a sandbox and with generous limits. */
export function shellSpec(paths: Paths, part: Partial<RunSpec> = {}): RunSpec {
  const { tree, git, tmp } = paths.task(1);
  return {
    runId: 1,
    taskId: 1,
    kind: "agent",
    title: "Try it",
    argv: ["true"],
    prompt: "",
    promptBy: "none",
    conversation: null,
    guard: guardRules(),
    automations: [],
    answers: [],
    output: "text",
    env: { PATH: process.env.PATH ?? "", HOME: tmp, TMPDIR: tmp },
    sandbox: {
      level: "none",
      write: [],
      protect: [],
      hide: [],
      show: [],
      tmp,
      cwd: tree,
      network: "host",
      hosts: [],
      ports: [],
      relays: [],
      fileBytes: 0,
      user: null,
      unixSockets: false,
    },
    limits: { runMs: 60_000, memoryBytes: 4e9, children: 200, outputBytes: 50e6, treeBytes: 1e9, commits: 500, stopMs: 5_000 },
    treePath: tree,
    gitPath: git,
    ...part,
  };
}

/** The demo agent with this prompt. */
export function demo(prompt: string): Partial<RunSpec> {
  return { argv: [...ownCommand(), "demo-agent"], prompt, promptBy: "stdin", output: "stream-json" };
}

/** Waits for a condition; throws with what it waited for. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${DEADLINE_MS / 1000} s for ${what}`);
    await Bun.sleep(5);
  }
}

/** Whether a process is there and no zombie. */
export function runs(pid: number): boolean {
  const stat = existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/stat`, "latin1") : "";
  return stat !== "" && !/\) [ZX] /.test(stat);
}

function hostLog(paths: Paths): string {
  const path = join(paths.run(1).root, "host.log");
  return existsSync(path) ? `its host says: ${readFileSync(path, "utf8")}` : "it has no log";
}

function give(folder: string, uid: number): void {
  chownSync(folder, uid, uid);
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) chownSync(join(folder, name), uid, uid);
}
