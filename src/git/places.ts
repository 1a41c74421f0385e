// Where the parts of a task's private git directory are, and its text files read without git.
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import { Fault } from "../kernel/fault.ts";
import type { CommitId, TaskGit } from "./schema.ts";

/** Largest packed-refs that is read: half a million refs. */
const REFS_BYTES = 50_000_000;
/** A loose ref is one line. */
const REF_BYTES = 4_096;

/** `sealed` holds the daemon's copies of what the agent may not change, `aside` what was moved out of the way. */
export function placesOf(task: TaskGit) {
  const root = dirname(task.gitPath);
  return { root, sealed: join(root, "sealed"), aside: join(root, "aside"), indexFolder: dirname(task.indexPath) };
}

/** True for a full commit id of either hash. */
export const isCommitId = (value: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(value);

/**
 * A ref of the private directory, read as text: a loose file, else a line of packed-refs, else null. Nothing but a
 * plain commit id counts. Faults: `failed` when a loose ref is anything else.
 */
export function readRef(gitPath: string, ref: string): CommitId | null {
  const loose = readPlainFile(join(gitPath, ref), REF_BYTES);
  if (loose !== null) {
    const id = loose.trim();
    if (isCommitId(id)) return id;
    throw new Fault(
      "failed",
      `The branch "${ref}" of the task holds no commit id.`,
      "The task's folder keeps everything; `ccm task-status` says where.",
    );
  }
  const packed = readPlainFile(join(gitPath, "packed-refs"), REFS_BYTES);
  if (packed === null) return null;
  const end = ` ${ref}`;
  const line = packed.split("\n").find((candidate) => candidate.endsWith(end));
  const id = line?.slice(0, -end.length) ?? "";
  return isCommitId(id) ? id : null;
}

/** What HEAD says: a branch's full name, a commit id, or null for anything else. */
export function readHead(gitPath: string): { ref: string } | { commit: CommitId } | null {
  const line = readPlainFile(join(gitPath, "HEAD"), REF_BYTES)?.trim() ?? "";
  if (isCommitId(line)) return { commit: line };
  const ref = line.startsWith("ref: ") ? line.slice(5) : "";
  return ref.startsWith("refs/") && !ref.split("/").includes("..") ? { ref } : null;
}

/** A file's text if it is a plain file of at most `limit` bytes; links are not followed and a pipe does not block. */
export function readPlainFile(path: string | Buffer, limit: number): string | null {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile() || found.size > limit) return null;
    const bytes = Buffer.alloc(found.size);
    return bytes.subarray(0, readSync(file, bytes, 0, found.size, 0)).toString();
  } finally {
    closeSync(file);
  }
}
