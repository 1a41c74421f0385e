// Makes and reads commits without a checkout: merges, differences, single files.
import { join } from "node:path";
import { Fault } from "../kernel/fault.ts";
import { oddInMerge } from "./judge-work.ts";
import { commitTree, containsCommit } from "./refs.ts";
import { LONG_MS, pipe, refusal, run, text } from "./run.ts";
import type { Candidate, CommitId, CommitText, Repository } from "./schema.ts";

/** Largest file that `readFile` returns: configuration and documents, not data. */
const FILE_BYTES = 4_000_000;

/** The same two commits always differ the same way, whatever the repository configures for people's eyes. */
const DIFF = ["diff-tree", "-r", "-p", "--no-color", "--no-ext-diff", "--no-textconv", "--full-index", "--no-renames"];

export async function candidate(repo: Repository, base: CommitId, tip: CommitId, about: CommitText): Promise<Candidate> {
  const merge = await mergeTrees(repo, base, tip);
  if (merge.kind === "conflict") return merge;
  // Each side was judged when it came in; that says nothing of both together.
  const odd = (await containsCommit(repo, tip, base)) ? [] : await oddInMerge(repo, merge.tree, [base, tip]);
  if (odd.length > 0) return { kind: "conflict", files: odd };
  return { ...merge, commit: await commitTree(repo, merge.tree, [base], about) };
}

/** What a merge of two commits holds, or the files in which they conflict. */
export type MergedTrees = { kind: "clean"; tree: CommitId } | { kind: "conflict"; files: string[] };

export async function mergeTrees(repo: Repository, ours: CommitId, theirs: CommitId): Promise<MergedTrees> {
  await requireMergeTree();
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs];
  const answer = await run({ gitDir: repo.gitDir, env: noIndex(repo), args, timeoutMs: LONG_MS });
  if (answer.code > 1) throw refusal(args, answer);
  const [tree = "", ...files] = answer.stdout
    .toString()
    .split("\0")
    .filter((part) => part !== "");
  if (answer.code === 1) return { kind: "conflict", files };
  return { kind: "clean", tree };
}

export function mergeCommit(repo: Repository, tree: CommitId, tip: CommitId, base: CommitId, about: CommitText): Promise<CommitId> {
  return commitTree(repo, tree, [tip, base], about);
}

/** git-patch-id(1) with --verbatim ignores line numbers only, since white space can be the change; empty for no change at all. */
export async function patchId(repo: Repository, base: CommitId, commit: CommitId): Promise<string> {
  const { from, into } = await pipe(
    { gitDir: repo.gitDir, env: noIndex(repo), args: [...DIFF, "--binary", base, commit], timeoutMs: LONG_MS },
    { gitDir: repo.gitDir, args: ["patch-id", "--verbatim"], timeoutMs: LONG_MS },
  );
  if (from.code !== 0) throw refusal(DIFF, from);
  if (into.code !== 0) throw refusal(["patch-id"], into);
  return into.stdout.toString().split(" ")[0] ?? "";
}

export async function diff(repo: Repository, base: CommitId, commit: CommitId, limitBytes: number): Promise<string> {
  const args = [...DIFF.filter((flag) => flag !== "--no-renames"), "--find-renames", base, commit];
  const answer = await run({ gitDir: repo.gitDir, env: noIndex(repo), args, limit: { bytes: limitBytes, over: "cut" } });
  if (answer.code !== 0 && !answer.cut) throw refusal(args, answer);
  return new TextDecoder().decode(answer.stdout, { stream: answer.cut }); // `stream` drops half a character at the cut.
}

/** Links, folders and submodules are no files. Faults: `invalid` for a file over 4 MB. */
export async function readFile(repo: Repository, commit: CommitId, path: string): Promise<string | null> {
  if (path === "" || path.startsWith("/") || path.split("/").includes("..")) return null;
  const listed = await text({ gitDir: repo.gitDir, args: ["ls-tree", "-z", "--full-tree", commit, "--", path] });
  const [meta = "", name] = listed.replace(/\0$/, "").split("\t");
  const [mode = "", type, id = ""] = meta.split(" ");
  if (name !== path || type !== "blob" || mode === "120000") return null;
  const answer = await run({ gitDir: repo.gitDir, args: ["cat-file", "blob", id], limit: { bytes: FILE_BYTES, over: "cut" } });
  if (answer.cut)
    throw new Fault(
      "invalid",
      `"${path}" at ${commit} is larger than ${FILE_BYTES / 1_000_000} MB.`,
      "ccm reads only configuration and documents from a commit.",
    );
  if (answer.code !== 0) throw refusal(["cat-file"], answer);
  return answer.stdout.toString();
}

/** Those of the paths that are files of a commit. */
export async function trackedAt(repo: Repository, commit: CommitId, paths: string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const answer = await text({ gitDir: repo.gitDir, args: ["ls-tree", "-z", "--name-only", "--full-tree", commit, "--", ...paths] });
  return answer.split("\0").filter((path) => path !== "");
}

/** Attributes of the person's checkout must not change a result: without a tree git would read them from their index. */
export function noIndex(repo: Repository): Record<string, string> {
  return { GIT_INDEX_FILE: join(repo.gitDir, "ccm-no-index") };
}

let mergeTreeWorks: Promise<void> | undefined;

/** `merge-tree --write-tree` came with git 2.38, `patch-id --verbatim` with 2.39; an older one calls it wrong usage. Asked once a process. */
function requireMergeTree(): Promise<void> {
  mergeTreeWorks ??= text({ args: ["version"] }).then((version) => {
    if (!isOldGit(version)) return;
    mergeTreeWorks = undefined;
    throw new Fault(
      "environment",
      `"${version}" is too old to merge without a checkout.`,
      "Install git 2.39 or newer; Debian has it in backports, Ubuntu in ppa:git-core/ppa.",
    );
  });
  return mergeTreeWorks;
}

/** True for what `git version` prints of a git before 2.39. */
export function isOldGit(version: string): boolean {
  const [, major = "0", minor = "0"] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) < 2 || (Number(major) === 2 && Number(minor) < 39);
}
