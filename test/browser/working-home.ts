// A home in the middle of a day's work: the real Claude Code with a scripted model, at every stage that a task can be in.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openDatabase } from "../../src/kernel/database.ts";
import { findClaude, INSTALL_COMMAND } from "../support/claude-cli.ts";
import { agentEnvironment } from "../support/claude-environment.ts";
import { CLAUDE_MAIN } from "../support/claude-versions.ts";
import { type HomeUnderTest, openHome } from "../support/home-under-test.ts";
import type { ModelServer } from "../support/model-server.ts";
import { openModelServer } from "../support/model-server.ts";
import { waitFor } from "../support/wait.ts";
import { type Chapter, REPOSITORIES, STORY, type StoryTask } from "./working-story.ts";

export type WorkingHome = { home: HomeUnderTest; taskOf(chapter: Chapter): number; remove(): Promise<void> };

type Seen = { id: number; state: string; result: string | null; waiting: { reason: string } | null };
type Ids = Map<string, number>;

/** Several agents start on a machine with two cores. */
const CHAPTER_MS = 120_000;
/** The story is played in half a minute and told as if it had taken so many times longer. */
const SLOWER = 70;

/** What a task looks like when it has come to its chapter; one that only works is not waited for, since others work beside it. */
const REACHED: Partial<Record<Chapter, (task: Seen) => boolean>> = {
  merged: (task) => task.state === "approving",
  no_change: (task) => task.result === "no_change",
  rejected: (task) => task.state === "approving",
  failed: (task) => task.state === "failed",
  approving: (task) => task.state === "approving",
  asking: (task) => task.waiting?.reason === "question",
};

/** Opens it and plays the story; `remove` ends everything. */
export async function openWorkingHome(): Promise<WorkingHome> {
  const executable = findClaude(CLAUDE_MAIN);
  if (!executable) throw new Error(`Claude Code ${CLAUDE_MAIN} is missing. Install it with: ${INSTALL_COMMAND}`);
  const home = openHome("working");
  const server = openModelServer(STORY.map(({ prompt, steps }, nth) => ({ name: trackOf(nth), prompt, steps })));
  const remove = async () => {
    await home.remove();
    await server.stop();
  };
  try {
    const ids: Ids = new Map();
    await configure(home, executable, server.url);
    await home.startDaemon();
    for (const task of STORY) ids.set(task.title, await play(home, task, ids));
    await waitFor("the agents in the middle of their work", () => isInTheMiddle(server), CHAPTER_MS);
    if (server.wrong.length > 0) throw new Error(server.wrong.join("\n"));
    age(home);
    return { home, remove, taskOf: (chapter) => ids.get(STORY.find((task) => task.chapter === chapter)?.title ?? "") ?? 0 };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

const trackOf = (nth: number) => `story-${nth}`;

function isInTheMiddle({ asked }: ModelServer): boolean {
  return STORY.every(
    ({ chapter, steps }, nth) =>
      chapter !== "working" || asked.some(({ track, step }) => track === trackOf(nth) && step === steps.length - 1),
  );
}

async function configure(home: HomeUnderTest, executable: string, serverUrl: string): Promise<void> {
  const working = STORY.filter(({ chapter }) => chapter === "working").length;
  const settings: Record<string, string> = {
    "agents.claude.command": executable,
    "agents.claude.model": "claude-opus-4-5",
    "limits.sendBacks": "1",
    "limits.runs": String(working),
  };
  for (const [name, value] of Object.entries(agentEnvironment(serverUrl))) settings[`agents.claude.env.${name}`] = value;
  await home.json("init", "--yes");
  for (const [key, value] of Object.entries(settings)) await home.json("config", "set", key, value);
  for (const [name, { files, gate }] of Object.entries(REPOSITORIES)) {
    const path = join(home.root, name);
    for (const [file, text] of Object.entries(files)) writeWithFolder(join(path, file), text);
    for (const words of [
      ["init", "-q"],
      ["add", "."],
      ["commit", "-q", "-m", "Begin"],
    ])
      git(home, path, words);
    await home.json("register-project", "--path", path, "--gate", `full=${gate}`);
  }
}

/** Creates the task and brings it to its chapter. */
async function play(home: HomeUnderTest, task: StoryTask, ids: Ids): Promise<number> {
  const { project, title, prompt, kind, priority = "normal", chapter, after, source } = task;
  const words = ["--project", project, "--title", title, "--prompt", prompt, "--kind", kind, "--priority", priority];
  if (source) words.push("--from-outside", source);
  if (after) words.push("--after", String(ids.get(after)));
  const { id } = await home.json<Seen>("create-task", ...words);
  if (chapter === "paused") await home.json("pause-task", String(id));
  await reach(home, id, chapter);
  if (chapter === "merged") {
    await home.json("approve", String(id), "--comment", "Thank you");
    await waitFor(`task ${id} to be merged`, async () => (await home.json<Seen>("task-status", String(id))).result === "merged");
  }
  if (chapter === "rejected") await home.json("reject", String(id), "--reason", "The service is not ready before summer.");
  return id;
}

async function reach(home: HomeUnderTest, id: number, chapter: Chapter): Promise<void> {
  const isThere = REACHED[chapter];
  if (!isThere) return;
  const look = async () => {
    const task = await home.json<Seen>("task-status", String(id));
    if (isThere(task)) return true;
    if (["done", "failed", "cancelled"].includes(task.state)) throw new Error(`Task ${id} is not ${chapter}: ${JSON.stringify(task)}`);
    return false;
  };
  await waitFor(`task ${id} to be ${chapter}`, look, CHAPTER_MS);
}

/** Moves everything that has happened away from now, as if it had happened more slowly. */
function age(home: HomeUnderTest): void {
  const db = openDatabase(home.paths.database, "existing");
  const now = Date.now();
  const columns = db.sql
    .query<{ place: string; name: string }, []>(
      `SELECT t.name AS place, c.name FROM sqlite_master t, pragma_table_info(t.name) c
       WHERE t.type = 'table' AND t.name NOT IN ('web_sessions', 'sign_in_links', 'audit') AND (c.name = 'at' OR c.name GLOB '*_at' OR c.name GLOB '*_since')`,
    )
    .all();
  db.transact(() => {
    for (const { place, name } of columns)
      db.sql.query(`UPDATE ${place} SET ${name} = ?1 - (?1 - ${name}) * ${SLOWER} WHERE ${name} <= ?1`).run(now);
  });
  db.close();
}

function writeWithFolder(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function git(home: HomeUnderTest, cwd: string, words: string[]): void {
  const run = Bun.spawnSync(["git", ...words], { cwd, env: home.env });
  if (run.exitCode !== 0) throw new Error(`git ${words.join(" ")}: ${run.stderr}`);
}
