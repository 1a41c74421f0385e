// Moves a branch that people use: by its ref when nobody has it checked out, else by a fast-forward merge where it is.
import { readdirSync, readFileSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Fault } from "../kernel/fault.ts";
import { hasArrived, takeBack } from "./interrupted.ts";
import { readPlainFile } from "./places.ts";
import { containsCommit, moveRefs, tipOf } from "./refs.ts";
import { complaint, LONG_MS, run } from "./run.ts";
import type { BaseMove, CommitId, Repository } from "./schema.ts";
import { look, unfinishedIn } from "./seal.ts";
import { removeStaleLock } from "./stale-locks.ts";

/** A person's checkout: its own git directory (of a linked worktree, or the common one) and its files. */
type Checkout = { gitDir: string; path: string };

export async function moveBase(repo: Repository, branch: string, to: CommitId, from: CommitId): Promise<BaseMove> {
  const tip = await tipOf(repo, `refs/heads/${branch}`);
  // A tip beyond `to` is a move that was made before, and a person who went on from there.
  if (tip && (tip === to || (await containsCommit(repo, tip, to)))) return { kind: "moved" };
  if (tip !== from) return { kind: "stale", tip };
  const [only, other] = await checkoutsOfBranch(repo, branch);
  if (other) return { kind: "dirty", path: other.path, text: `"${branch}" is checked out in more than one folder.` };
  if (only) return mergeThere(repo, only, branch, to, from);
  return moveRef(repo, branch, to, from);
}

async function moveRef(repo: Repository, branch: string, to: CommitId, from: CommitId): Promise<BaseMove> {
  try {
    await moveRefs(repo, [{ ref: `refs/heads/${branch}`, to, from }], "ccm: merge");
    return { kind: "moved" };
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === "conflict") return { kind: "stale", tip: await tipOf(repo, `refs/heads/${branch}`) };
    throw thrown;
  }
}

export async function isCheckedOut(repo: Repository, branch: string): Promise<boolean> {
  return (await checkoutsOfBranch(repo, branch)).length > 0;
}

async function checkoutsOfBranch(repo: Repository, branch: string): Promise<Checkout[]> {
  const holding: Checkout[] = [];
  for (const checkout of await checkoutsOf(repo)) if (await holds(checkout, branch)) holding.push(checkout);
  return holding;
}

/** The main checkout, if there is one, and those that `git worktree add` made, as git's own files name them. */
async function checkoutsOf(repo: Repository): Promise<Checkout[]> {
  const checkouts: Checkout[] = [];
  const main = await mainPath(repo);
  if (main) checkouts.push({ gitDir: repo.gitDir, path: main });
  const linked = join(repo.gitDir, "worktrees");
  for (const name of look(linked) ? readdirSync(linked) : []) {
    const dotGit = readPlainFile(join(linked, name, "gitdir"), 100_000)?.replace(/\n$/, "");
    if (dotGit && look(dotGit)) checkouts.push({ gitDir: join(linked, name), path: dirname(resolve(linked, name, dotGit)) });
  }
  return checkouts;
}

async function mainPath(repo: Repository): Promise<string | null> {
  const bare = await run({ gitDir: repo.gitDir, args: ["config", "--type=bool", "--get", "core.bare"] });
  if (bare.stdout.toString().trim() === "true") return null;
  const set = await run({ gitDir: repo.gitDir, args: ["config", "--get", "core.worktree"] });
  if (set.code === 0) return resolve(repo.gitDir, set.stdout.toString().replace(/\n$/, ""));
  if (basename(repo.gitDir) === ".git") return dirname(repo.gitDir);
  return (await gitDirOf(repo.path)) === repo.gitDir ? repo.path : null; // `git init --separate-git-dir`
}

async function gitDirOf(path: string): Promise<string | null> {
  try {
    const pointer = readFileSync(join(path, ".git"), "utf8").replace(/^gitdir: /, "");
    return await realpath(resolve(path, pointer.replace(/\n$/, "")));
  } catch {
    return null;
  }
}

/** A rebase of the branch holds it too, though HEAD is detached then. */
async function holds(checkout: Checkout, branch: string): Promise<boolean> {
  const ref = `refs/heads/${branch}`;
  const head = await run({ gitDir: checkout.gitDir, args: ["symbolic-ref", "-q", "HEAD"] });
  if (head.stdout.toString().trim() === ref) return true;
  return ["rebase-merge", "rebase-apply"].some(
    (folder) => readPlainFile(join(checkout.gitDir, folder, "head-name"), 10_000)?.trim() === ref,
  );
}

async function mergeThere(repo: Repository, checkout: Checkout, branch: string, to: CommitId, from: CommitId): Promise<BaseMove> {
  const dirty = (text: string): BaseMove => ({ kind: "dirty", path: checkout.path, text });
  const unfinished = unfinishedIn(checkout.gitDir);
  if (unfinished) return dirty(`A ${unfinished} is under way there.`);
  const move = { repo, gitDir: checkout.gitDir, path: checkout.path, from, to };
  await takeBack(move);
  const there = { gitDir: checkout.gitDir, workTree: checkout.path, trust: "person" as const, timeoutMs: LONG_MS };
  const status = await run({ ...there, args: ["status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=all"] });
  if (status.code !== 0) return dirty(`git cannot read it: ${complaint(status.stderr)}`);
  if (status.stdout.length > 0 && !(await hasArrived(move)))
    return dirty(`It has changes that are not committed: ${namesIn(status.stdout)}.`);
  // With the person's own configuration, because their filters (LFS) must write these files; hooks stay off.
  const merge = await run({ ...there, args: ["merge", "-q", "--ff-only", "--no-stat", "--no-verify-signatures", to] });
  const tip = await tipOf(repo, `refs/heads/${branch}`);
  if (tip && (tip === to || (await containsCommit(repo, tip, to)))) return { kind: "moved" };
  if (tip !== from) return { kind: "stale", tip };
  if (removeStaleLock(repo, merge.stderr)) return mergeThere(repo, checkout, branch, to, from);
  return dirty(complaint(merge.stderr) || "git refused to fast-forward it.");
}

function namesIn(porcelain: Buffer): string {
  const names = porcelain
    .toString()
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => `"${entry.slice(3)}"`);
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}
