// The one place that knows where ccm's files are.
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Every path below CCM_HOME; all absolute. */
export type Paths = {
  readonly home: string;
  readonly database: string;
  readonly config: string;
  /** Encrypted secrets, where a person keeps them in no keyring. */
  readonly secrets: string;
  /** By what stored secrets are recognised. */
  readonly prints: string;
  readonly lock: string;
  readonly tasks: string;
  readonly runs: string;
  readonly trash: string;
  readonly logs: string;
  readonly backups: string;
  task(taskId: number): TaskPaths;
  run(runId: number): RunPaths;
};

/**
 * What belongs to one task. `root` holds the others; the agent may write `tree`, `git` and `tmp` only. `index` is the
 * daemon's own, in a folder of its own because git locks it by a file beside it.
 */
export type TaskPaths = { root: string; tree: string; git: string; tmp: string; index: string };

/** What belongs to one run. The agent's side may write `spool` only. */
export type RunPaths = {
  root: string;
  spec: string;
  lock: string;
  started: string;
  events: string;
  output: string;
  requests: string;
  exit: string;
  spool: string;
  /** Where the host listens for a run that has a network of its own. */
  sockets: string;
};

/** `CCM_HOME`, or `~/.ccm` of the user ccm runs as. */
export function homeFrom(env: Record<string, string | undefined>): string {
  return resolve(env.CCM_HOME || join(env.HOME || homedir(), ".ccm"));
}

export function pathsAt(home: string): Paths {
  const tasks = join(home, "tasks");
  const runs = join(home, "runs");
  return {
    home,
    database: join(home, "ccm.db"),
    config: join(home, "config.yaml"),
    secrets: join(home, "secrets"),
    prints: join(home, "prints.json"),
    lock: join(home, "daemon.lock"),
    tasks,
    runs,
    trash: join(home, "trash"),
    logs: join(home, "logs"),
    backups: join(home, "backups"),
    task(taskId) {
      const root = join(tasks, String(taskId));
      return { root, tree: join(root, "tree"), git: join(root, "git"), tmp: join(root, "tmp"), index: join(root, "index", "index") };
    },
    run(runId) {
      const root = join(runs, String(runId));
      return {
        root,
        spec: join(root, "spec.json"),
        lock: join(root, "lock"),
        started: join(root, "started.json"),
        events: join(root, "events.jsonl"),
        output: join(root, "output"),
        requests: join(root, "requests"),
        exit: join(root, "exit.json"),
        spool: join(root, "spool"),
        sockets: join(root, "sockets"),
      };
    },
  };
}
