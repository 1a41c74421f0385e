// Makes a tree show exactly one commit; what settling leaves out of git is put aside for the time and brought back.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openUp } from "../kernel/open-folders.ts";
import { absolute, changesIn, inTree, type RawPath, runInTree } from "./changes.ts";
import { placesOf } from "./places.ts";
import { CHECKOUT, handIndex } from "./private.ts";
import { refusal, run, type Wrap } from "./run.ts";
import type { CommitId, KeepOut, TaskGit } from "./schema.ts";
import { forgetUnfinished, look, moveAside, replaceFile, seal } from "./seal.ts";

/** A file that was put aside: its raw path in the tree and where it is now. */
type Aside = { path: RawPath; at: string };

/**
 * Gates must see the commit and nothing else, so untracked files go: those that settling would commit are deleted (it
 * has committed the agent's; these are a gate's), those it leaves out are moved aside and come back with the branch.
 */
export async function showTree(task: TaskGit, commit: CommitId, on: "branch" | "detached", keepOut: KeepOut, wrap: Wrap): Promise<void> {
  seal(task);
  await clear(task, keepOut, wrap);
  await checkOutOver(task, commit, wrap);
  const ours = `refs/heads/${task.branch}`;
  if (on === "branch") {
    await runInTree(task, wrap, { args: ["update-ref", "-m", "ccm: show", ours, commit] });
    await runInTree(task, wrap, { args: ["symbolic-ref", "HEAD", ours] });
    bringBack(task);
  } else {
    await runInTree(task, wrap, { args: ["update-ref", "--no-deref", "-m", "ccm: show", "HEAD", commit] });
  }
  forgetUnfinished(task);
  handIndex(task);
}

async function clear(task: TaskGit, keepOut: KeepOut, wrap: Wrap): Promise<void> {
  const changes = await changesIn(task, keepOut, wrap);
  for (const { path, why } of changes.left) if (why !== "copied") putAside(task, path);
  for (const path of changes.add) if (look(absolute(task, path))) rmSync(absolute(task, path), { force: true });
}

async function checkOutOver(task: TaskGit, commit: CommitId, wrap: Wrap): Promise<void> {
  const args = ["read-tree", "--reset", "-u", commit];
  const call = inTree(task, wrap, { args, config: CHECKOUT });
  let answer = await run(call);
  if (answer.code !== 0) {
    openUp(task.treePath); // A folder without write permission keeps git from replacing what is in it.
    answer = await run(call);
  }
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
