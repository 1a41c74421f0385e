// What a task changes: all files with their counts, the lines of the first ones, of the others when they are asked for.
import { TaskNeeds } from "../../views/task.tsx";
import { TaskDiff, TaskDiffFile, TaskNoDiff } from "../../views/task-diff.tsx";
import type { ChangedFile } from "../git/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import type { Asked, Page, PageRoute, Section } from "../kernel/page.ts";
import { printable } from "../kernel/text-table.ts";
import { differences } from "../review/actions.ts";
import type { Difference } from "../review/schema.ts";
import type { Task } from "../tasks/schema.ts";
import { type FileProps, fileProps } from "./diff-file.ts";
import { type Need, needOf } from "./task-needs.ts";
import { pageOf, shownTask } from "./task-page.ts";

export const diffPage: PageRoute = { path: "/tasks/:id/diff", area: "tasks", show: showDiff };

/** Files of one page of the list. */
const LISTED = 200;
/** Changed lines, and files, that are shown at once: what somebody reads before they choose a file themselves. */
const OPENED_LINES = 1_500;
const OPENED_FILES = 40;
/** Bytes of the text of all of them; lines may be long. */
const OPENED_BYTES = 600_000;
/** Bytes of the text of one file that is asked for: beyond it nobody reads, and git on the branch shows the rest. */
const FILE_BYTES = 10_000_000;
/** Pages that are kept as they are: making one takes tens of milliseconds, and it is the same for the same two commits. */
const KEPT = 8;

const kept = new Map<string, Promise<string>>();

async function showDiff(ctx: Ctx, asked: Asked): Promise<Page> {
  const shown = shownTask(ctx, asked);
  const { task } = shown;
  const section = (html: () => Promise<string> | string): Section => ({ kind: "live", id: "diff", html });
  const { differenceOf } = await differences();
  const difference = await differenceOf(ctx, task);
  const { query } = asked;
  if (!difference || difference.count === 0)
    return pageOf(asked, shown, "diff", [section(() => TaskNoDiff({ state: task.state, hasBegun: difference !== null }))]);
  const wanted = wantedOf(query, task, difference);
  const need = await needOf(ctx, task);
  const decide = need.kind === "approval" ? "#needs" : null;
  const key = [task.id, difference.base, difference.commit, JSON.stringify(wanted), decide].join(" ");
  const sections = [section(() => keep(key, () => render(ctx, task, difference, { ...wanted, decide })))];
  if (need.kind === "approval") sections.push(decideSection(asked, task.id, need));
  return pageOf(asked, shown, "diff", sections);
}

/** Who has read to the end decides there. */
function decideSection({ csrf, typed }: Asked, id: number, need: Need): Section {
  return { kind: "live", id: "needs", html: () => TaskNeeds({ need, csrf, typed, id }) };
}

/** A page of the list, or one file from one of its rows on. */
type Wanted = { kind: "list"; from: number } | { kind: "file"; place: number; row: number };

/** Faults: `not_found` for a file that the task does not change. */
function wantedOf(query: URLSearchParams, task: Task, { files }: Difference): Wanted {
  const from = Math.floor(Number(query.get("from") ?? 0)) || 0;
  const path = query.get("file");
  if (path === null) return { kind: "list", from: Math.min(Math.max(0, from), Math.max(0, files.length - 1)) };
  const place = files.findIndex((file) => file.path === path);
  if (place < 0)
    throw new Fault(
      "not_found",
      `Task ${task.id} does not change the file "${printable(path)}".`,
      `/tasks/${task.id}/diff lists the files.`,
    );
  return { kind: "file", place, row: Math.max(0, from) };
}

function keep(key: string, make: () => Promise<string>): Promise<string> {
  const found = kept.get(key) ?? make();
  kept.delete(key);
  kept.set(key, found);
  for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
  found.catch(() => kept.delete(key));
  return found;
}

/** `decide` is where the forms are that decide, if it waits for that. */
async function render(ctx: Ctx, task: Task, difference: Difference, wanted: Wanted & { decide: string | null }): Promise<string> {
  const { patchesOf } = await differences();
  const place = `/tasks/${task.id}/diff`;
  const { base, commit, count, added, removed } = difference;
  const about = { place, base, commit, count, added, removed, decide: wanted.decide };
  if (wanted.kind === "file") {
    const file = difference.files[wanted.place] as ChangedFile;
    const patch = (await patchesOf(ctx, task.projectId, difference, { files: [file], limitBytes: FILE_BYTES })).get(file.path);
    return await TaskDiffFile({ ...about, file: fileProps({ file, at: wanted.place, place, patch, from: wanted.row, how: "asked for" }) });
  }
  const { from } = wanted;
  const files = difference.files.slice(from, from + LISTED);
  const opened = firstOf(files);
  const patches = await patchesOf(ctx, task.projectId, difference, { files: opened, limitBytes: OPENED_BYTES });
  const shown = files.map(
    (file, at): FileProps => fileProps({ file, at: from + at, place, patch: patches.get(file.path), from: 0, how: "listed" }),
  );
  const href = (at: number) => `${place}${at > 0 ? `?from=${at}` : ""}`;
  return await TaskDiff({
    ...about,
    files: shown,
    earlier: from > 0 ? href(Math.max(0, from - LISTED)) : null,
    later: from + LISTED < difference.files.length ? href(from + LISTED) : null,
  });
}

function firstOf(files: readonly ChangedFile[]): ChangedFile[] {
  const first: ChangedFile[] = [];
  let lines = 0;
  for (const file of files) {
    const own = (file.lines?.added ?? 0) + (file.lines?.removed ?? 0);
    if (first.length >= OPENED_FILES) break;
    if (lines + own > OPENED_LINES) continue;
    lines += own;
    first.push(file);
  }
  // Of a change that begins with nothing small, the first part of the first text is there to read.
  const text = files.find((file) => file.lines);
  return first.length === 0 && text ? [text] : first;
}
