// Where in CCM_HOME secrets may have got to, and who wrote what is there.
import { lstatSync, readdirSync, readFileSync, type Stats } from "node:fs";
import { join, relative } from "node:path";
import { probeLock } from "../kernel/lock.ts";
import type { Paths } from "../kernel/paths.ts";

/**
 * `records`: what ccm wrote. `sessions`: what agents keep in their homes, transcripts above all. `work`: trees, the trash and
 * what a person wrote, where a secret is reported and never taken out: it may be what the work is about.
 */
export type Kind = "records" | "sessions" | "work";
export type SearchedFile = { kind: Kind; path: string; place: string };

/** Downloaded or built, large, and of nobody's secrets; altered files there would only fail their checksums. */
const LEFT_OUT = new Set(["node_modules", ".git", ".npm", ".cache", ".cargo", ".rustup", ".gradle", ".m2", ".pnpm-store", "target"]);
/** In work, larger files are no text that somebody wrote. */
const WORK_FILE_BYTES = 5_000_000;

/** All files that are searched. What the agents of live runs may change this moment is left out: `liveTasks` says whose. */
export function* searchedFiles(paths: Paths): Generator<SearchedFile> {
  const live = liveRuns(paths);
  const liveTasks = new Set(live.values());
  yield* below(paths.logs, "records", "logs");
  for (const run of namesIn(paths.runs)) {
    const { root, spool, spec, exit } = paths.run(Number(run));
    const isOver = lstatSync(exit, { throwIfNoEntry: false }) !== undefined;
    for (const file of below(root, "records", "runs")) {
      if (!file.path.startsWith(`${spool}/`) || !live.has(run)) if (file.path !== spec || isOver) yield file;
    }
  }
  for (const task of namesIn(paths.tasks)) {
    const { tmp, tree } = paths.task(Number(task));
    if (!liveTasks.has(Number(task))) yield* below(tmp, "sessions", "agents' homes");
    yield* small(below(tree, "work", `the tree of task ${task}`));
  }
  yield* small(below(paths.trash, "work", "the trash"));
  yield* small(below(join(paths.home, "automations"), "work", "automations"));
  yield* fileAt(paths.config, "work", "config.yaml");
}

/** Databases: the one in use, and its copies. */
export function databasesIn(paths: Paths): { current: string; copies: string[] } {
  const copies = namesIn(paths.backups).filter((name) => name.endsWith(".db"));
  return { current: paths.database, copies: copies.map((name) => join(paths.backups, name)) };
}

/** The tasks whose agents are at work. */
export function liveTasks(paths: Paths): number[] {
  return [...new Set(liveRuns(paths).values())].sort((a, b) => a - b);
}

/** Runs whose host lives, with their tasks; 0 where its spec cannot be read. */
function liveRuns(paths: Paths): Map<string, number> {
  const live = namesIn(paths.runs).filter((run) => probeLock(paths.run(Number(run)).lock));
  return new Map(live.map((run) => [run, taskOf(paths.run(Number(run)).spec)]));
}

function taskOf(spec: string): number {
  try {
    return Number((JSON.parse(readFileSync(spec, "utf8")) as { taskId: unknown }).taskId) || 0;
  } catch {
    return 0;
  }
}

function* small(files: Iterable<SearchedFile>): Generator<SearchedFile> {
  for (const file of files) if ((look(file.path)?.size ?? 0) <= WORK_FILE_BYTES) yield file;
}

function* fileAt(path: string, kind: Kind, place: string): Generator<SearchedFile> {
  if (look(path)?.isFile()) yield { kind, path, place };
}

/** Real files only, by name; folders that links lead to are elsewhere. */
function* below(folder: string, kind: Kind, place: string): Generator<SearchedFile> {
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const found = look(path);
    if (found?.isFile()) yield { kind, path, place };
    else if (found?.isDirectory() && !(kind !== "records" && LEFT_OUT.has(name))) yield* below(path, kind, place);
  }
}

/** A folder that is not there, or cannot be read, has nothing that can be searched. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** A path as people read it. */
export function shortPath(paths: Paths, path: string): string {
  return relative(paths.home, path);
}
