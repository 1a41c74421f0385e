// How two commits differ, for people: the list of files with their counts, and the lines of some of them.
import { redactPatch } from "../kernel/redact.ts";
import { noIndex } from "./content.ts";
import { patchesIn } from "./patch-text.ts";
import { mustRun, refusal, run } from "./run.ts";
import type { ChangedFile, CommitId, FilePatch, Repository } from "./schema.ts";

/** Renames are found as `git diff` finds them; nothing of it depends on what the repository configures. */
const DIFFER = ["diff-tree", "-r", "--no-color", "--no-ext-diff", "--no-textconv", "--full-index", "--find-renames"];

/** Both forms in one call: the first has modes and kinds, the second the counts, in the same order. */
export async function changedFiles(repo: Repository, base: CommitId, commit: CommitId): Promise<ChangedFile[]> {
  const args = [...DIFFER, "-z", "--raw", "--numstat", base, commit];
  const answer = await mustRun({ gitDir: repo.gitDir, env: noIndex(repo), args });
  return filesIn(answer.stdout.toString());
}

export async function patches(
  repo: Repository,
  base: CommitId,
  commit: CommitId,
  files: readonly ChangedFile[],
  limitBytes: number,
): Promise<Map<string, FilePatch>> {
  const named = files.filter(isNameable);
  if (named.length === 0) return new Map();
  // Both paths of a rename, or git would call it a file that was added and one that was removed.
  const paths = named.flatMap((file) => (file.from === null ? [file.path] : [file.from, file.path]));
  const args = [...DIFFER, "-p", base, commit, "--", ...paths];
  const answer = await run({ gitDir: repo.gitDir, env: noIndex(repo), args, limit: { bytes: limitBytes, over: "cut" } });
  if (answer.code !== 0 && !answer.cut) throw refusal(args, answer);
  const text = new TextDecoder().decode(answer.stdout, { stream: answer.cut }); // `stream` drops half a character at the cut.
  return patchesIn(redactPatch(text), named, answer.cut ? "cut" : "whole");
}

/** A path whose bytes are no UTF-8 cannot be said on a command line of ours, and another file's lines must not pass for its own. */
function isNameable({ path, from }: ChangedFile): boolean {
  return !`${path}${from ?? ""}`.includes("\ufffd");
}

const CHANGES: Record<string, ChangedFile["change"]> = { A: "added", D: "removed", R: "renamed", T: "retyped" };

/** git-diff-tree(1), "raw output format" and --numstat, both with -z: paths are as they are, and follow their fields. */
function filesIn(output: string): ChangedFile[] {
  const parts = output.split("\0");
  const files: ChangedFile[] = [];
  let at = 0;
  while (parts[at]?.startsWith(":")) {
    const [old = "", now = "", , , status = ""] = (parts[at] ?? "").slice(1).split(" ");
    const isRename = status.startsWith("R");
    files.push({
      path: parts[at + (isRename ? 2 : 1)] ?? "",
      from: isRename ? (parts[at + 1] ?? "") : null,
      change: CHANGES[status[0] ?? ""] ?? "changed",
      modes: { old: modeOf(old), now: modeOf(now) },
      lines: null,
    });
    at += isRename ? 3 : 2;
  }
  for (const file of files) {
    const [added = "-", removed = "-"] = (parts[at] ?? "").split("\t");
    file.lines = added === "-" ? null : { added: Number(added), removed: Number(removed) };
    at += file.from === null ? 1 : 3;
  }
  return files;
}

function modeOf(mode: string): string | null {
  return /^0+$/.test(mode) ? null : mode;
}
