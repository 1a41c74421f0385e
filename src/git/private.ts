// Makes a task's private git directory and checks its base out: objects come from the repository, nothing goes back.
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../kernel/fault.ts";
import { inTree } from "./changes.ts";
import { type Filters, filtersOf, NO_FILTERS } from "./filters.ts";
import { authorOf, settings, submodulesAt } from "./inspect.ts";
import { placesOf, readPlainFile } from "./places.ts";
import { escapePattern, quoteAlternate, quoteValue } from "./quoting.ts";
import { moveRefs, type RefMove, tipOf } from "./refs.ts";
import { mustRun, text, type Wrap } from "./run.ts";
import type { CommitId, Repository, TaskGit } from "./schema.ts";
import { dotGitText, keepSealed, replaceFile } from "./seal.ts";

/** A shallow file lists the commits where history was cut off. */
const SHALLOW_BYTES = 50_000_000;
const EXCLUDE_BYTES = 1_000_000;

/** What of the repository's configuration decides how files look on this disk, and so must be the same in the tree. */
const KEPT_SETTINGS = ["core.filemode", "core.ignorecase", "core.precomposeunicode", "core.symlinks", "core.autocrlf", "core.eol"];

/** `unfiltered` says why the person's filters do not run in the tree though they have some; its files are pointers then. */
export type Made = { submodules: string[]; unfiltered: string | null };

/** The ref that keeps a task's base from being collected. */
export const baseRef = (taskId: number): string => `refs/ccm/base/${taskId}`;

/** Pins the base and claims the branch at it. A pin says that the branch is ours, so a repeat finds its own. */
export async function claim(task: TaskGit, base: CommitId): Promise<void> {
  const branch = `refs/heads/${task.branch}`;
  const [pinned, taken] = await Promise.all([tipOf(task.repo, baseRef(task.taskId)), tipOf(task.repo, branch)]);
  if (!pinned) {
    const inTheWay = taken ? task.branch : await branchAbove(task);
    if (inTheWay) {
      throw new Fault(
        "conflict",
        `The branch "${inTheWay}" exists already in "${task.repo.path}".`,
        `Rename it: \`git branch -m ${inTheWay} my-${inTheWay}\`.`,
      );
    }
  }
  const moves: RefMove[] = [{ ref: baseRef(task.taskId), to: base, from: null }];
  if (!taken) moves.push({ ref: branch, to: base, from: null });
  await moveRefs(task.repo, moves, "ccm: begin a task");
}

/** A branch `ccm` leaves no room for `ccm/task-1`: git keeps branches as files and folders. */
async function branchAbove(task: TaskGit): Promise<string | null> {
  const parts = task.branch.split("/");
  for (let depth = 1; depth < parts.length; depth++) {
    const above = parts.slice(0, depth).join("/");
    if (await tipOf(task.repo, `refs/heads/${above}`)) return above;
  }
  return null;
}

/** Everything in the task's folder anew; the folder itself must exist and hold neither directory nor tree. */
export async function makePrivate(task: TaskGit, base: CommitId, copies: string[], wrap: Wrap): Promise<Made> {
  const filters = await filtersOf(task.repo);
  try {
    return await makeWith(task, base, copies, filters, wrap);
  } catch (thrown) {
    if (filters.content === "none" || !(thrown instanceof Fault)) throw thrown;
    const made = await makeWith(task, base, copies, { lines: [], content: "none" }, wrap);
    return { ...made, unfiltered: thrown.message };
  }
}

async function makeWith(task: TaskGit, base: CommitId, copies: string[], filters: Filters, wrap: Wrap): Promise<Made> {
  const [texts, refs] = await Promise.all([sealedTexts(task, base, copies, filters), refsForReading(task.repo), initialise(task, base)]);
  keepSealed(task, texts);
  mkdirSync(join(task.gitPath, "hooks"), { recursive: true });
  mkdirSync(join(task.gitPath, "info"), { recursive: true });
  replaceFile(join(task.gitPath, "config"), texts.config);
  replaceFile(join(task.gitPath, "info/exclude"), texts.exclude);
  replaceFile(join(task.gitPath, "objects/info/alternates"), texts.alternates);
  if (texts.shallow !== null) replaceFile(join(task.gitPath, "shallow"), texts.shallow);
  writeFileSync(join(task.gitPath, "packed-refs"), refs);
  mkdirSync(join(task.gitPath, "refs/heads", task.branch, ".."), { recursive: true });
  writeFileSync(join(task.gitPath, "refs/heads", task.branch), `${base}\n`);
  writeFileSync(join(task.gitPath, "HEAD"), `ref: refs/heads/${task.branch}\n`);
  const [submodules] = await Promise.all([submodulesAt(task.repo.gitDir, base), checkOut(task, base, filters, wrap)]);
  return { submodules, unfiltered: null };
}

/** Gives the agent's git a copy of the daemon's index, so that its first `git status` need not read every file. */
export function handIndex(task: TaskGit): void {
  const fresh = join(task.gitPath, "index.ccm");
  rmSync(fresh, { recursive: true, force: true });
  copyFileSync(task.indexPath, fresh);
  renameSync(fresh, join(task.gitPath, "index"));
}

async function initialise(task: TaskGit, base: CommitId): Promise<void> {
  mkdirSync(task.treePath, { recursive: true, mode: 0o700 });
  mkdirSync(placesOf(task).indexFolder, { recursive: true, mode: 0o700 });
  const format = base.length === 64 ? "sha256" : "sha1";
  // Refs as files whatever the default of this git is: the daemon reads the branch as text.
  const env = { GIT_DEFAULT_REF_FORMAT: "files" };
  await mustRun({
    cwd: placesOf(task).root,
    env,
    args: ["init", "-q", "--bare", "--template=", `--object-format=${format}`, task.gitPath],
  });
}

/**
 * The tree is empty and the configuration ours, so nothing an agent wrote takes part: this one runs outside the sandbox, but
 * for a filter, whose input may have been an agent's.
 */
async function checkOut(task: TaskGit, base: CommitId, filters: Filters, wrap: Wrap): Promise<void> {
  const call = inTree(task, wrap, { args: ["read-tree", "--reset", "-u", base], config: CHECKOUT });
  if (filters.content === "some") await mustRun(call);
  else await mustRun({ ...call, wrap: undefined, config: [...CHECKOUT, ...NO_FILTERS] });
  replaceFile(join(task.treePath, ".git"), dotGitText(task));
  handIndex(task);
}

/** As many workers as cores (0): 20 % faster than one on 20,000 files and two cores. */
export const CHECKOUT = ["checkout.workers=0", "checkout.thresholdForParallelism=100"];

async function sealedTexts(task: TaskGit, base: CommitId, copies: string[], filters: Filters) {
  const [person, all] = await Promise.all([authorOf(task.repo.gitDir), settings(task.repo.gitDir)]);
  const author = person ?? { name: "ccm", email: "ccm@localhost" };
  const kept = all.filter(([key]) => KEPT_SETTINGS.includes(key));
  const excluded = readPlainFile(join(task.repo.gitDir, "info/exclude"), EXCLUDE_BYTES) ?? "";
  return {
    config: configText(task, base, kept, author) + filters.lines.map((line) => `${line}\n`).join(""),
    exclude: `${excluded.replace(/\n?$/, "\n")}${copies.map((path) => `/${escapePattern(path)}\n`).join("")}`,
    alternates: `${quoteAlternate(join(task.repo.gitDir, "objects"))}\n`,
    shallow: readPlainFile(join(task.repo.gitDir, "shallow"), SHALLOW_BYTES),
  };
}

function configText(task: TaskGit, base: CommitId, kept: [string, string][], author: { name: string; email: string }): string {
  const sha256 = base.length === 64;
  const lines = [
    "[core]",
    `\trepositoryformatversion = ${sha256 ? 1 : 0}`,
    "\tbare = false",
    "\tlogallrefupdates = true",
    `\tworktree = ${quoteValue(task.treePath)}`,
    ...kept.map(([key, value]) => `\t${key.slice("core.".length)} = ${quoteValue(value)}`),
    ...(sha256 ? ["[extensions]", "\tobjectformat = sha256"] : []),
    "[user]",
    `\tname = ${quoteValue(author.name)}`,
    `\temail = ${quoteValue(author.email)}`,
    "[gc]",
    "\tauto = 0", // A collection by the agent could drop what the daemon has not imported yet.
    "[maintenance]",
    "\tauto = false",
  ];
  return `${lines.join("\n")}\n`;
}

/** Branches, remote branches and tags as a packed-refs file, so that `git log main` works inside; other tasks' are left out. */
async function refsForReading(repo: Repository): Promise<string> {
  const format = "%(objectname) %(refname)%(if)%(*objectname)%(then)%0a^%(*objectname)%(end)";
  const listed = await text({
    gitDir: repo.gitDir,
    args: ["for-each-ref", `--format=${format}`, "refs/heads", "refs/remotes", "refs/tags"],
  });
  const lines = listed.split("\n").filter((line) => line !== "" && !line.includes(" refs/heads/ccm/"));
  return `# pack-refs with: peeled fully-peeled sorted \n${lines.map((line) => `${line}\n`).join("")}`;
}
