// What the rest of ccm may ask of git. Everything that runs git is behind this interface.

/** A commit id: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits. */
export type CommitId = string;

/** A person's repository: `gitDir` is its common git directory (absolute, resolved), the key that writes are serialised by. */
export type Repository = { path: string; gitDir: string };

/** What `inspect` found at a path. `head` is the short branch name, null when detached. `author` is the person's own. */
export type RepositoryFacts = Repository & {
  bare: boolean;
  head: string | null;
  unborn: boolean;
  shallow: boolean;
  partial: boolean;
  hasSubmodules: boolean;
  author: { name: string; email: string } | null;
};

/**
 * Where a task's private git directory, tree and branch are. `indexPath` is the daemon's own index, in a folder of its
 * own that the agent may not write; beside that folder the daemon keeps its copies of what it sealed.
 */
export type TaskGit = { repo: Repository; taskId: number; branch: string; gitPath: string; treePath: string; indexPath: string };

/** A would-be merge: `commit` has `tree` and the base as its only parent; `files` are the paths in conflict, or that only the merge would make one. */
export type Candidate = { kind: "clean"; commit: CommitId; tree: CommitId } | { kind: "conflict"; files: string[] };

/** Who and what a commit made by ccm says; `at` is epoch ms. The same input gives the same commit id. */
export type CommitText = { message: string; author: { name: string; email: string }; at: number };

/** `moved` also when the base was already there. `stale`: the base is not `from` any more. `dirty`: checked out with changes. */
export type BaseMove = { kind: "moved" } | { kind: "stale"; tip: CommitId | null } | { kind: "dirty"; path: string; text: string };

/** A branch's tip after an import; `grafted` when its tree was put on the base as one commit, because history was rewritten or held what may not come in. */
export type Imported = { tip: CommitId; grafted: boolean };

/**
 * Git as the loop sees it. Every function is safe to repeat with the same input; each that moves a ref names the old
 * value. Faults: `environment` when git is missing or fails, `conflict` when a ref is not where it was said to be.
 */
export type Git = {
  /** Faults: `invalid` for a path that is no repository (says what it is). */
  inspect(path: string): Promise<RepositoryFacts>;
  /** The commit a full ref name points to (peeled), or null. */
  tip(repo: Repository, ref: string): Promise<CommitId | null>;
  /** True when `ancestor` is `commit` or one of its ancestors. */
  contains(repo: Repository, commit: CommitId, ancestor: CommitId): Promise<boolean>;
  /** Creates, moves or (with `to` null) deletes a ref; `from` null means it must not exist. Done already is fine. */
  setRef(repo: Repository, ref: string, to: CommitId | null, from: CommitId | null): Promise<void>;
  /** Full names and commits of the refs below a prefix such as `refs/ccm/`. */
  refs(repo: Repository, prefix: string): Promise<{ ref: string; commit: CommitId }[]>;
  /** Merges `tip` into `base` in memory and commits the result on top of `base`: the squashed commit that gates run on. */
  candidate(repo: Repository, base: CommitId, tip: CommitId, text: CommitText): Promise<Candidate>;
  /** A merge commit with the given tree and the parents tip and base: what the task's branch becomes when its base moved. */
  mergeCommit(repo: Repository, tree: CommitId, tip: CommitId, base: CommitId, text: CommitText): Promise<CommitId>;
  /** Moves the base branch; in a checkout of the person's with `merge --ff-only`, hooks off, when it is clean. */
  moveBase(repo: Repository, branch: string, to: CommitId, from: CommitId): Promise<BaseMove>;
  /** True when a checkout of the person's (the main one or a linked one) has this short branch name checked out. */
  isCheckedOut(repo: Repository, branch: string): Promise<boolean>;
  /** A hash of the change from base to commit that does not depend on where it is applied; empty when they hold the same. */
  patchId(repo: Repository, base: CommitId, commit: CommitId): Promise<string>;
  /** The unified diff from base to commit, without colours, cut at `limitBytes`. */
  diff(repo: Repository, base: CommitId, commit: CommitId, limitBytes: number): Promise<string>;
  /** The files in which two commits differ, renames found, in the order of their paths. */
  changedFiles(repo: Repository, base: CommitId, commit: CommitId): Promise<ChangedFile[]>;
  /** How these files of `changedFiles` differ, each or those that `limitBytes` of text hold; by path. */
  patches(
    repo: Repository,
    base: CommitId,
    commit: CommitId,
    of: { files: readonly ChangedFile[]; limitBytes: number },
  ): Promise<Map<string, FilePatch>>;
  /** One file's bytes as text at a commit, or null when it is not there. */
  readFile(repo: Repository, commit: CommitId, path: string): Promise<string | null>;
};

/**
 * A file that differs between two commits. `from` is its path before, of one that was renamed. A mode is git's own
 * (`100644`, `120000` for a link, `160000` for a submodule), null where there is no file; `lines` null for what is no text.
 */
export type ChangedFile = {
  path: string;
  from: string | null;
  change: "added" | "removed" | "changed" | "renamed" | "retyped";
  modes: { old: string | null; now: string | null };
  lines: { added: number; removed: number } | null;
};

/** A line of a difference with its number on either side; `note` is git's own word, such as a missing newline at the end. */
export type PatchRow = { kind: "same" | "added" | "removed" | "note"; old: number | null; now: number | null; text: string };
export type Hunk = { heading: string; rows: PatchRow[] };
/** How one file differs; no hunks where nothing of its text does. `isCut`: more of it was not read. */
export type FilePatch = { hunks: Hunk[]; isCut: boolean };

/** What settling and showing keep out of commits: copied paths, relative to the tree's top, and files over `fileBytes`. */
export type KeepOut = { copies: string[]; fileBytes: number };

/** A path that is in the tree and stays out of git. `repository`: a nested one. `special`: no file, folder or link. */
export type Left = { path: string; why: "copied" | "oversized" | "repository" | "special" };

/** `commit` is the private branch's tip now; `found` are sentences on what was not as ccm had left it, for an event. */
export type SettledGit = { commit: CommitId; committedFiles: number; left: Left[]; found: string[] };

/** `as left`: on the branch; where it is there already, untouched: the same agent goes on with what it has not committed. */
export type ShowOn = "branch" | "detached" | "as left";

/** How what is left of a task is kept. */
export type KeepOrder = { ref: string; text: CommitText; what: "everything" | "the work" };

/**
 * How a state of the work is kept: under a new ref. `have` are commits of the task that the repository holds, `last` is the
 * state that was kept last. What is in the middle of a rebase or of conflicts is refused, or kept for somebody to look at.
 */
export type SnapshotOrder = { ref: string; have: CommitId[]; last: CommitId | null; unfinished: "refuse" | "keep"; text: CommitText };

/** `commit` is the last state when nothing is different from it; then there is no new ref. `unfinished` says what was under way. */
export type SnapshotMade = { commit: CommitId; isNew: boolean; left: Left[]; unfinished: string | null };

/**
 * A task's private git directory and tree. All git that walks the tree goes through the wrap it is given, that is into
 * the sandbox; before any git reads the private directory, what must be ccm's own there is put back.
 */
export type TaskGits<Wrap> = {
  /** Makes directory and tree in an empty task folder; the objects come from the repository. Names of submodules left out. */
  create(task: TaskGit, base: CommitId, copies: string[], wrap: Wrap): Promise<{ submodules: string[]; unfiltered: string | null }>;
  /** Those of the paths that a commit has as files. */
  tracked(repo: Repository, commit: CommitId, paths: string[]): Promise<string[]>;
  /** Pins the base and claims the branch's name in the repository, both or none. Faults: `conflict` when the name is taken. */
  claim(task: TaskGit, base: CommitId): Promise<void>;
  /** Commits what is not committed. Faults: `failed` when conflict markers of an unfinished merge are left. */
  settle(task: TaskGit, base: CommitId, keepOut: KeepOut, message: string, wrap: Wrap): Promise<SettledGit>;
  /** Makes the tree show a commit; what settling would leave out is put aside while the tree is detached. */
  show(task: TaskGit, commit: CommitId, on: ShowOn, keepOut: KeepOut, wrap: Wrap): Promise<void>;
  /**
   * Brings what the agent committed into the repository: reads the private branch as text, packs what is new in the sandbox,
   * indexes it strictly, looks at what it would bring (`fileBytes`: the largest object), moves `refs/heads/<branch>` from `old`
   * to it. Nothing of the private directory is executed or read as configuration. No run may be live in the tree. A branch
   * that was deleted is made again; one that a person has checked out moves together with their files; what they committed on
   * it is merged. Faults: `failed` when the objects are not sound, `denied` when they may not come in; work that a person may
   * take all the same is then under `refs/ccm/refused/<task>`; `conflict` when a person changed the same lines, has changes in
   * a checkout of the branch, or moved it away: then the work is on a branch beside it.
   */
  importBranch(task: TaskGit, base: CommitId, old: CommitId, text: CommitText, fileBytes: number, wrap: Wrap): Promise<Imported>;
  /**
   * Commits everything to a ref in the repository, with the branch's tip as first parent and, unless only the work is wanted,
   * the agent's own branches and stashes as others; the private branch stays. What the ref holds already it goes on holding.
   */
  keep(task: TaskGit, base: CommitId, order: KeepOrder, keepOut: KeepOut, wrap: Wrap): Promise<CommitId>;
  /**
   * Keeps the state of the work, committed or not, under a ref of the repository. Touches nothing that the agent has and reads
   * nothing of it as configuration, so it may be at work meanwhile. Faults: `conflict` in the middle of a rebase or
   * of conflicts, `failed` when files changed while they were read, or when the objects are not sound.
   */
  snapshot(task: TaskGit, base: CommitId, order: SnapshotOrder, keepOut: KeepOut, wrap: Wrap): Promise<SnapshotMade>;
};

declare module "../kernel/context.ts" {
  interface Outside {
    git: Git;
  }
}
