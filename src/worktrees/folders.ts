// The folders of tasks on disk: which are complete, how large, and the only code that deletes one.
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../kernel/fault.ts";
import { openUp } from "../kernel/open-folders.ts";
import type { Paths } from "../kernel/paths.ts";
import type { TreeFound } from "./schema.ts";

/** Entries that are measured: more than any tree; above it the answer is "at least". */
const MEASURED_ENTRIES = 3_000_000;
/** Entries between two pauses, so that the loop and the web go on; about 5 ms. */
const ENTRIES_A_SLICE = 1_000;
/** Size of the blocks that lstat counts in (POSIX, st_blocks). */
const BLOCK_BYTES = 512;

/** Written into a task's folder as the last step of making it; only a folder with it is used, kept or deleted. */
const MARK = "task.json";

export const trashPath = (paths: Paths, taskId: number): string => join(paths.trash, folderName(taskId));

/** True for a folder that was made to its end for this task. */
export function isTaskFolder(path: string, taskId: number): boolean {
  try {
    return lstatSync(path).isDirectory() && JSON.parse(readFileSync(join(path, MARK), "utf8")).taskId === taskId;
  } catch {
    return false;
  }
}

export function markComplete(path: string, taskId: number): void {
  writeFileSync(join(path, MARK), `${JSON.stringify({ taskId })}\n`);
}

/** An empty folder for a task; one that was left half-made is deleted. */
export async function beginFolder(paths: Paths, taskId: number): Promise<string> {
  const { root, tmp } = paths.task(taskId);
  mkdirSync(paths.tasks, { recursive: true, mode: 0o700 });
  await deleteHalfMade(paths, taskId);
  mkdirSync(root, { mode: 0o700 });
  mkdirSync(tmp, { mode: 0o700 });
  return root;
}

/** Deletes a task's folder that was never completed, so that nobody has worked in it. */
export async function deleteHalfMade(paths: Paths, taskId: number): Promise<void> {
  const { root } = paths.task(taskId);
  if (!existsSync(root) || isTaskFolder(root, taskId)) return;
  mkdirSync(paths.trash, { recursive: true, mode: 0o700 });
  const going = join(paths.trash, `${folderName(taskId)}.half`);
  if (existsSync(going)) await deleteInside(paths, going);
  renameSync(root, going);
  await deleteInside(paths, going);
}

/** Written into a task's folder on its way to the trash: why not all of it could be kept elsewhere. */
const UNKEPT = "unkept.txt";

/** Notes it in the folder itself, before that is moved: a crash may come before the row is written. */
export function noteUnkept(paths: Paths, taskId: number, why: string): void {
  writeFileSync(join(paths.task(taskId).root, UNKEPT), why);
}

export function unkeptIn(paths: Paths, taskId: number): string | null {
  const path = join(trashPath(paths, taskId), UNKEPT);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/** Moves a complete task folder to the trash, or back; the same file system, so it is one rename. */
export function moveFolder(from: string, to: string, parent: string): void {
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  renameSync(from, to);
}

/** Deletes a task's folder in the trash. Faults: `denied` for anything that is not a task's own folder there. */
export async function deleteFromTrash(paths: Paths, taskId: number): Promise<void> {
  const path = trashPath(paths, taskId);
  const going = join(paths.trash, `${folderName(taskId)}.gone`);
  // A deletion that a crash cut short goes on under this name, because its mark may be gone already.
  if (existsSync(going)) await deleteInside(paths, going);
  if (!existsSync(path)) return;
  if (!isTaskFolder(path, taskId))
    throw new Fault(
      "denied",
      `"${path}" is not the folder of task ${taskId}, so ccm does not delete it.`,
      "Look into it and delete it yourself.",
    );
  renameSync(path, going);
  await deleteInside(paths, going);
}

/**
 * Resolved first: a link, or a trash that leads elsewhere, is never followed into somebody else's files. What lies too deep to
 * be named comes up to the top.
 */
async function deleteInside(paths: Paths, path: string): Promise<void> {
  const inside = join(realpathSync(paths.trash), path.slice(paths.trash.length + 1));
  if (realpathSync(path) !== inside || !lstatSync(path).isDirectory()) {
    throw new Fault("denied", `"${path}" leads out of the trash, so ccm does not delete it.`, "Look into it and delete it yourself.");
  }
  let deep = 0;
  openUp(inside, (folder) => {
    const near = Buffer.from(join(inside, `deep-${++deep}`));
    renameSync(folder, near);
    return near;
  });
  await rm(inside, { recursive: true, force: true, maxRetries: 3 });
}

function folderName(taskId: number): string {
  if (!Number.isSafeInteger(taskId) || taskId < 1) throw new Error(`${taskId} is no task id.`);
  return String(taskId);
}

/** Every task folder below tasks and trash, by number; other names there are not ours and not listed. */
export async function listFolders(paths: Paths): Promise<TreeFound[]> {
  const found: TreeFound[] = [];
  for (const where of ["tasks", "trash"] as const) {
    for (const name of existsSync(paths[where]) ? readdirSync(paths[where]) : []) {
      const path = join(paths[where], name);
      if (/^[1-9]\d{0,14}$/.test(name) && lstatSync(path).isDirectory())
        found.push({ taskId: Number(name), where, path, sizeBytes: await sizeOf(path) });
    }
  }
  return found.sort((a, b) => a.taskId - b.taskId || a.where.localeCompare(b.where));
}

/** Bytes on disk below a path as du(1) counts them; links are not followed, folders that may not be read count nothing. */
export async function sizeOf(top: string): Promise<number> {
  let bytes = 0;
  const waiting: Buffer[] = [Buffer.from(top)];
  for (let entries = 1; entries < MEASURED_ENTRIES; entries++) {
    const path = waiting.pop();
    if (!path) return bytes;
    const found = lstatOf(path);
    bytes += (found?.blocks ?? 0) * BLOCK_BYTES;
    if (found?.isDirectory()) for (const name of namesIn(path)) waiting.push(Buffer.concat([path, Buffer.from("/"), name]));
    if (entries % ENTRIES_A_SLICE === 0) await Bun.sleep(0);
  }
  return bytes;
}

function namesIn(folder: Buffer): Buffer[] {
  try {
    return readdirSync(folder, { encoding: "buffer" });
  } catch {
    return [];
  }
}

/** Null for what was deleted while we looked: agents work on. */
function lstatOf(path: Buffer) {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}
