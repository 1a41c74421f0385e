// `ccm demo`: a real daemon, sandbox, gate and merge in a throw-away place, which is gone afterwards, however it ends.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { approve } from "../decisions/actions.ts";
import { createRepository } from "../git/actions.ts";
import type { Ctx } from "../kernel/context.ts";
import { type Event, readEvents } from "../kernel/events.ts";
import { Fault } from "../kernel/fault.ts";
import type { CommandHost } from "../kernel/module.ts";
import { openUp } from "../kernel/open-folders.ts";
import { pathsAt } from "../kernel/paths.ts";
import { wrap } from "../kernel/text-table.ts";
import { sentenceOf, toneOf } from "../progress/rules.ts";
import { projectOf, registerProject, repositoryOf } from "../projects/actions.ts";
import { createTask, mustFind } from "../tasks/actions.ts";
import { isFinal } from "../tasks/rules.ts";
import type { Task } from "../tasks/schema.ts";
import { startDaemon, stopDaemon } from "./daemon-actions.ts";
import { findDaemon } from "./daemon-file.ts";
import { type DemoRepository, NODE_DEMO, SHELL_DEMO } from "./demo-repository.ts";
import { stopRuns } from "./emergency.ts";
import { makeHome } from "./home-actions.ts";

/** The demo takes five seconds; a machine that needs this long has a problem that the demo should show. */
const DEMO_MS = 120_000;
const POLL_MS = 30;
/** A gate of the demo's size takes a second at most. */
const GATE_MS = 60_000;
/** More than the change of the demo's repository can be. */
const DIFF_BYTES = 10_000;

/** A place that the demo has for itself. */
type Stage = { folder: string; home: string; repository: string };

/** Plays the demo and takes everything away again. Faults: `environment` when this machine cannot run one, `failed`. */
export async function demo(host: CommandHost, options: { keep?: true }): Promise<void> {
  const stage = makeStage();
  const interrupted = onInterrupt();
  try {
    const task = await play(host, stage, interrupted);
    if (!options.keep) await strike(host, stage);
    host.print({ home: stage.home, repository: stage.repository, commit: task.mergedCommit, kept: options.keep === true }, () =>
      options.keep ? howToLook(stage) : "\nThat was all, and nothing of it is left. `ccm demo --keep` keeps it to look at.",
    );
  } catch (thrown) {
    if (!options.keep || interrupted.aborted) await strike(host, stage);
    throw thrown;
  }
}

/** All settings are the defaults: what the person configured for their own home does not count here. */
function makeStage(): Stage {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ccm-demo-")));
  const stage = { folder, home: join(folder, "home"), repository: join(folder, "repository") };
  for (const name of Object.keys(process.env)) if (name.startsWith("CCM_")) delete process.env[name];
  process.env.CCM_HOME = stage.home;
  mkdirSync(stage.repository);
  return stage;
}

function onInterrupt(): AbortSignal {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupt.abort());
  return interrupt.signal;
}

async function play(host: CommandHost, stage: Stage, interrupted: AbortSignal): Promise<Task> {
  const content = hasNode() ? NODE_DEMO : SHELL_DEMO;
  await buildRepository(stage, content);
  host.note(`A scratch repository with a bug: ${stage.repository}`);
  host.note(host.paint("dim", `  $ ${content.gate}   → ${gateOutcome(stage, content)}`));
  const paths = pathsAt(stage.home);
  makeHome(paths);
  const daemon = await startDaemon(paths, { profile: "minimal" });
  if (!daemon.sandbox) throw new Fault("environment", "No sandbox works on this machine, so no agent may start.", "`ccm doctor` says why.");
  host.note(`A daemon of its own (process ${daemon.pid}), home: ${stage.home}\n\n`);
  const ctx = await host.open();
  const project = await registerProject(ctx, {
    path: stage.repository,
    name: "demo",
    agent: "demo",
    approval: "ask",
    settings: { gates: { full: content.gate }, setup: null, copies: [], env: {}, unixSockets: false },
  });
  const task = createTask(ctx, project.id, {
    title: "Repair the failing test",
    prompt: "A test fails. Find out why and repair the code, not the test.",
    kind: "bugfix",
    priority: "normal",
    after: [],
  });
  const ended = await follow(host, ctx, task.id, interrupted);
  host.note(await changeOf(host, ctx, ended));
  return ended;
}

function hasNode(): boolean {
  if (!Bun.which("npm") || !Bun.which("node")) return false;
  const version = Bun.spawnSync(["node", "--version"], { stdin: "ignore", stderr: "ignore" }).stdout.toString();
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0) >= NODE_MAJOR;
}

/** From here on `node --test` is part of it for good: https://nodejs.org/api/test.html */
const NODE_MAJOR = 20;

async function buildRepository(stage: Stage, content: DemoRepository): Promise<void> {
  for (const { path, text } of content.files) writeFileSync(join(stage.repository, path), text);
  await createRepository(stage.repository, {
    message: "Add up numbers",
    author: { name: "Demo person", email: "person@localhost" },
    at: Date.now(),
  });
}

/** Runs the gate as the person would, before anybody has repaired anything. */
function gateOutcome(stage: Stage, content: DemoRepository): string {
  const gate = Bun.spawnSync(["sh", "-c", content.gate], {
    cwd: stage.repository,
    stdio: ["ignore", "ignore", "ignore"],
    timeout: GATE_MS,
  });
  return gate.exitCode === 0 ? "passes" : `fails (exit code ${gate.exitCode})`;
}

/** Prints what happens while it does, and approves when that is all the task waits for. Faults: `failed`, `timeout`, `unavailable`. */
async function follow(host: CommandHost, ctx: Ctx, taskId: number, interrupted: AbortSignal): Promise<Task> {
  const deadline = ctx.clock.elapsed() + DEMO_MS;
  let after = 0;
  let firstAt: number | undefined;
  for (;;) {
    if (interrupted.aborted) throw new Fault("unavailable", "The demo was interrupted.", "Everything it made is gone again.");
    for (const event of readEvents(ctx.db, { after, limit: 100, taskId })) {
      after = event.seq;
      firstAt ??= event.at;
      if (TOLD.has(event.name)) host.note(timeline(host, event, event.at - firstAt));
    }
    const task = mustFind(ctx, taskId);
    if (task.state === "done" && task.result === "merged") return task;
    if (task.state === "approving" && task.waiting?.reason === "approval") {
      host.note(
        `${" ".repeat(INDENT)}${host.paint("bold", `Now you would look, and say: ccm approve ${taskId}. The demo says it for you.`)}`,
      );
      approve(ctx, taskId, "The demo");
      continue;
    }
    refuseHopeless(ctx, task);
    if (ctx.clock.elapsed() > deadline)
      throw new Fault(
        "timeout",
        `The demo's task was still "${task.state}" after ${DEMO_MS / 1000} s. ${task.waiting?.text ?? ""}`,
        "`ccm doctor` tries what a run needs.",
      );
    await ctx.clock.sleep(POLL_MS, interrupted);
  }
}

function refuseHopeless(ctx: Ctx, task: Task): void {
  if (isFinal(task.state))
    throw new Fault("failed", `The demo's task is ${task.state}: ${task.error?.text ?? task.result}`, task.error?.hint ?? "");
  if (findDaemon(ctx.paths).kind === "absent")
    throw new Fault("unavailable", "The demo's daemon has died.", "`ccm doctor` tries this machine; `ccm demo --keep` keeps its log.");
}

/** Columns before a sentence: the seconds since the task was created. */
const INDENT = 9;

/** Events that tell the story; the others are for programs. */
const TOLD = new Set([
  ...["task.created", "worktree.created", "run.started", "run.finished", "work.imported", "gate.passed", "gate.failed"],
  ...["task.approved", "task.merged", "task.failed", "job.failed", "merge.conflicted"],
]);

function timeline(host: CommandHost, event: Event, sinceMs: number): string {
  const tone = toneOf(event.name, event.data);
  const text = wrap(sentenceOf(event), host.columns, INDENT);
  const time = `${(sinceMs / 1_000).toFixed(1).padStart(INDENT - 4)} s  `;
  return `${host.paint("dim", time)}${tone ? host.paint(tone, text) : text}`;
}

/** The merged commit, how many lines it changes, and the lines. */
async function changeOf(host: CommandHost, ctx: Ctx, task: Task): Promise<string> {
  if (!task.mergedCommit || !task.baseCommit) return "";
  const repository = repositoryOf(projectOf(ctx, task.projectId));
  const lines = (await ctx.outside.git.diff(repository, task.baseCommit, task.mergedCommit, DIFF_BYTES)).trimEnd().split("\n");
  const changed = lines.filter((line) => !/^(?:diff|index) /.test(line));
  const count = (pattern: RegExp) => changed.filter((line) => pattern.test(line)).length;
  const stat = `${count(/^\+\+\+ /)} file, ${count(/^\+(?!\+\+ )/)} line added, ${count(/^-(?!-- )/)} removed`;
  const shown = changed.map(
    (line) => `  ${line.startsWith("+") ? host.paint("green", line) : line.startsWith("-") ? host.paint("red", line) : line}`,
  );
  return `\nMerged commit ${task.mergedCommit.slice(0, 10)} on main: ${stat}\n\n${shown.join("\n")}`;
}

function howToLook(stage: Stage): string {
  const here = `CCM_HOME='${stage.home}' ccm`;
  return [
    "",
    "The daemon goes on. Look around:",
    `  ${here} status`,
    `  ${here} logs 1`,
    `  git -C '${stage.repository}' log -p`,
    "And at the end:",
    `  ${here} stop --now --all && rm -rf '${stage.folder}'`,
  ].join("\n");
}

/** Ends every process of the demo and removes its folder. */
async function strike(host: CommandHost, stage: Stage): Promise<void> {
  const paths = pathsAt(stage.home);
  await stopDaemon(paths);
  if (await Bun.file(paths.database).exists()) await stopRuns(await host.open());
  openUp(stage.folder);
  rmSync(stage.folder, { recursive: true, force: true, maxRetries: 3 });
}
