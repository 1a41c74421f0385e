// What fsck compares: rows, folders, processes and refs as they are now.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Ctx } from "../kernel/context.ts";
import type { Paths } from "../kernel/paths.ts";
import { allProcesses, commandOf, environmentOf, processOf } from "../kernel/process.ts";
import { listProjects, repositoryOf } from "../projects/actions.ts";
import type { Project } from "../projects/schema.ts";
import { snapshotRef } from "../worktrees/rules.ts";
import { runOfEnvironment, runOfHost } from "./rules.ts";
import type { HomeFacts, ProcessFact, RefFact, RunFact, TreeFact } from "./schema.ts";
import * as table from "./table.ts";

/**
 * CCM_HOME and the processes of this machine; no repository is looked at. Synchronous from its first row to its last
 * folder, so that no job of the daemon's moves anything in between. Costs a few ms, whatever has ended long ago.
 */
export function surveyHome(ctx: Ctx): HomeFacts {
  const { tasks, trash } = ctx.paths;
  const names = namesIn(tasks);
  const folders = names.filter(isNumber).map(Number);
  const runFolders = ctx.outside.hosts.list();
  const processes = processFacts(ctx.paths);
  return {
    trees: treeFacts(ctx, folders),
    strays: names.filter((name) => !isNumber(name)),
    runs: runFacts(ctx, runFolders, processes),
    processes,
    temporary: temporaryFiles(ctx),
    refs: [],
    taskNumbers: { last: table.lastNumber(ctx.db, "tasks"), seen: highest([...folders, ...namesIn(trash).filter(isNumber).map(Number)]) },
    runNumbers: { last: table.lastNumber(ctx.db, "runs"), seen: highest(runFolders) },
  };
}

/** The same, and the refs of every registered repository: some processes of git for each. */
export async function surveyAll(ctx: Ctx): Promise<HomeFacts> {
  const refs = (await Promise.all(listProjects(ctx).map((project) => refFacts(ctx, project)))).flat();
  const home = surveyHome(ctx);
  const numbers = refs.filter((fact) => fact.wanted === null).flatMap((fact) => numberIn(fact.ref));
  return { ...home, refs, taskNumbers: { ...home.taskNumbers, seen: highest([home.taskNumbers.seen, ...numbers]) } };
}

function treeFacts(ctx: Ctx, folders: readonly number[]): TreeFact[] {
  const rows = new Map(table.treeRows(ctx.db, folders).map((row) => [row.taskId, row]));
  const ids = [...new Set([...folders, ...rows.keys()])].sort((a, b) => a - b);
  return ids.map((taskId) => {
    const row = rows.get(taskId);
    return { taskId, taskState: row?.taskState ?? null, treeState: row?.treeState ?? null, folder: folderOf(ctx, taskId) };
  });
}

function folderOf(ctx: Ctx, taskId: number): TreeFact["folder"] {
  const { root, tree, git } = ctx.paths.task(taskId);
  if (!existsSync(root)) return "absent";
  return ctx.outside.trees.exists(taskId) && existsSync(tree) && existsSync(git) ? "complete" : "incomplete";
}

/** Looking at a run costs 50 µs, and there are thousands that are over: of those, only the ones that have a process are looked at. */
function runFacts(ctx: Ctx, folders: readonly number[], processes: readonly ProcessFact[]): RunFact[] {
  const states = new Map(table.runRows(ctx.db, folders).map((row) => [row.runId, row.state]));
  const alive = new Set(processes.map((fact) => fact.runId));
  const ids = [...new Set([...folders, ...states.keys(), ...alive])].sort((a, b) => a - b);
  return ids.map((runId) => {
    const state = states.get(runId) ?? null;
    const isOver = (state === null || state === "finished") && !alive.has(runId);
    return { runId, state, host: isOver ? "ended" : ctx.outside.hosts.look(runId).kind };
  });
}

/** Hosts of this home by their words, everything below them by the mark that each process of a run carries in its environment. */
export function processFacts(paths: Paths): ProcessFact[] {
  const found = allProcesses().flatMap((process) => {
    if (process.state === "Z" || process.state === "X") return [];
    const environment = environmentOf(process.pid);
    const runId = runOfEnvironment(environment, paths.runs) ?? runOfHost(commandOf(process.pid), environment, paths.home);
    return runId === undefined ? [] : [{ runId, who: { pid: process.pid, startTicks: process.startTicks } }];
  });
  const runs = Map.groupBy(found, (one) => one.runId);
  return [...runs].map(([runId, ones]) => ({ runId, processes: ones.map(({ who }) => who) }));
}

/** Files that are written beside their place and then renamed: `<name>.<pid>.tmp` of a process that is gone, and unfinished copies. */
function temporaryFiles(ctx: Ctx): string[] {
  const live = new Set(table.runRows(ctx.db, []).map((row) => row.runId));
  const folders = [ctx.paths.home, ...[...live].map((runId) => ctx.paths.run(runId).root)];
  const half = folders.flatMap((folder) => namesIn(folder).flatMap((name) => (isLeft(name) ? [join(folder, name)] : [])));
  return [...half, ...namesIn(ctx.paths.backups).flatMap((name) => (name.endsWith(".part") ? [join(ctx.paths.backups, name)] : []))];
}

function isLeft(name: string): boolean {
  const pid = /\.(\d+)\.tmp$/.exec(name)?.[1];
  return pid !== undefined && processOf(Number(pid)) === undefined;
}

/** Refs that a task needs and does not find where they were, and refs that no task of the project knows. */
async function refFacts(ctx: Ctx, project: Project): Promise<RefFact[]> {
  const { git } = ctx.outside;
  const repository = repositoryOf(project);
  const found = [...(await git.refs(repository, "refs/ccm/")), ...(await git.refs(repository, "refs/heads/ccm/"))];
  const at = new Map(found.map(({ ref, commit }) => [ref, commit]));
  const snapshots = table
    .snapshotRows(ctx.db, project.id)
    .map(({ taskId, n, commit }): [string, string] => [snapshotRef(taskId, n), commit]);
  const wanted = new Map([...table.refRows(ctx.db, project.id).flatMap(refsOf), ...snapshots]);
  const numbered = found.flatMap(({ ref, commit }) => numberIn(ref).map((id) => ({ ref, commit, id })));
  const known = new Set(
    table.tasksOfProject(
      ctx.db,
      project.id,
      numbered.map(({ id }) => id),
    ),
  );
  const strayed = [...wanted].filter(([ref, commit]) => at.get(ref) !== commit);
  return Promise.all([
    ...numbered.filter(({ id }) => !known.has(id)).map(({ ref, commit }) => unknownRef(project.id, ref, commit)),
    ...strayed.map(async ([ref, commit]): Promise<RefFact> => {
      const now = at.get(ref) ?? null;
      const reachable = (await git.tip(repository, commit)) !== null;
      const isAhead = now !== null && reachable && (await git.contains(repository, now, commit));
      return { projectId: project.id, ref, at: now, wanted: commit, reachable, strayed: now !== null && !isAhead };
    }),
  ]);
}

function refsOf(row: table.RefRow): [string, string][] {
  const refs: [string, string | null][] =
    row.treeState === "discarded"
      ? [[`refs/ccm/trash/${row.taskId}`, row.trashCommit]]
      : [
          [`refs/ccm/base/${row.taskId}`, row.baseCommit],
          [`refs/heads/${row.branch}`, row.tipCommit],
        ];
  return refs.flatMap(([ref, commit]) => (commit === null ? [] : [[ref, commit]]));
}

function unknownRef(projectId: number, ref: string, at: string): RefFact {
  return { projectId, ref, at, wanted: null, reachable: true, strayed: false };
}

/** The task's number in a ref of ccm's; nothing in any other ref. */
function numberIn(ref: string): number[] {
  const digits = /^refs\/(?:ccm\/(?:base|trash|snapshots)\/|heads\/ccm\/task-)([1-9]\d{0,14})(?:\/[1-9]\d{0,14})?$/.exec(ref)?.[1];
  return digits === undefined ? [] : [Number(digits)];
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function isNumber(name: string): boolean {
  return /^[1-9]\d{0,14}$/.test(name);
}

function highest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}
