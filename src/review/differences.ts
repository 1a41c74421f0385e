// What tasks change, for pages: the files with their counts, kept because two commits always differ the same way.
import type { ChangedFile, FilePatch } from "../git/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { projectOf, repositoryOf } from "../projects/actions.ts";
import type { Task } from "../tasks/schema.ts";
import { type Change, changeOf } from "./rules.ts";
import type { Difference } from "./schema.ts";
import * as table from "./table.ts";

/** Files of one change that are listed: a list of more is for git itself. */
const LISTED_FILES = 2_000;
/** Differences that are kept: those of the tasks that somebody looks at; 2 MB at most where each has a thousand files. */
const KEPT = 20;

const kept = new Map<string, Promise<Difference>>();

/** What a task changes as it is now; null before it has begun. Takes git's time once for two commits. */
export async function differenceOf(
  ctx: Ctx,
  task: Pick<Task, "id" | "projectId" | "baseCommit" | "tipCommit">,
): Promise<Difference | null> {
  const change = changeOf(task, table.findCandidate(ctx.db, task.id));
  if (!change) return null;
  const key = `${task.projectId} ${change.base} ${change.commit}`;
  const found = kept.get(key) ?? read(ctx, task.projectId, change);
  // The one that was used last is the last to go; one that failed is asked for again.
  kept.delete(key);
  kept.set(key, found);
  for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
  try {
    return await found;
  } catch (thrown) {
    kept.delete(key);
    throw thrown;
  }
}

async function read(ctx: Ctx, projectId: number, change: Change): Promise<Difference> {
  const { base, commit } = change;
  const repo = repositoryOf(projectOf(ctx, projectId));
  const files = base === commit ? [] : await ctx.outside.git.changedFiles(repo, base, commit);
  const sum = (side: "added" | "removed") => files.reduce((total, { lines }) => total + (lines?.[side] ?? 0), 0);
  return { base, commit, files: files.slice(0, LISTED_FILES), count: files.length, added: sum("added"), removed: sum("removed") };
}

/** How some files of a change differ, as far as `limitBytes` go. */
export function patchesOf(
  ctx: Ctx,
  projectId: number,
  { base, commit }: Change,
  of: { files: readonly ChangedFile[]; limitBytes: number },
): Promise<Map<string, FilePatch>> {
  return ctx.outside.git.patches(repositoryOf(projectOf(ctx, projectId)), base, commit, of);
}
