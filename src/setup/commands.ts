// The commands that set ccm up and look after it; what they do is loaded when one of them runs.
import type { CAC } from "cac";
import type { CommandHost } from "../kernel/module.ts";

export type StartOptions = { profile: string; port?: string };
export type StopOptions = { now?: true; all?: true };

export function setupCommands(program: CAC, host: CommandHost): void {
  program
    .command(
      "init",
      "Look at this machine and make CCM_HOME (~/.ccm); on a terminal it offers to register this folder's repository; what is there stays",
    )
    .option("--yes", "Do not ask: make CCM_HOME, register nothing")
    .example("ccm init")
    .action(async (options: { yes?: true }) => (await import("./init.ts")).init(host, options));
  daemonCommands(program, host);
  program
    .command("status", "Show the daemon, the projects, and what needs you")
    .example("ccm status")
    .action(async () => (await import("./home-actions.ts")).status(host));
  program
    .command("health", "Say whether work goes on: daemon, loop, disk, memory, sandbox, database; the exit code says it too")
    .example("ccm health --json")
    .action(async () => (await import("./doctor.ts")).health(host));
  program
    .command("doctor", "Try everything that ccm needs on this machine; what does not work comes with what to do about it")
    .option("--sandbox", "Try to break each promise of the sandbox, at each level")
    .example("ccm doctor")
    .example("ccm doctor --sandbox")
    .action(async (options: { sandbox?: true }) =>
      options.sandbox ? (await import("./sandbox-table.ts")).sandboxTable(host) : (await import("./doctor.ts")).doctor(host),
    );
  program
    .command("fsck", "Repair what differs from what is recorded; database, trees, runs, processes, branches; work is never deleted")
    .option("--dry-run", "Only say what would be done")
    .example("ccm fsck --dry-run")
    .action(async (options: { dryRun?: true }) => (await import("./fsck.ts")).fsck(host, options));
  program
    .command("demo", "See a task go from its prompt to the merge; in a throw-away place and without a model")
    .option("--keep", "Leave the daemon and its folder there to look at")
    .example("ccm demo")
    .action(async (options: { keep?: true }) => (await import("./demo.ts")).demo(host, options));
  completionCommand(program, host);
}

function completionCommand(program: CAC, host: CommandHost): void {
  program
    .command(
      "completions <bash|zsh|fish>",
      "Print the script for the Tab key of a shell; it completes commands, options, tasks and projects",
    )
    .example(`echo 'eval "$(ccm completions bash)"' >> ~/.bashrc`)
    .example(`echo 'eval "$(ccm completions zsh)"' >> ~/.zshrc`)
    .example("ccm completions fish > ~/.config/fish/completions/ccm.fish")
    .action(async (shell: string) => (await import("./completions.ts")).completions(host, shell));
}

function daemonCommands(program: CAC, host: CommandHost): void {
  program
    .command("start", "Start the daemon in the background")
    .option("--profile <full|minimal>", "minimal is without the dashboard", { default: "full" })
    .option("--port <port>", "Where the dashboard listens, instead of web.port")
    .example("ccm start")
    .action(async (options: StartOptions) => (await import("./daemon-actions.ts")).start(host, options));
  program
    .command("stop", "Stop the daemon; agents go on, and the next daemon finds them")
    .option("--now", "With --all: kill daemon and agents at once, without their goodbyes")
    .option("--all", "With --now: agents as well")
    .example("ccm stop")
    .action(async (options: StopOptions) => (await import("./daemon-actions.ts")).stop(host, options));
  program
    .command("daemon", "Run the daemon in this terminal until Ctrl-C")
    .option("--profile <full|minimal>", "minimal is without the dashboard", { default: "full" })
    .example("ccm daemon --profile minimal")
    .action(async () => (await import("./daemon-actions.ts")).refuseDaemonHere());
}
