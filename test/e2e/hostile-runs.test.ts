// Whole runs that turn against ccm: lies to their host, other runs' tokens, decisions about themselves, bombs, what
// terminals obey. At each level, as root and as a normal user; the work that was done before is kept, and honest work goes on.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chownSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { allProcesses, commandOf } from "../../src/kernel/process.ts";
import { binary } from "../support/binary.ts";
import { type Ended, type HomeUnderTest, openHome } from "../support/home-under-test.ts";
import { git, type Task, waitForState } from "../support/home-with-project.ts";
import { type Account, CASES } from "../support/sandbox.ts";
import { asNormalUser, NOBODY } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import { pageUrl } from "../web/site.ts";

/** Hidden in a sandbox, as a person's ~/.ccm is; below /tmp, which it has one of its own of, nothing would be refused. */
const PLACE = "/var/tmp";
const SCRIPTS = join(import.meta.dir, "hostile-runs");
/** One attack from its task to its end, on a loaded machine. */
const SLOW_MS = 120_000;
/** Longer than all that a test waits for: a test that is cut off takes the daemon of the others with it. */
const TEST_MS = 3 * SLOW_MS;

/** The prompt names the script, and the page's port. */
const AGENT = `export LAB_PORT=$(printf %s "$0" | grep -o 'port:[0-9]*' | head -n 1 | cut -d: -f2)
name=$(printf %s "$0" | grep -o 'attack:[a-z.-]*' | head -n 1 | cut -d: -f2)
case "$name" in *.py) exec python3 "attacks/$name" ;; *) exec sh "attacks/$name" ;; esac`;
const LIMITS = { treeMb: 15, memoryMb: 400, children: 120, outputMb: 10, attempts: 1, stopSeconds: 1 };

/** git refuses to look into what belongs to another user unless it is told to. */
const ANYBODYS = ["-c", "safe.directory=*"];

/** How long what the scripts leave behind sleeps: by it, it is found, and only what this very test has started. */
const SECONDS = `62.0${process.pid}`;

let home: HomeUnderTest;
let repo: string;

beforeAll(() => {
  binary();
}, SLOW_MS);

describe.each(CASES)("at %s as %s", (level, account) => {
  beforeAll(async () => {
    home = await openAttacked(level, account);
  }, SLOW_MS);
  afterAll(() => home.remove());

  test(
    "its host takes its hooks for claims, and nothing else for a hook",
    async () => {
      const { task, output } = await attack("forged-hooks.py");
      expect(output).toEqual(["DONE"]);
      expect(await home.json("task-status", String(task.id))).toMatchObject({ state: "done", result: "no_change" });
      const said = await home.json<{ name: string; source: string }[]>("logs", String(task.id));
      const lies = said.filter(({ name }) =>
        /^(?:task\.(?:merged|approved|trusted)|gate\.|question\.answered|project\.|daemon\.)/.test(name),
      );
      expect(lies).toEqual([]);
      expect(said.filter(({ name, source }) => source === "person" && !name.startsWith("task.created"))).toEqual([]);
    },
    TEST_MS,
  );

  test(
    "it decides nothing about itself",
    async () => {
      const { output } = await attack("approve-itself.sh");
      expect(output).toEqual(["DONE"]);
      expect(await home.json("project-status", "sample")).toMatchObject({ approval: "ask" });
    },
    TEST_MS,
  );

  test(
    "a token opens one host while its run lives, and no other",
    async () => {
      const ended = await tokenOf(await start("wait-with-token.sh"), "ended");
      const live = await start("wait-with-token.sh");
      configure(level, [ended, await tokenOf(live, "live")]);
      await restartDaemon();
      expect((await attack("replayed-token.py")).output).toEqual(["DONE"]);
      await home.json("stop-agent", String(live.id));
    },
    TEST_MS,
  );

  const BOMBS = [
    ["disk-bomb.sh", "treeBytes", /the tree holds \d+ MB/],
    ["memory-bomb.py", "memoryBytes", /MB of memory/],
    ["process-bomb.sh", "children", /\d+ processes run/],
    ["output-bomb.sh", "outputBytes", /run folder is full|bytes are allowed/],
  ] as const;
  test.each(BOMBS)(
    "%s ends with its run, named, and the work before it is kept",
    async (script, reason) => {
      const { task, exit } = await attack(script, "failed");
      expect(exit.reason).toBe(reason);
      expect(git(home, repo, ...ANYBODYS, "show", `ccm/task-${task.id}:kept-${script.split(".")[0]}.txt`)).toBe("kept");
      expect(leftOvers()).toEqual([]);
    },
    TEST_MS,
  );

  test(
    "nothing that a terminal obeys comes out of any command",
    async () => {
      const { task } = await attack("escapes.sh", "approving", "\u001b]0;evil\u0007\u009b2J\u202e<script>alert(1)</script>");
      const id = String(task.id);
      const commands = [
        ...[["logs", id], ["task-status", id], ["diff", id], ["list-tasks"], ["recent-results"], ["agent-status", id], ["status"]],
        ...[["worktrees", "list"], ["list-agents"], ["health"], ["plan"], ["audit"], ["snapshots", id], ["project-status", "sample"]],
      ];
      for (const words of commands) {
        const ended = await home.ccm(...words);
        expect({ words, odd: obeyed(ended) }).toEqual({ words, odd: [] });
      }
      await home.json("reject", id, "--reason", "\u001b[31mno\u001b[0m");
    },
    TEST_MS,
  );

  test(
    "nothing of it goes on after it",
    async () => {
      await attack("outlive.sh");
      expect(leftOvers()).toEqual([]);
    },
    TEST_MS,
  );

  test(
    "and honest work lands",
    async () => {
      const { task } = await attack("honest.sh", "approving");
      await home.json("approve", String(task.id));
      expect(await waitForState(home, task, "done")).toMatchObject({ result: "merged" });
      expect(git(home, repo, ...ANYBODYS, "show", "main:honest.txt")).toBe("honest");
      expect(await home.json<unknown[]>("fsck")).toEqual([]);
    },
    TEST_MS,
  );
});

/** A home with a daemon at that level, whose only agent runs the scripts; everything in it is the account's. */
async function openAttacked(level: string, account: Account): Promise<HomeUnderTest> {
  const opened = openHome("attacked", account === "nobody" ? asNormalUser([]) : [], PLACE);
  home = opened;
  repo = join(opened.root, "repo");
  Bun.spawnSync(["cp", "-r", SCRIPTS, repo]);
  Bun.spawnSync(["mkdir", join(repo, "attacks")]);
  for (const name of readdirSync(SCRIPTS)) Bun.spawnSync(["mv", join(repo, name), join(repo, "attacks", name)]);
  for (const words of [
    ["init", "-q", "-b", "main"],
    ["add", "."],
    ["commit", "-q", "-m", "First"],
  ])
    git(opened, repo, ...words);
  if (account === "nobody") give(opened.root);
  await opened.json("init", "--yes");
  configure(level);
  if (account === "nobody") chownSync(opened.paths.config, NOBODY, NOBODY);
  await opened.json("register-project", "--path", repo, "--name", "sample", "--agent", "script", "--approval", "ask");
  await opened.startDaemon();
  return opened;
}

/** `others` are what the agent is told of other runs' hosts. */
function configure(level: string, others: object[] = []): void {
  const env = { LAB_CCM: home.paths.home, LAB_CCM_PROGRAM: binary(), LAB_OTHERS: JSON.stringify(others), LAB_SECONDS: SECONDS };
  const agent = { command: "sh", args: ["-c", AGENT], promptBy: "argument", output: "text", env };
  writeFileSync(home.paths.config, Bun.YAML.stringify({ agents: { script: agent }, limits: LIMITS, sandbox: { level } }));
}

function give(folder: string): void {
  chownSync(folder, NOBODY, NOBODY);
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) chownSync(join(folder, entry), NOBODY, NOBODY);
}

async function restartDaemon(): Promise<void> {
  await home.stopDaemon();
  await home.startDaemon();
}

async function start(script: string, title = script): Promise<Task> {
  const { port } = new URL(await pageUrl(home));
  return await home.json("create-task", "--project", "sample", "--title", title, "--prompt", `attack:${script} port:${port}`);
}

type Exit = { code: number | null; reason: string };

/** Runs a script as a task's only run; what it printed, without what is said of its commits. */
async function attack(script: string, state?: string, title?: string): Promise<{ task: Task; exit: Exit; output: string[] }> {
  const task = await start(script, title);
  const ended = state === undefined ? await finalOf(task) : await waitForState(home, task, state);
  const run = join(home.paths.runs, String(await runOf(task)));
  const lines = readFileSync(join(run, "events.jsonl"), "utf8").trimEnd().split("\n");
  const printed = lines
    .map((line) => JSON.parse(line))
    .flatMap(({ kind, text }) => (kind === "output" ? [String(text).slice(0, 500)] : []));
  return { task: ended, exit: JSON.parse(readFileSync(join(run, "exit.json"), "utf8")), output: printed };
}

async function finalOf(task: Task): Promise<Task> {
  return await waitFor(
    `task ${task.id} to end`,
    async () => {
      const now = await home.json<Task>("task-status", String(task.id));
      return ["done", "failed", "approving"].includes(now.state) ? now : null;
    },
    SLOW_MS,
  );
}

/** The only run of a task. */
async function runOf(task: Task): Promise<number> {
  const names = readdirSync(home.paths.runs).filter((name) => /^\d+$/.test(name));
  const run = names.find((name) => JSON.parse(readFileSync(join(home.paths.runs, name, "spec.json"), "utf8")).taskId === task.id);
  return Number(run);
}

/** What a run's agent was given to reach its host, out of its tree: the run goes on, or is stopped first. */
async function tokenOf(task: Task, when: "live" | "ended"): Promise<{ url: string; token: string }> {
  const file = join(home.paths.task(task.id).tree, "given.json");
  const given = await waitFor("the token", () => {
    try {
      return JSON.parse(readFileSync(file, "utf8")) as { url: string; token: string };
    } catch {
      return null;
    }
  });
  if (when === "ended") {
    await home.json("cancel-task", String(task.id));
    await waitForState(home, task, "cancelled");
  }
  return given;
}

/** Control characters but newline and tab, and those that turn the direction of text. */
function obeyed({ stdout, stderr }: Ended): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return [...new Set((stdout + stderr).match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g) ?? [])];
}

/** Processes that the scripts started. */
function leftOvers(): string[] {
  return allProcesses()
    .map((process) => commandOf(process.pid))
    .filter((command) => command.endsWith(`sleep ${SECONDS}`) && !command.startsWith("sh "));
}
