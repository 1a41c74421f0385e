// What setting up and looking after ccm speaks of: profiles of the daemon, checks of the machine, differences that fsck finds.
import type { HostState, RunState } from "../agents/schema.ts";
import type { CommitId } from "../git/schema.ts";
import type { Identity } from "../kernel/process.ts";
import type { TaskState } from "../tasks/schema.ts";
import type { WorktreeState } from "../worktrees/schema.ts";

/** `full`: with the dashboard. `minimal`: without it. */
export const PROFILES = ["minimal", "full"] as const;
export type Profile = (typeof PROFILES)[number];

/** Where the page is; `fault` says why the web server could not listen. */
export type WebAddress = { url: string } | { fault: string };

/** One thing that was tried: what came of it, and what to do when it is not well (empty when it is). */
export type Check = { name: string; verdict: (typeof CHECK_VERDICTS)[number]; text: string; hint: string };
export const CHECK_VERDICTS = ["ok", "warn", "fail"] as const;

/** A task's tree: what its rows say and what is in `tasks/`. `incomplete`: a folder without its mark, tree or private git directory. */
export type TreeFact = {
  taskId: number;
  /** Null when there is no such task. */
  taskState: TaskState | null;
  treeState: WorktreeState | null;
  folder: "complete" | "incomplete" | "absent";
};

/** A run that has a folder, or a row that is not finished; `state` is null without a row. A host of a run that is over counts as `ended` unless its process is there. */
export type RunFact = { runId: number; state: RunState | null; host: HostState["kind"] };

/** The host of a run and processes that carry the run's mark. */
export type ProcessFact = { runId: number; processes: Identity[] };

/** A ref of ccm's. `wanted`: where it belongs, null when no task knows it. `reachable`: that commit is in the repository. */
export type RefFact = {
  projectId: number;
  ref: string;
  at: CommitId | null;
  wanted: CommitId | null;
  reachable: boolean;
  /** The ref has left the commit it was at behind instead of adding to it. */
  strayed: boolean;
};

/** Numbers given so far, and the highest that something on the disk or in a repository has. */
export type Numbers = { last: number; seen: number };

/** Everything that fsck compares, as it is now. `strays` are names in `tasks/`, `temporary` are paths. */
export type HomeFacts = {
  trees: TreeFact[];
  strays: string[];
  runs: RunFact[];
  processes: ProcessFact[];
  temporary: string[];
  refs: RefFact[];
  taskNumbers: Numbers;
  runNumbers: Numbers;
};

/** How a difference is put right. Nothing that may be somebody's work is deleted. */
export type Repair =
  | { kind: "put-aside"; name: string }
  | { kind: "make-tree-anew"; taskId: number; putAside: boolean }
  | { kind: "stop-host"; runId: number }
  | { kind: "end-processes"; runId: number; processes: Identity[] }
  | { kind: "delete-file"; path: string }
  | { kind: "set-ref"; projectId: number; ref: string; commit: CommitId }
  | { kind: "reserve"; what: "tasks" | "runs"; upTo: number };

/** One difference in words, and its repair; without one, `remedy` says why it is left to a person or to time. */
export type Difference = { text: string; remedy: string; repair: Repair | null };
