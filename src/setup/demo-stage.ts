// The place of `ccm demo`: a repository with a bug and a home of its own, both gone afterwards.
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRepository } from "../git/actions.ts";
import type { CommandHost } from "../kernel/module.ts";
import { openUp } from "../kernel/open-folders.ts";
import { pathsAt } from "../kernel/paths.ts";
import { ownCommand } from "../kernel/process.ts";
import { stopDaemon } from "./daemon-actions.ts";
import { type DemoRepository, NODE_DEMO, SHELL_DEMO } from "./demo-repository.ts";
import { killDaemon, stopRuns } from "./emergency.ts";

/** A gate of the demo's size takes a second at most. */
const GATE_MS = 60_000;

/** A place that the demo has for itself. */
export type Stage = { folder: string; home: string; repository: string };

/** It takes two seconds on any machine, so it waits for none to become idle; nothing of it is left, windows least of all. */
const SETTINGS = { CCM_LIMITS_LOAD_PER_CORE: "1000", CCM_LIMITS_FREE_MEMORY_MB: "0", CCM_WINDOWS_TMUX: "off" };

/** What the person configured for their own home does not count here. */
export function makeStage(): Stage {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ccm-demo-")));
  const stage = { folder, home: join(folder, "home"), repository: join(folder, "repository") };
  for (const name of Object.keys(process.env)) if (name.startsWith("CCM_")) delete process.env[name];
  Object.assign(process.env, SETTINGS, { CCM_HOME: stage.home });
  mkdirSync(stage.repository);
  return stage;
}

function hasNode(): boolean {
  if (!Bun.which("npm") || !Bun.which("node")) return false;
  const version = Bun.spawnSync(["node", "--version"], { stdin: "ignore", stderr: "ignore" }).stdout.toString();
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0) >= NODE_MAJOR;
}

/** From here on `node --test` is part of it for good: https://nodejs.org/api/test.html */
const NODE_MAJOR = 20;

/** Writes the repository, with npm and node or without, and gives the gate that finds its bug. */
export async function buildRepository(stage: Stage): Promise<string> {
  const content: DemoRepository = hasNode() ? NODE_DEMO : SHELL_DEMO;
  for (const { path, text } of content.files) writeFileSync(join(stage.repository, path), text);
  const author = { name: "Demo person", email: "person@localhost" };
  await createRepository(stage.repository, { message: "Add up numbers", author, at: Date.now() });
  return content.gate;
}

/** Runs the gate as the person would, before anybody has repaired anything; npm's logs and cache stay below the stage, too. */
export function gateOutcome(stage: Stage, command: string): string {
  const gate = Bun.spawnSync(["sh", "-c", command], {
    cwd: stage.repository,
    env: { ...process.env, HOME: stage.folder },
    stdio: ["ignore", "ignore", "ignore"],
    timeout: GATE_MS,
  });
  return gate.exitCode === 0 ? "passes" : `fails (exit code ${gate.exitCode})`;
}

/** What to type to look around, and to end it. */
export function howToLook(stage: Stage): string {
  const here = `CCM_HOME='${stage.home}' ${ownCommand().join(" ")}`;
  return [
    "",
    "The daemon goes on. Look around:",
    `  ${here} open`,
    `  ${here} status`,
    `  ${here} logs 1`,
    `  git -C '${stage.repository}' log -p`,
    "And at the end:",
    `  ${here} stop --now --all && rm -rf '${stage.folder}'`,
  ].join("\n");
}

/** Ends every process of the demo and removes its folder. */
export async function strike(host: CommandHost, stage: Stage): Promise<void> {
  const paths = pathsAt(stage.home);
  await stopDaemon(paths).catch(() => killDaemon(paths));
  if (existsSync(paths.database)) await stopRuns(await host.open());
  openUp(stage.folder);
  rmSync(stage.folder, { recursive: true, force: true, maxRetries: 3 });
}
