// Reads and moves refs of a repository; every move names the old value and may be repeated.
import { Fault } from "../kernel/fault.ts";
import { mustRun, QUICK_MS, refusal, run, text } from "./run.ts";
import type { CommitId, Repository } from "./schema.ts";
import { removeStaleLock } from "./stale-locks.ts";

/** Tries when another git holds a lock; git itself waits 3 s in each. */
const LOCK_TRIES = 5;
const LOCK_PAUSE_MS = 50;

/** One step of a move: `from` null means that the ref must not exist, `to` null deletes it. */
export type RefMove = { ref: string; to: CommitId | null; from: CommitId | null };

export async function tipOf(repo: Repository, ref: string): Promise<CommitId | null> {
  const answer = await run({ gitDir: repo.gitDir, args: ["rev-parse", "-q", "--verify", "--end-of-options", `${ref}^{commit}`] });
  return answer.code === 0 ? answer.stdout.toString().trim() : null;
}

export async function refsBelow(repo: Repository, prefix: string): Promise<{ ref: string; commit: CommitId }[]> {
  const format = "%(objectname) %(*objectname) %(refname)";
  const out = await text({ gitDir: repo.gitDir, args: ["for-each-ref", `--format=${format}`, prefix.replace(/\/$/, "")] });
  if (out === "") return [];
  return out.split("\n").map((line) => {
    const [own = "", peeled = "", ...ref] = line.split(" ");
    return { ref: ref.join(" "), commit: peeled || own };
  });
}

/** True when `ancestor` is `commit` or below it. `env` may add objects that are not in the repository yet. */
export async function containsCommit(
  repo: Repository,
  commit: CommitId,
  ancestor: CommitId,
  env: Record<string, string> = {},
): Promise<boolean> {
  if (commit === ancestor) return true;
  // Another's commit-graph file could lie about parents, so none is read when objects come from elsewhere.
  const config = Object.keys(env).length > 0 ? ["core.commitGraph=false"] : [];
  const args = ["merge-base", "--is-ancestor", ancestor, commit];
  const answer = await run({ gitDir: repo.gitDir, env, config, args });
  if (answer.code > 1) throw refusal(args, answer);
  return answer.code === 0;
}

/**
 * Makes all moves or none. A move that was made already counts as made. A lock that another git holds is waited for.
 * Faults: `conflict` when a ref is neither where it was said to be nor where it should go.
 */
export async function moveRefs(repo: Repository, moves: RefMove[], why: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const open = await unmade(repo, moves);
    if (open.length === 0) return;
    const answer = await run({
      gitDir: repo.gitDir,
      args: ["update-ref", "-m", why, "--no-deref", "--stdin", "-z"],
      stdin: open.map(instruction).join(""),
      timeoutMs: QUICK_MS,
    });
    if (answer.code === 0) return;
    if (removeStaleLock(repo, answer.stderr)) continue;
    if (attempt >= LOCK_TRIES) throw refusal(["update-ref"], answer);
    await Bun.sleep(LOCK_PAUSE_MS * attempt);
  }
}

/** The moves that are still to be made. Judged by where the refs are, because git's exit code does not tell why it refused. */
async function unmade(repo: Repository, moves: RefMove[]): Promise<RefMove[]> {
  const open: RefMove[] = [];
  for (const move of moves) {
    const at = await exactly(repo, move.ref);
    if (at === move.to) continue;
    if (at !== move.from) {
      throw new Fault(
        "conflict",
        `"${move.ref}" is at ${at ?? "no commit"} and not at ${move.from ?? "no commit"}.`,
        `\`git log ${move.ref}\` shows what moved it.`,
      );
    }
    open.push(move);
  }
  return open;
}

async function exactly(repo: Repository, ref: string): Promise<CommitId | null> {
  const answer = await run({ gitDir: repo.gitDir, args: ["show-ref", "--verify", "--hash", "--", ref] });
  return answer.code === 0 ? answer.stdout.toString().trim() : null;
}

function instruction(move: RefMove): string {
  if (move.to === null) return `delete ${move.ref}\0${move.from}\0`;
  if (move.from === null) return `create ${move.ref}\0${move.to}\0`;
  return `update ${move.ref}\0${move.to}\0${move.from}\0`;
}

/** Writes a commit object and returns its id: a function of its input only, so it may be repeated. */
export async function commitTree(
  repo: Repository,
  tree: CommitId,
  parents: CommitId[],
  about: { message: string; author: { name: string; email: string }; at: number },
): Promise<CommitId> {
  const answer = await mustRun({
    gitDir: repo.gitDir,
    args: ["commit-tree", ...parents.flatMap((parent) => ["-p", parent]), "-F", "-", tree],
    env: identity(about),
    stdin: about.message.replaceAll("\0", ""), // git refuses a NUL in a message.
  });
  return answer.stdout.toString().trim();
}

/** Author and committer with a fixed time. Characters that git strips from names could leave nothing, which it refuses. */
export function identity(about: { author: { name: string; email: string }; at: number }): Record<string, string> {
  const name = about.author.name.replace(/[<>\0\r\n]/g, "").trim() || "ccm";
  const email = about.author.email.replace(/[<>\0\r\n]/g, "").trim() || "ccm@localhost";
  const date = `@${Math.floor(about.at / 1000)} +0000`;
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
}
