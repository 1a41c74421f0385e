// Makes a tree show exactly one commit; what settling leaves out of git is put aside for the time and brought back.
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openUp } from "../kernel/open-folders.ts";
import { absolute, changesIn, inTree, type RawPath, runInTree } from "./changes.ts";
import { placesOf, readPlainFile, readRef } from "./places.ts";
import { descends } from "./position.ts";
import { CHECKOUT, handIndex } from "./private.ts";
import { refusal, run, type Wrap } from "./run.ts";
import type { CommitId, KeepOut, ShowOn, TaskGit } from "./schema.ts";
import { forgetUnfinished, look, moveAside, replaceFile, seal } from "./seal.ts";

/** A HEAD that names a branch is far shorter. */
const HEAD_BYTES = 4_000;

/** A file that was put aside: its raw path in the tree and where it is now. */
type Aside = { path: RawPath; at: string };

/**
 * Gates must see the commit and nothing else, so untracked files go: those that settling would commit are deleted (it
 * has committed the agent's; these are a gate's), those it leaves out are moved aside and come back with the branch.
 */
export async function showTree(task: TaskGit, commit: CommitId, on: ShowOn, keepOut: KeepOut, wrap: Wrap): Promise<void> {
  seal(task);
  if (on === "as left" && isOnBranch(task, commit)) return;
  await clear(task, keepOut, wrap);
  await checkOutOver(task, commit, wrap);
  const ours = `refs/heads/${task.branch}`;
  if (on !== "detached") {
    await keepTip(task, commit, wrap);
    await runInTree(task, wrap, { args: ["update-ref", "-m", "ccm: show", ours, commit] });
    await runInTree(task, wrap, { args: ["symbolic-ref", "HEAD", ours] });
    bringBack(task);
  } else {
    await runInTree(task, wrap, { args: ["update-ref", "--no-deref", "-m", "ccm: show", "HEAD", commit] });
  }
  forgetUnfinished(task);
  handIndex(task);
}

function isOnBranch(task: TaskGit, commit: CommitId): boolean {
  const ours = `refs/heads/${task.branch}`;
  return readPlainFile(join(task.gitPath, "HEAD"), HEAD_BYTES)?.trim() === `ref: ${ours}` && readRef(task.gitPath, ours) === commit;
}

/** A tip that could not be brought in keeps a name in the private directory; one that is no commit has nothing to keep. */
async function keepTip(task: TaskGit, commit: CommitId, wrap: Wrap): Promise<void> {
  const tip = readRef(task.gitPath, `refs/heads/${task.branch}`);
  if (!tip || (await descends(task, commit, tip, wrap))) return;
  await run(inTree(task, wrap, { args: ["update-ref", `refs/heads/ccm-aside-${tip.slice(0, 12)}`, tip] }));
}

async function clear(task: TaskGit, keepOut: KeepOut, wrap: Wrap): Promise<void> {
  const changes = await changesIn(task, keepOut, wrap);
  const work = () => {
    for (const { path, why } of changes.left) if (why !== "copied" && look(absolute(task, path))) putAside(task, path);
    for (const path of changes.add) rmSync(absolute(task, path), { force: true });
  };
  try {
    work();
  } catch (thrown) {
    if ((thrown as { code?: string }).code !== "EACCES") throw thrown;
    openUp(task.treePath); // A folder that may not be written.
    work();
  }
}

/** git only warns of a file that it could not remove, and forgets it: then the old index is taken up again. */
async function checkOutOver(task: TaskGit, commit: CommitId, wrap: Wrap): Promise<void> {
  const args = ["read-tree", "--reset", "-u", commit];
  const call = inTree(task, wrap, { args, config: CHECKOUT });
  const before = `${task.indexPath}.before`;
  if (look(task.indexPath)) copyFileSync(task.indexPath, before);
  let answer = await run(call);
  if (answer.code !== 0 || answer.stderr !== "") {
    openUp(task.treePath);
    if (look(before)) renameSync(before, task.indexPath);
    answer = await run(call);
  }
  rmSync(before, { force: true });
  if (answer.code !== 0) throw refusal(args, answer, "failed");
}

const listPath = (task: TaskGit) => join(placesOf(task).root, "aside.json");

function readAside(task: TaskGit): Aside[] {
  return existsSync(listPath(task)) ? JSON.parse(readFileSync(listPath(task), "utf8")) : [];
}

/** The list is written after the move: a crash between leaves the file aside, under its own name. */
function putAside(task: TaskGit, path: RawPath): void {
  const { aside } = placesOf(task);
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  const at = moveAside(task, absolute(task, path));
  replaceFile(listPath(task), JSON.stringify([...readAside(task), { path, at }]));
}

/** What has a new file in its place stays aside. */
function bringBack(task: TaskGit): void {
  const staying: Aside[] = [];
  for (const one of readAside(task)) {
    const target = absolute(task, one.path);
    if (look(target) || !look(one.at)) {
      if (look(one.at)) staying.push(one);
      continue;
    }
    mkdirSync(target.subarray(0, target.lastIndexOf("/")).toString("utf8"), { recursive: true });
    renameSync(one.at, target);
  }
  if (staying.length > 0) replaceFile(listPath(task), JSON.stringify(staying));
  else rmSync(listPath(task), { force: true });
}
