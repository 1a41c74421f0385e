// The commands on worktrees. They are here because a tree goes to the trash only when no run is live in it.
import type { CAC } from "cac";
import type { CommandHost } from "../kernel/module.ts";
import type { CleanupOptions, ListTreesOptions } from "./worktree-command-actions.ts";

const load = () => import("./worktree-command-actions.ts");
const loadSnapshots = () => import("./snapshot-command-actions.ts");

export function worktreeCommands(program: CAC, host: CommandHost): void {
  program
    .command("snapshots <task>", "List the states of a task's work that were kept, which `ccm rollback` goes back to")
    .example("ccm snapshots 12")
    .action(async (task: string) => (await loadSnapshots()).list(host, task));
  program
    .command("snapshot <task>", "Keep the state of a task's work now, committed or not; its agent may be at work")
    .option("--note <text>", "What the state is, in a few words")
    .example('ccm snapshot 12 --note "before the second attempt"')
    .action(async (task: string, options: { note?: string }) => (await loadSnapshots()).take(host, task, options));
  program
    .command("worktrees list", "List the trees that tasks work in")
    .option("--all", "Those in the trash as well")
    .option("--limit <number>", "At most so many, of the newest tasks", { default: "50" })
    .example("ccm worktrees list")
    .action(async (options: ListTreesOptions) => (await load()).list(host, options));
  program
    .command("worktrees create <task>", "Make a queued task's tree already; to look at it or to prepare it")
    .example("ccm worktrees create 12")
    .action(async (task: string) => (await load()).create(host, task));
  program
    .command("worktrees restore <task>", "Bring a task's tree back from the trash")
    .example("ccm worktrees restore 12")
    .action(async (task: string) => (await load()).restore(host, task));
  program
    .command("worktrees cleanup [task]", "Send the trees of ended tasks to the trash now; their commits are kept")
    .option("--trash", "Delete what is in the trash for good, too")
    .option("--dry-run", "Only say what would go")
    .example("ccm worktrees cleanup")
    .action(async (task: string | undefined, options: CleanupOptions) => (await load()).cleanUp(host, task, options));
}
