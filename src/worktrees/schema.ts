// A task's tree: the folder its agent works in, with a private git directory beside it.
import type { CommitId, CommitText, Imported, Left, ShowOn, SnapshotMade, SnapshotOrder, TaskGit } from "../git/schema.ts";
import type { SandboxLevel } from "../sandbox/schema.ts";

/** `wanted`: to be made. `ready`: an agent may work in it. `discarding`/`restoring`: on the way. `purged`: gone for good. */
export const WORKTREE_STATES = ["wanted", "ready", "discarding", "discarded", "restoring", "purged"] as const;
export type WorktreeState = (typeof WORKTREE_STATES)[number];

/** `unknown` until the tree is made and the project's settings at its base were read. */
export const SETUP_STATES = ["unknown", "none", "needed", "done"] as const;
export type SetupState = (typeof SETUP_STATES)[number];

/**
 * Why a state of the work was kept: so many commits were made, it went back to its agent, a person goes back to another
 * one, somebody asked.
 */
export const SNAPSHOT_REASONS = ["commits", "send-back", "rollback", "asked"] as const;
export type SnapshotReason = (typeof SNAPSHOT_REASONS)[number];

/**
 * A state of a task's work that was kept, as `refs/ccm/snapshots/<task>/<n>`. `base` is the one that the task was on then;
 * `unfinished` says what was under way, which makes it a state to look at only. `at` is epoch ms.
 */
export type Snapshot = {
  taskId: number;
  n: number;
  commit: CommitId;
  base: CommitId;
  why: SnapshotReason;
  note: string;
  unfinished: string | null;
  at: number;
};

/** What comes of taking one: where nothing is different from the last, that one, which is not new. */
export type SnapshotAnswer = { snapshot: Snapshot; isNew: boolean };

/** Longest note of a snapshot in characters: one line of a list. */
export const NOTE_CHARS = 200;

/** A worktree's row. `copies` are the files copied into it, which are never committed. */
export type Worktree = {
  taskId: number;
  state: WorktreeState;
  setup: SetupState;
  setupCommand: string | null;
  copies: string[];
  skipped: { path: string; why: string }[];
  trashCommit: string | null;
  /** Why not all of it could be kept under a ref: then only a person deletes its folder. */
  unkept: string | null;
  /** As measured at `measuredAt` (0: never): the tree with its private git directory. */
  sizeBytes: number;
  measuredAt: number;
  createdAt: number;
  updatedAt: number;
};

/** What a tree may hold; over it the run stops and the work is kept. */
export type TreeLimits = { treeBytes: number; fileBytes: number };

/**
 * How a tree is made. `copies` are ignored files of the person's checkout, relative to its top (`.env`). `level` and `hide`
 * are for git in the tree: what an agent planted for it to start sees no more than the agent did.
 */
export type TreeOrder = { git: TaskGit; base: CommitId; copies: string[]; level: SandboxLevel; hide: string[]; limits: TreeLimits };

/** `copied` are the files that were really copied; `skipped` those that were not, with why. */
export type TreeMade = { copied: string[]; skipped: { path: string; why: string }[] };

/**
 * What settling did: `commit` is the private branch's tip now; `left` are paths that stay out of git on purpose; `found`
 * are sentences on what was not as ccm had left it (a changed configuration, another branch), to be kept as an event.
 */
export type Settled = { commit: CommitId; committedFiles: number; left: Left[]; found: string[] };

/** What is kept of a discarded tree under its ref, and why that is not all there was (null when it is). */
export type Discarded = { trashCommit: CommitId | null; unkept: string | null };

/** A folder below CCM_HOME/tasks or CCM_HOME/trash as fsck sees it. */
export type TreeFound = { taskId: number; where: "tasks" | "trash"; path: string; sizeBytes: number };

/**
 * Trees as the loop sees them. Each function is safe to repeat. git that walks an agent's tree runs in the sandbox.
 * Faults: `environment` (disk, permissions, git), `conflict` (a branch name that is taken), `invalid` (a repository
 * that cannot be worked on, with what to do).
 */
export type Trees = {
  /** Pins the base, makes the private git directory, checks the base out, copies files. A half-made tree is made anew. */
  create(order: TreeOrder): Promise<TreeMade>;
  /** Repairs the private git directory's configuration, then commits what an agent left uncommitted; says what it left out. */
  settle(order: TreeOrder, message: string): Promise<Settled>;
  /**
   * Brings what was committed in the tree into the repository and moves the task's branch from `old` to it. Faults: `denied`
   * for what may not come in, with where the work is; those of `TaskGits.importBranch`.
   */
  importBranch(order: TreeOrder, old: CommitId, text: CommitText): Promise<Imported>;
  /** Makes the tree show exactly `commit`: with `branch` on the task's branch (moved to it), else detached. Ignored and copied files stay. `as left` changes nothing where the branch is there already. */
  show(order: TreeOrder, commit: CommitId, on: ShowOn): Promise<void>;
  /** Keeps the state of the work, committed or not; an agent may be at work, nothing of it is touched. */
  snapshot(order: TreeOrder, snapshot: SnapshotOrder): Promise<SnapshotMade>;
  /** How many commits its private git directory says were made in a tree since a time (epoch ms); microseconds where nothing is new. */
  commitsSince(taskId: number, since: number): number;
  /** Bytes below the tree and its private git directory. */
  measure(taskId: number): Promise<number>;
  /** Commits everything not ignored to `refs/ccm/trash/<id>` in the repository, then moves the task's folder to trash. */
  discard(order: TreeOrder, at: number): Promise<Discarded>;
  /** Brings a discarded task's folder back, or makes it anew from its trash ref. */
  restore(order: TreeOrder, trashCommit: CommitId): Promise<TreeMade>;
  /** Deletes a task's folder in the trash for good. */
  purge(taskId: number): Promise<void>;
  exists(taskId: number): boolean;
  list(): Promise<TreeFound[]>;
};

declare module "../kernel/context.ts" {
  interface Outside {
    trees: Trees;
  }
}
