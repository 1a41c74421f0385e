// A task's folders as a run finds them, and commands started in them through the real sandbox.
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type Paths, pathsAt } from "../../src/kernel/paths.ts";
import { ownCommand } from "../../src/kernel/process.ts";
import { sandboxLaunch } from "../../src/sandbox/actions.ts";
import { type SandboxOrder, sandboxArgv, sandboxEnv, sandboxSpec } from "../../src/sandbox/rules.ts";
import type { SandboxSpec } from "../../src/sandbox/schema.ts";

/** Root tests both itself and an ordinary user; everybody else only themselves. */
export const ACCOUNTS = process.getuid?.() === 0 ? (["root", "nobody"] as const) : (["user"] as const);
export type Account = (typeof ACCOUNTS)[number];
export const LEVELS = ["namespace", "kernel"] as const;
export type Level = (typeof LEVELS)[number];

/** Every level with every account. */
export const CASES = LEVELS.flatMap((level) => ACCOUNTS.map((account) => [level, account] as const));

/** Hidden like a person's own folders; below /tmp, which a sandbox has one of its own of, less could be seen of what fails. */
const PLACE = "/var/tmp";
const NOBODY = 65_534;
/** A command inside that takes longer hangs. */
const COMMAND_TIMEOUT_MS = 60_000;

export type Ended = { code: number; stdout: string; stderr: string };
export type RunOptions = { env?: Record<string, string>; order?: Partial<SandboxOrder>; spec?: Partial<SandboxSpec>; stdin?: string };

export type Lab = {
  root: string;
  home: string;
  repo: string;
  paths: Paths;
  spec(order?: Partial<SandboxOrder>): SandboxSpec;
  /** The words and the environment that start a command inside; the process group is the command's. */
  words(argv: string[], options?: RunOptions): { argv: string[]; env: Record<string, string> };
  run(argv: string[], options?: RunOptions): Promise<Ended>;
  /** Runs a command outside, as the account. Throws when it fails. */
  outside(argv: string[], cwd?: string): string;
  remove(): void;
};

/** Task 1 with a private git directory on a repository of one commit; task 2 and a person's home beside it. */
export function openLab(level: Level | "none", account: Account, place = PLACE): Lab {
  const root = realpathSync(mkdtempSync(join(place, "ccm-lab-")));
  const paths = pathsAt(join(root, "ccm"));
  const [home, repo] = [join(root, "home"), join(root, "repo")];
  furnish(paths, home, repo);
  const prefix = account === "nobody" ? ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"] : [];
  const plain = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: home, LANG: "C.UTF-8" };
  const lab: Lab = {
    root,
    home,
    repo,
    paths,
    spec: (order = {}) => sandboxSpec({ ...defaultOrder(level, lab), ...order }),
    words(argv, options = {}) {
      const spec = { ...lab.spec(options.order), ...options.spec };
      const specPath = join(paths.run(1).root, "sandbox.json");
      writeFileSync(specPath, JSON.stringify(spec));
      const env = { ...plain, TMPDIR: spec.tmp, ...options.env };
      return { argv: [...prefix, ...sandboxArgv(spec, sandboxLaunch(specPath)), ...argv], env: sandboxEnv(level, env) };
    },
    async run(argv, options = {}) {
      const words = lab.words(argv, options);
      const stdin = options.stdin === undefined ? "ignore" : Buffer.from(options.stdin);
      const limits = { timeout: COMMAND_TIMEOUT_MS, killSignal: "SIGKILL" } as const;
      const child = Bun.spawn(words.argv, { cwd: paths.task(1).tree, env: words.env, stdin, stdout: "pipe", stderr: "pipe", ...limits });
      const [stdout, stderr, code] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      return { code, stdout, stderr };
    },
    outside(argv, cwd = repo) {
      const child = Bun.spawnSync([...prefix, ...argv], { cwd, env: plain, stdout: "pipe", stderr: "pipe" });
      if (child.exitCode !== 0) throw new Error(`${argv.join(" ")}: ${child.stderr}`);
      return child.stdout.toString();
    },
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }),
  };
  give(root, account);
  makeGit(lab);
  return lab;
}

/** What a person has at home, what ccm keeps, and two tasks of which the first is the run's. */
function furnish(paths: Paths, home: string, repo: string): void {
  for (const folder of [
    paths.task(1).tree,
    paths.task(1).tmp,
    paths.task(2).tree,
    paths.run(1).spool,
    paths.run(2).spool,
    `${home}/.ssh`,
    repo,
  ]) {
    mkdirSync(folder, { recursive: true });
  }
  writeFileSync(join(home, ".ssh/id_ed25519"), "private key");
  writeFileSync(join(home, ".netrc"), "password");
  writeFileSync(join(home, ".bashrc"), "# of the person\n");
  writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = Ada\n\temail = ada@example.org\n");
  writeFileSync(paths.database, "database");
  writeFileSync(join(paths.task(2).tree, "other.txt"), "of another task");
  for (const name of ["token", "config.yaml", "secrets"]) writeFileSync(join(paths.home, name), `${name} of ccm`);
  for (const run of [1, 2])
    for (const name of ["spec.json", "started.json", "endpoint.json", "sandbox.json"]) writeFileSync(join(paths.run(run).root, name), "{}");
}

/** The lab lies in the temporary folder, which is hidden; a person's home does not, so it is shown. */
function defaultOrder(level: Level | "none", lab: Lab): SandboxOrder {
  const { tree, git, tmp } = lab.paths.task(1);
  return {
    level,
    tree,
    git,
    tmp,
    spool: lab.paths.run(1).spool,
    ccmHome: lab.paths.home,
    userHome: lab.home,
    repositoryGit: join(lab.repo, ".git"),
    network: "host",
    // The checkout may lie there too: its toolchain is what a machine has elsewhere.
    show: [lab.home, join(import.meta.dir, "../../node_modules"), ...ownCommand().map((path) => dirname(path))],
  };
}

function makeGit(lab: Lab): void {
  const { tree, git } = lab.paths.task(1);
  const script = `set -e
    git init -q -b main . && echo one > file && git add file && git commit -q -m "First commit" && git branch other
    git config remote.origin.url https://token@example.org/x.git
    git init -q --bare "${git}" && mkdir -p "${git}/hooks" "${git}/info"
    echo "$PWD/.git/objects" > "${git}/objects/info/alternates"
    git --git-dir="${git}" update-ref refs/heads/ccm/task-1 "$(git rev-parse HEAD)"
    git --git-dir="${git}" symbolic-ref HEAD refs/heads/ccm/task-1
    git --git-dir="${git}" config core.bare false && git --git-dir="${git}" config core.worktree "${tree}"
    echo "gitdir: ${git}" > "${tree}/.git" && git -C "${tree}" reset -q --hard`;
  lab.outside(["sh", "-c", script]);
}

/** Gives everything below a folder to the account. */
function give(folder: string, account: Account): void {
  if (account !== "nobody") return;
  chownSync(folder, NOBODY, NOBODY);
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) chownSync(join(folder, entry), NOBODY, NOBODY);
}

/** Writes files below a folder and gives them to whoever owns the folder; those with a `#!` line become executable. */
export function writeFiles(folder: string, files: Record<string, string>): void {
  const { uid, gid } = lstatSync(folder);
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chownSync(dirname(path), uid, gid);
    chownSync(path, uid, gid);
    if (text.startsWith("#!")) chmodSync(path, 0o755);
  }
}
