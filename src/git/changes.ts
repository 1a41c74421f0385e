// What in a tree differs from the daemon's index, and what of it may be committed. Paths are bytes: names need not be text.
import { chmodSync, type Stats } from "node:fs";
import { Fault } from "../kernel/fault.ts";
import { openUp } from "../kernel/open-folders.ts";
import { placesOf } from "./places.ts";
import { type Answer, BOUNDS, type Call, LONG_MS, refusal, run, type Wrap } from "./run.ts";
import type { KeepOut, Left, TaskGit } from "./schema.ts";
import { look } from "./seal.ts";

/** A path relative to the tree, its bytes as Latin-1 so that it can be compared and held in sets. */
export type RawPath = string;

/** `add` and `remove` bring the index to what the tree holds; `left` stays out, with the file's raw name. */
export type Changes = { add: RawPath[]; remove: RawPath[]; left: { path: RawPath; why: Left["why"]; tracked: "tracked" | "untracked" }[] };

/** Names that git refuses because another system would take them for `.git` (read-cache.c, verify_path). */
const FORBIDDEN = /^(\.git|git~1)[ .]*($|[\\:])/i;
const FORBIDDEN_LINK = /(^|\/)(\.gitmodules|gitmod~|gi7eb)[^/]*$/i;

/** A git command over the task's tree with the daemon's index, inside the sandbox. */
export function inTree(task: TaskGit, wrap: Wrap, call: Omit<Call, "gitDir" | "workTree" | "wrap">): Call {
  return {
    timeoutMs: LONG_MS,
    bounds: BOUNDS,
    ...call,
    gitDir: task.gitPath,
    workTree: task.treePath,
    env: { GIT_INDEX_FILE: task.indexPath, ...call.env },
    config: ["core.commitGraph=false", "core.multiPackIndex=false", ...(call.config ?? [])],
    wrap,
    write: [placesOf(task).indexFolder],
  };
}

/** Like `mustRun` for a command in the tree; what goes wrong there is the work's fault, not the machine's. */
export async function runInTree(task: TaskGit, wrap: Wrap, call: Omit<Call, "gitDir" | "workTree" | "wrap">): Promise<Buffer> {
  const answer = await run(inTree(task, wrap, call));
  if (answer.code !== 0) throw refusal(call.args, answer, "failed");
  return answer.stdout;
}

/**
 * `opening`: files and folders that may not be read are made readable for their owner first. `looking`: nothing is touched,
 * since the agent may be at work and could put a link in the place of what is made readable; what may not be read stays out.
 */
export type Reading = "opening" | "looking";

/** Compares the tree with the index. */
export async function changesIn(task: TaskGit, keepOut: KeepOut, wrap: Wrap, reading: Reading = "opening"): Promise<Changes> {
  let seen = await listChanges(task, wrap);
  // git skips what it may not read, and says so; only then is the whole tree looked through.
  if (reading === "opening" && seen.some((answer) => answer.code !== 0 || answer.stderr !== "")) {
    openUp(task.treePath);
    seen = await listChanges(task, wrap);
  }
  const [differing, untracked] = seen;
  if (!differing || !untracked) throw new Error("Two answers were asked for.");
  for (const answer of seen) if (answer.code !== 0) throw refusal(["ls-files"], answer, "failed");
  const changes = sortOut(task, keepOut, fields(differing), fields(untracked));
  if (reading === "opening") makeReadable(task, changes.add);
  else leaveUnreadable(task, changes);
  return changes;
}

function listChanges(task: TaskGit, wrap: Wrap): Promise<Answer[]> {
  const differing = ["diff-files", "--name-status", "--no-renames", "--ignore-submodules=all", "-z"];
  const untracked = ["ls-files", "--others", "--exclude-standard", "-z"];
  return Promise.all([differing, untracked].map((args) => run(inTree(task, wrap, { args }))));
}

function sortOut(task: TaskGit, keepOut: KeepOut, differing: RawPath[], untracked: RawPath[]): Changes {
  const changes: Changes = { add: [], remove: [], left: [] };
  const place = (path: RawPath, tracked: "tracked" | "untracked") => {
    const why = reasonToLeave(path, look(absolute(task, path)), keepOut);
    if (why) changes.left.push({ path: path.replace(/\/$/, ""), why, tracked });
    else changes.add.push(path);
  };
  for (let at = 0; at + 1 < differing.length; at += 2) {
    const path = differing[at + 1] ?? "";
    if (differing[at] === "D") changes.remove.push(path);
    else place(path, "tracked");
  }
  for (const path of untracked) place(path, "untracked");
  return changes;
}

/** A folder here is a nested repository: git names it with its slash and does not look inside. */
function reasonToLeave(path: RawPath, found: Stats | null, keepOut: KeepOut): Left["why"] | null {
  if (isCopy(path, keepOut)) return "copied";
  if (path.endsWith("/") || found?.isDirectory()) return "repository";
  if (path.split("/").some((part) => FORBIDDEN.test(part))) return "special";
  if (!found) return null;
  if (found.isSymbolicLink()) return FORBIDDEN_LINK.test(path) ? "special" : null;
  if (!found.isFile()) return "special";
  return found.size > keepOut.fileBytes ? "oversized" : null;
}

export function isCopy(path: RawPath, keepOut: KeepOut): boolean {
  return keepOut.copies.some((copy) => {
    const raw = Buffer.from(copy).toString("latin1").replace(/\/$/, "");
    return path === raw || path.startsWith(`${raw}/`);
  });
}

function makeReadable(task: TaskGit, paths: RawPath[]): void {
  for (const path of paths) {
    const file = absolute(task, path);
    const found = look(file);
    if (found?.isFile() && (found.mode & 0o400) === 0) chmodSync(file, (found.mode & 0o7777) | 0o600);
  }
}

function leaveUnreadable(task: TaskGit, changes: Changes): void {
  const isUnreadable = (path: RawPath) => {
    const found = look(absolute(task, path));
    return found?.isFile() === true && (found.mode & 0o400) === 0;
  };
  const unreadable = changes.add.filter(isUnreadable);
  changes.add = changes.add.filter((path) => !unreadable.includes(path));
  changes.left.push(...unreadable.map((path) => ({ path, why: "special" as const, tracked: "untracked" as const })));
}

/**
 * The file of a path that git named. Faults: `failed` for one that leads out of the tree: git runs over the agent's
 * files, so what it prints is not trusted with our right to delete and rename.
 */
export function absolute(task: TaskGit, path: RawPath): Buffer {
  const parts = path.replace(/\/$/, "").split("/");
  if (path.startsWith("/") || parts.some((part) => part === "" || part === "." || part === ".." || part === ".git")) {
    throw new Fault("failed", `git named a path that is not in the tree: "${shown(path)}".`);
  }
  for (let depth = 1; depth < parts.length; depth++) {
    if (look(raw(task, parts.slice(0, depth).join("/")))?.isSymbolicLink()) throw new Fault("failed", `"${shown(path)}" is behind a link.`);
  }
  return raw(task, parts.join("/"));
}

const raw = (task: TaskGit, path: RawPath) => Buffer.concat([Buffer.from(`${task.treePath}/`), Buffer.from(path, "latin1")]);

/** A raw path as people read it. */
export const shown = (path: RawPath): string => Buffer.from(path, "latin1").toString("utf8");

/** The parts of a -z answer. */
export function fields(answer: { stdout: Buffer } | Buffer): RawPath[] {
  const bytes = Buffer.isBuffer(answer) ? answer : answer.stdout;
  return bytes.toString("latin1").split("\0").slice(0, -1);
}

/** The input of a -z command. */
export const listed = (paths: RawPath[]): Buffer => Buffer.from(paths.map((path) => `${path}\0`).join(""), "latin1");
