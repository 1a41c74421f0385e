// The simulated outside of one daemon: git and trees over the world, with a crash or a fault possible at every effect.
import type { CommitId, CommitText, Git, Repository, TaskGit } from "../../src/git/schema.ts";
import type { Outside } from "../../src/kernel/context.ts";
import { Fault } from "../../src/kernel/fault.ts";
import type { TreeMade, TreeOrder, Trees } from "../../src/worktrees/schema.ts";
import { simHosts } from "./agents.ts";
import { Killed, type SimTree, type World } from "./world.ts";

/** What one daemon reaches. After its death nothing of it returns. */
export function simOutside(world: World): Outside {
  const epoch = world.epoch;
  const die = () => new Promise<never>(() => {});

  /** Each asynchronous effect takes time, may fail as machines do, and may be the last thing the daemon does. */
  async function effect<T>(act: () => T): Promise<T> {
    if (world.epoch !== epoch) return die();
    await world.clock.sleep(world.chance(world.odds.slow) ? 30_000 * world.random() : 1 + 40 * world.random());
    if (world.epoch !== epoch) return die();
    if (world.chance(world.odds.fault)) throw new Fault("environment", "The simulated disk is full.", "Free some space.");
    if (world.chance(world.odds.crash)) {
      world.crash();
      return die();
    }
    const result = act();
    if (world.chance(world.odds.crash)) {
      world.crash();
      return die();
    }
    return result;
  }

  function guard<T>(act: () => T): T {
    if (world.epoch !== epoch) throw new Killed("dead");
    if (world.chance(world.odds.crash)) {
      world.crash();
      throw new Killed("killed before an effect");
    }
    const result = act();
    if (world.chance(world.odds.crash)) {
      world.crash();
      throw new Killed("killed after an effect");
    }
    return result;
  }

  return {
    git: simGit(world, effect),
    trees: simTrees(world, effect),
    hosts: simHosts(world, guard),
    machine: { freeMemoryBytes: () => 8e9, freeDiskBytes: () => 1e12, load: () => 0, cores: () => 4 },
    logins: { fingerprint: () => world.login },
    windows: { areBehind: () => false, show: async () => {}, attach: async () => "none", areThere: () => false, end: async () => {} },
    sandbox: { level: () => "kernel", ownUser: () => false },
  };
}

type Effect = <T>(act: () => T) => Promise<T>;

function simGit(world: World, effect: Effect): Git {
  const { repo } = world;
  const setRef = (ref: string, to: CommitId | null, from: CommitId | null) => {
    const now = repo.refs.get(ref) ?? null;
    if (now === to) return;
    if (now !== from) throw new Fault("conflict", `${ref} is at ${now}, not at ${from}.`);
    if (to) repo.refs.set(ref, to);
    else repo.refs.delete(ref);
  };
  return {
    inspect: (path) =>
      effect(() => ({
        path,
        gitDir: `${path}/.git`,
        bare: false,
        head: "main",
        unborn: false,
        shallow: false,
        partial: false,
        hasSubmodules: false,
        author: null,
      })),
    tip: (_repo, ref) => effect(() => repo.refs.get(ref) ?? null),
    contains: (_repo, commit, ancestor) => effect(() => repo.contains(commit, ancestor)),
    setRef: (_repo, ref, to, from) => effect(() => setRef(ref, to, from)),
    refs: (_repo, prefix) =>
      effect(() => [...repo.refs].filter(([ref]) => ref.startsWith(prefix)).map(([ref, commit]) => ({ ref, commit }))),
    candidate: (_repo, base, tip, text) =>
      effect(() => {
        const { conflicts, files } = repo.merge(base, tip);
        if (conflicts.length > 0) return { kind: "conflict" as const, files: conflicts };
        const commit = repo.commit(files, [base], `${text.message} at ${text.at}`);
        return { kind: "clean" as const, commit, tree: commit };
      }),
    mergeCommit: (_repo: Repository, tree: CommitId, tip: CommitId, base: CommitId, text: CommitText) =>
      effect(() => repo.commit(repo.files(tree), [tip, base], `${text.message} at ${text.at}`)),
    moveBase: (_repo, branch, to, from) =>
      effect(() => {
        const tip = repo.refs.get(`refs/heads/${branch}`) ?? null;
        if (tip && repo.contains(tip, to)) return { kind: "moved" as const };
        if (tip !== from) return { kind: "stale" as const, tip };
        if (repo.checkedOut === branch && repo.dirty) return { kind: "dirty" as const, path: "/repo", text: "The checkout has changes." };
        repo.refs.set(`refs/heads/${branch}`, to);
        return { kind: "moved" as const };
      }),
    isCheckedOut: (_repo, branch) => effect(() => repo.checkedOut === branch),
    patchId: (_repo, base, commit) => effect(() => repo.patch(base, commit)),
    diff: () => effect(() => "diff"),
    changedFiles: () => effect(() => []),
    patches: () => effect(() => new Map()),
    readFile: () => effect(() => null),
  };
}

function importBranch(world: World, task: TaskGit, base: CommitId, old: CommitId, text: CommitText): { tip: CommitId; grafted: boolean } {
  const { repo } = world;
  const tree = world.trees.get(task.taskId);
  if (!tree) throw new Fault("environment", "The private git directory is gone.");
  if (repo.at(tree.tip).message.includes("garbage")) {
    // The daemon refuses unsound objects; the work of that run is not commits, so it is not owed.
    world.work.get(task.taskId)?.delete(tree.tip);
    tree.tip = repo.refs.get(`refs/heads/${task.branch}`) ?? base;
    tree.shows = tree.tip;
    throw new Fault("failed", "The objects are not sound.");
  }
  const grafted = !repo.contains(tree.tip, base);
  const tip = grafted ? repo.commit(repo.files(tree.tip), [base], `graft ${text.at}`) : tree.tip;
  const ref = `refs/heads/${task.branch}`;
  const now = repo.refs.get(ref) ?? null;
  if (now !== tip && now !== old) throw new Fault("conflict", `${ref} is at ${now}, not at ${old}.`);
  repo.refs.set(ref, tip);
  return { tip, grafted };
}

const MADE: TreeMade = { copied: [], skipped: [] };

function simTrees(world: World, effect: Effect): Trees {
  return {
    ...treesInUse(world, effect),
    ...treesInTrash(world, effect),
    ...snapshots(world, effect),
    measure: () => effect(() => 1),
    exists: (taskId) => world.trees.has(taskId),
    list: () => effect(() => []),
  };
}

function commitLoose(world: World, tree: SimTree, taskId: number, message: string): number {
  if (!tree.loose) return 0;
  tree.tip = world.repo.commit(tree.loose, [tree.tip], message);
  tree.loose = null;
  tree.shows = tree.tip;
  world.noteWork(taskId, tree.tip);
  return 1;
}

function treesInUse(world: World, effect: Effect): Pick<Trees, "create" | "settle" | "importBranch" | "show"> {
  const { repo } = world;
  const own = (order: TreeOrder): SimTree => {
    const tree = world.trees.get(order.git.taskId);
    if (!tree) throw new Fault("environment", `There is no tree of task ${order.git.taskId}.`);
    return tree;
  };
  return {
    async create(order) {
      const { taskId, branch } = order.git;
      if (world.trees.get(taskId)?.whole) return MADE;
      await effect(() => repo.refs.set(`refs/ccm/base/${taskId}`, order.base));
      await effect(() => {
        const now = repo.refs.get(`refs/heads/${branch}`);
        if (now && now !== order.base) throw new Fault("conflict", `The branch "${branch}" is taken.`);
        repo.refs.set(`refs/heads/${branch}`, order.base);
      });
      await effect(() => world.trees.set(taskId, { tip: order.base, loose: null, shows: order.base, whole: false }));
      return effect(() => {
        world.trees.set(taskId, { tip: order.base, loose: null, shows: order.base, whole: true });
        return MADE;
      });
    },
    settle: (order, message) =>
      effect(() => {
        const tree = own(order);
        const committedFiles = commitLoose(world, tree, order.git.taskId, message);
        return { commit: tree.tip, committedFiles, left: [], found: [] };
      }),
    importBranch: (order, old, text) => effect(() => importBranch(world, order.git, order.base, old, text)),
    show: (order, commit, on) =>
      effect(() => {
        const tree = own(order);
        if (on === "as left" && tree.tip === commit) return;
        if (tree.loose) world.violate(`task ${order.git.taskId}: uncommitted work was shown away`);
        if (on !== "detached") tree.tip = commit;
        tree.shows = commit;
      }),
  };
}

function snapshots(world: World, effect: Effect): Pick<Trees, "snapshot" | "commitsSince"> {
  const { repo } = world;
  return {
    snapshot: (order, { ref, last }) =>
      effect(() => {
        const { taskId } = order.git;
        const tree = world.trees.get(taskId);
        if (!tree) throw new Fault("environment", `There is no tree of task ${taskId}.`);
        if (repo.at(tree.tip).message.includes("garbage")) throw new Fault("failed", "The objects are not sound.");
        const commit = tree.loose ? repo.commit(tree.loose, [tree.tip], `snapshot of ${taskId}`) : tree.tip;
        if (commit === last) return { commit, isNew: false, left: [], unfinished: null };
        if (repo.refs.has(ref)) world.violate(`${ref} was given twice`);
        repo.refs.set(ref, commit);
        return { commit, isNew: true, left: [], unfinished: null };
      }),
    commitsSince: () => (world.odds.fault > 0 && world.chance(0.05) ? 10 : 0),
  };
}

function treesInTrash(world: World, effect: Effect): Pick<Trees, "discard" | "restore" | "purge"> {
  const { repo } = world;
  return {
    discard: (order) =>
      effect(() => {
        const { taskId } = order.git;
        const tree = world.trees.get(taskId);
        if (!tree) return { trashCommit: repo.refs.get(`refs/ccm/trash/${taskId}`) ?? null, unkept: null };
        if ([...world.hosts.values()].some((host) => host.state === "live" && host.spec.taskId === taskId))
          world.violate(`the tree of task ${taskId} was discarded under a live run`);
        commitLoose(world, tree, taskId, "trash");
        repo.refs.set(`refs/ccm/trash/${taskId}`, tree.tip);
        world.trees.delete(taskId);
        world.trash.set(taskId, tree);
        return { trashCommit: tree.tip, unkept: null };
      }),
    restore: (order, trashCommit) =>
      effect(() => {
        const tree = world.trash.get(order.git.taskId) ?? { tip: trashCommit, loose: null, shows: trashCommit, whole: true };
        world.trash.delete(order.git.taskId);
        if (!world.trees.has(order.git.taskId)) world.trees.set(order.git.taskId, tree);
        return MADE;
      }),
    purge: (taskId) => effect(() => void world.trash.delete(taskId)),
  };
}
