// `ccm demo`: a real daemon, sandbox, gate and merge in a throw-away place, which is gone afterwards, however it ends.
import { Fault } from "../kernel/fault.ts";
import type { CommandHost } from "../kernel/module.ts";
import { pathsAt } from "../kernel/paths.ts";
import { registerProject } from "../projects/actions.ts";
import { createTask } from "../tasks/actions.ts";
import type { Task } from "../tasks/schema.ts";
import { startDaemon } from "./daemon-actions.ts";
import { buildRepository, gateOutcome, howToLook, makeStage, type Stage, strike } from "./demo-stage.ts";
import { changeOf, follow } from "./demo-story.ts";
import { makeHome } from "./home-actions.ts";
import type { Profile } from "./schema.ts";

/** Plays the demo and takes everything away again. Faults: `environment` when this machine cannot run one, `failed`. */
export async function demo(host: CommandHost, options: { keep?: true }): Promise<void> {
  const stage = makeStage();
  const interrupted = onInterrupt();
  try {
    const task = await play(host, stage, options.keep ? "full" : "minimal", interrupted);
    if (!options.keep) await strike(host, stage);
    host.print({ home: stage.home, repository: stage.repository, commit: task.mergedCommit, kept: options.keep === true }, () =>
      options.keep ? howToLook(stage) : "\nThat was all, and nothing of it is left. `ccm demo --keep` keeps it to look at.",
    );
  } catch (thrown) {
    if (!options.keep || interrupted.aborted) await strike(host, stage);
    throw thrown;
  }
}

function onInterrupt(): AbortSignal {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupt.abort());
  return interrupt.signal;
}

async function play(host: CommandHost, stage: Stage, profile: Profile, interrupted: AbortSignal): Promise<Task> {
  const gate = await buildRepository(stage);
  host.note(`A scratch repository with a bug: ${stage.repository}`);
  host.note(host.paint("dim", `  $ ${gate}   → ${gateOutcome(stage, gate)}`));
  const paths = pathsAt(stage.home);
  makeHome(paths);
  const daemon = await startDaemon(paths, { profile, port: "0" });
  if (!daemon.sandbox) throw new Fault("environment", "No sandbox works on this machine, so no agent may start.", "`ccm doctor` says why.");
  host.note(`A daemon of its own (process ${daemon.pid}), home: ${stage.home}\n\n`);
  const ctx = await host.open();
  const project = await registerProject(ctx, {
    path: stage.repository,
    name: "demo",
    agent: "demo",
    approval: "ask",
    settings: { gates: { full: gate }, setup: null, copies: [], env: {}, sandbox: {}, guards: {}, roles: {} },
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
