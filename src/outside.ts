// What is outside the database, for real: each room's own implementation, put together.
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHosts, createLogins, createMachine } from "./agents/outside.ts";
import { createWindows } from "./agents/view/windows.ts";
import { createGit, createTaskGits, defaultGitOptions } from "./git/outside.ts";
import { realClock } from "./kernel/clock.ts";
import type { Config, Outside } from "./kernel/context.ts";
import type { Paths } from "./kernel/paths.ts";
import { ownCommand, ownPlaces } from "./kernel/process.ts";
import { sandboxLaunch } from "./sandbox/actions.ts";
import { GIT_USER, sandboxArgv, sandboxEnv, sandboxSpec } from "./sandbox/rules.ts";
import type { Sandbox } from "./sandbox/schema.ts";
import { createTrees, type Sandboxed } from "./worktrees/outside.ts";

/** The real outside of a process. `sandbox` says which level git in an agent's tree, gates and agents get. */
export function realOutside(paths: Paths, config: Config, sandbox: Sandbox): Outside {
  const options = defaultGitOptions();
  const git = createGit(options);
  return {
    git,
    trees: createTrees({ paths, git, taskGits: createTaskGits(options), sandboxed: sandboxedGit(paths, config, sandbox) }),
    hosts: createHosts({ paths, executable: ownCommand() }),
    machine: createMachine(paths.home),
    logins: createLogins(config.agents),
    windows: createWindows({ paths, executable: ownCommand(), when: config.windows.tmux, elapsed: realClock.elapsed }),
    sandbox,
  };
}

/** git over a tree that an agent has written runs in that task's sandbox, without a network. */
function sandboxedGit(paths: Paths, config: Config, sandbox: Sandbox): Sandboxed {
  return async (command, order, write) => {
    const { root, tmp } = paths.task(order.git.taskId);
    const spec = sandboxSpec({
      level: order.level,
      tree: order.git.treePath,
      git: order.git.gitPath,
      tmp,
      spool: tmp,
      ccmHome: paths.home,
      userHome: process.env.HOME ?? "/",
      repositoryGit: order.git.repo.gitDir,
      network: "none",
      user: sandbox.ownUser() ? GIT_USER : null,
      hide: order.hide,
      write,
      show: [...config.sandbox.show, ...ownPlaces()],
    });
    const specPath = writeSpec(root, JSON.stringify(spec));
    const words = sandboxArgv(spec, sandboxLaunch(specPath));
    return { argv: [...words, ...command.argv], env: sandboxEnv(order.level, command.env), cwd: command.cwd };
  };
}

/** Several gits of a task start at the same time: a spec has a name of its own content, and is never seen half-written. */
function writeSpec(folder: string, text: string): string {
  const path = join(folder, `git-sandbox-${Bun.hash(text).toString(36)}.json`);
  writeFileSync(`${path}.tmp`, text, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
  return path;
}
