// What people and machines get wrong: each is answered with the right exit code, a sentence, and what to try; nothing is lost.

import { Database } from "bun:sqlite";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { type Ended, type HomeUnderTest, openHome } from "../support/home-under-test.ts";
import { asNormalUser, isRoot, NOBODY } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

/** Starting a daemon and running one short task, on a loaded machine. */
const SLOW_MS = 60_000;
const opened: HomeUnderTest[] = [];

beforeAll(() => {
  binary();
}, 120_000);

afterEach(async () => {
  for (const home of opened.splice(0)) await home.remove();
});

/** A home with a database; with it a project `repo` on a repository of one commit. */
async function newHome(): Promise<HomeUnderTest & { repo: string }> {
  const home = openHome("bad-input");
  opened.push(home);
  return Object.assign(home, { repo: await furnish(home) });
}

async function furnish(home: HomeUnderTest): Promise<string> {
  const repo = join(home.root, "repo");
  makeRepository(home, repo);
  await home.json("init", "--yes");
  await home.json("register-project", "--path", repo, "--agent", "demo", "--approval", "auto");
  return repo;
}

function makeRepository(home: HomeUnderTest, path: string): void {
  mkdirSync(path);
  writeFileSync(join(path, "README.md"), "# Sample\n");
  git(home, path, "init", "-q", "-b", "main");
  git(home, path, "add", ".");
  git(home, path, "commit", "-q", "-m", "First");
}

function git(home: HomeUnderTest, path: string, ...words: string[]): string {
  const run = Bun.spawnSync(["git", ...words], { cwd: path, env: home.env });
  if (run.exitCode !== 0) throw new Error(`git ${words.join(" ")}: ${run.stderr}`);
  return run.stdout.toString().trimEnd();
}

/** Refused as a person sees it: a sentence that begins with `ccm:`, a hint below it, nothing on standard output. */
function expectFault(ended: Ended, code: number, sentence: RegExp, hint: RegExp): void {
  const [first = "", ...rest] = ended.stderr.trimEnd().split("\n");
  expect(ended.stderr).not.toContain("This is a bug");
  expect({ code: ended.code, stdout: ended.stdout, begins: first.slice(0, 5) }).toEqual({ code, stdout: "", begins: "ccm: " });
  expect(first).toMatch(sentence);
  expect(rest.join(" ")).toMatch(hint);
}

type Task = {
  id: number;
  state: string;
  result: string | null;
  error: { message: string; hint: string } | null;
  waiting: { text: string } | null;
};

const addTask = (home: HomeUnderTest, name: string) =>
  home.json<Task>("create-task", "--title", name, "--prompt", `demo: write ${name}.txt done`);
const statusOf = (home: HomeUnderTest, task: Task) => home.json<Task>("task-status", String(task.id));

async function waitForState(home: HomeUnderTest, task: Task, state: string): Promise<Task> {
  return await waitFor(
    `task ${task.id} to be ${state}`,
    async () => {
      const now = await statusOf(home, task);
      return now.state === state ? now : null;
    },
    SLOW_MS,
  );
}

/** The home is still whole: the database answers, and every room agrees with what is there. */
async function expectWhole(home: HomeUnderTest, tasks: number): Promise<void> {
  expect(await home.json<Task[]>("list-tasks")).toHaveLength(tasks);
  expect(await home.json<unknown[]>("fsck")).toEqual([]);
}

describe("a command line", () => {
  const shared = openHome("command-line");
  let repo = "";
  beforeAll(async () => {
    repo = await furnish(shared);
    await addTask(shared, "waiting");
    for (const name of ["plain", "unborn", "detached"]) mkdirSync(join(shared.root, name));
    git(shared, join(shared.root, "unborn"), "init", "-q");
    rmSync(join(shared.root, "detached"), { recursive: true });
    makeRepository(shared, join(shared.root, "detached"));
    git(shared, join(shared.root, "detached"), "checkout", "-q", "--detach");
    writeFileSync(join(shared.root, "large.md"), Buffer.alloc(10_000_000, "x"));
  });
  afterAll(() => shared.remove());

  const create = (...words: string[]) => ["create-task", "--title", "T", ...words];
  const cases: [what: string, words: string[], code: number, sentence: RegExp, hint: RegExp][] = [
    ["an unknown command", ["creat-task"], 2, /"creat-task"/, /create-task/],
    ["an unknown option", ["list-tasks", "--nope"], 2, /"--nope"/, /--help/],
    ["an unknown project", create("--project", "nope", "--prompt", "p"), 3, /project "nope"/, /list-projects/],
    ["a path that is not there", ["register-project", "--path", "gone"], 2, /gone" does not exist/, /path/],
    ["a path that is no repository", ["register-project", "--path", "plain"], 2, /plain" is no git repository|not a git/i, /git init/],
    ["an unborn HEAD", ["register-project", "--path", "unborn"], 2, /no commit yet/, /commit/],
    ["a detached HEAD", ["register-project", "--path", "detached"], 2, /detached HEAD/, /--base/],
    ["a base that is not there", ["register-project", "--path", "detached", "--base", "gone"], 3, /branch "gone"/, /--base/],
    ["a repository that is registered", ["register-project", "--path", "repo"], 4, /already registered as "repo"/, /project-status/],
    ["a name that is taken", ["register-project", "--path", "detached", "--base", "main", "--name", "repo"], 4, /project "repo"/, /--name/],
    ["an empty prompt", create("--prompt", " \n"), 2, /prompt is empty/, /create-task --help/],
    ["no prompt at all", create(), 2, /prompt/, /--prompt/],
    ["an empty title", ["create-task", "--title", "", "--prompt", "p"], 2, /title/i, /./],
    ["a prompt of 10 MB", create("--prompt-file", "large.md"), 2, /larger than 1 MB/, /file of the repository/],
    ["a prompt's file that is not there", create("--prompt-file", "gone.md"), 3, /gone\.md/, /path/],
    ["a dependency that is not there", create("--prompt", "p", "--after", "77"), 3, /task "77"/, /list-tasks/],
    ["an unknown kind", create("--prompt", "p", "--kind", "magic"), 2, /magic/, /feature/],
    ["an unknown priority", create("--prompt", "p", "--priority", "9"), 2, /"9"/, /urgent/],
    ...["0", "abc", "1.5", "1e3", "٣"].map((id): (typeof cases)[number] => [
      `"${id}" as a task's number`,
      ["task-status", id],
      2,
      new RegExp(`"${id}" is no task's number`),
      /list-tasks/,
    ]),
    ["a negative number", ["task-status", "-1"], 2, /"-1"/, /--help/],
    ["a number nobody has", ["task-status", "999999999999"], 3, /task "999999999999"/, /list-tasks/],
    ["a number beyond all numbers", ["task-status", "99999999999999999999"], 2, /is no task's number/, /list-tasks/],
    ["a run nobody has", ["agent-status", "r999"], 3, /r999/, /list-agents/],
    ["approving what does not wait", ["approve", "1"], 4, /"queued"/, /ccm wait 1/],
    ["resuming what is not paused", ["resume-task", "1"], 4, /"queued"/, /pause-task/],
    ["rejecting without a reason", ["reject", "1", "--reason", " "], 4, /queued/, /./],
    ["a state that is none", ["wait", "1", "--for", "happy"], 2, /"happy"/, /approving/],
    ["a setting that is none", ["config", "set", "limits.runz", "3"], 3, /limits\.runz/, /limits\.runs/],
    ["a value that is none", ["config", "set", "limits.runs", "many"], 2, /limits\.runs/, /./],
  ];

  test.each(cases)("%s", async (_, words, code, sentence, hint) => {
    expectFault(await shared.ccm(...words), code, sentence, hint);
    const asJson = await shared.ccm(...words, "--json");
    const { error } = JSON.parse(asJson.stderr);
    expect({ code: asJson.code, stdout: asJson.stdout }).toEqual({ code, stdout: "" });
    expect(error).toEqual({ code: expect.any(String), message: expect.stringMatching(sentence), hint: expect.any(String) });
  });

  test("that waits longer than it was told to", async () => {
    const { code, stderr } = await shared.ccm("wait", "1", "--for", "done", "--timeout", "1");
    expect([code, stderr]).toEqual([7, expect.stringMatching(/^ccm: Task 1 .*\n {2}./)]);
  });

  test("has changed nothing", async () => {
    await expectWhole(shared, 1);
    expect(await shared.json<unknown[]>("list-projects")).toHaveLength(1);
    expect(git(shared, repo, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  });
});

describe("a configuration file", () => {
  const files: [string, string, RegExp, RegExp][] = [
    ["that is no YAML", "limits:\n  runs: [1\n", /config\.yaml", line 2, is not YAML/, /quotes, brackets/],
    ["with an unknown key", "limits:\n  runz: 1\n", /"limits\.runz".*line 2.*is no setting/, /Did you mean "runs"/],
    ["with a value out of range", "limits:\n  runs: 0\n", /limits\.runs/, /./],
  ];
  test.each(files)("%s stops commands and the daemon", async (_, text, sentence, hint) => {
    const home = await newHome();
    writeFileSync(home.paths.config, text);
    for (const words of [["list-tasks"], ["config", "check"], ["daemon"]]) expectFault(await home.ccm(...words), 2, sentence, hint);
    rmSync(home.paths.config);
    await expectWhole(home, 0);
  });
});

describe("a home", () => {
  test("that is not there, or has no database", async () => {
    const home = openHome("none");
    opened.push(home);
    for (const words of [["list-tasks"], ["daemon"]]) expectFault(await home.ccm(...words), 3, /no ccm home at/, /ccm init --yes/);
    mkdirSync(home.paths.home, { mode: 0o700 });
    expectFault(await home.ccm("list-tasks"), 3, /no database/, /ccm init --yes/);
  });

  test(
    "has one daemon",
    async () => {
      const home = await newHome();
      await home.startDaemon();
      expectFault(await home.ccm("daemon"), 4, /daemon already runs/, /ccm status/);
      const task = await addTask(home, "one");
      await waitForState(home, task, "done");
    },
    SLOW_MS,
  );

  test("that may not be written", async () => {
    const home = await newHome();
    await addTask(home, "kept");
    const prefix = giveToNormalUser(home);
    chmodSync(home.paths.home, 0o500);
    const create = ["create-task", "--title", "T", "--prompt", "p"];
    for (const words of [create, ["daemon"]])
      expectFault(await home.ccmWith({ prefix }, ...words), 8, /home" cannot be written/, /read-only/);
    chmodSync(home.paths.home, 0o700);
    expect(JSON.parse((await home.ccmWith({ prefix }, "list-tasks", "--json")).stdout)).toHaveLength(1);
  });

  test.skipIf(!isRoot)("of another user is refused with the command to use [needs root]", async () => {
    const home = await newHome();
    const prefix = giveToNormalUser(home);
    expectFault(await home.ccm("list-tasks"), 6, /belongs to "nobody", and you are "root"/, /sudo -u 'nobody'/);
    expectFault(
      await home.ccmWith({ env: { SUDO_USER: "nobody" } }, "create-task", "--title", "T", "--prompt", "p"),
      6,
      /belongs to/,
      /sudo -u/,
    );
    expect((await home.ccmWith({ prefix }, "list-tasks")).code).toBe(0);
  });

  test.skipIf(!isRoot)("on a full disk refuses what it cannot keep, and goes on when there is room [needs root]", async () => {
    const home = openHome("full");
    opened.push(home);
    mkdirSync(home.paths.home, { mode: 0o700 });
    mkdirSync(join(home.root, "repo"));
    writeFileSync(join(home.root, "large.md"), Buffer.alloc(300_000, "x"));
    const ended = await script(home, FULL_DISK);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const [refused = "", ...after] = ended.stdout.trim().split("\n");
    const [exit, made] = refused.split(" ");
    expect(exit).toBe("8");
    expect(readFileSync(join(home.root, "refused.txt"), "utf8")).toMatch(
      /^ccm: The database could not be written: .*\n {2}Free space on the disk/,
    );
    expect(after).toEqual([`${Number(made) + 1} tasks`, "[]"]);
  });
});

/** In a mount namespace of its own, with 3 MB for the home: tasks until one is refused, then room, and one more. */
const FULL_DISK = `set -e
  mount -t tmpfs -o size=3m,mode=700 none "$CCM_HOME"
  git init -q repo && git -C repo commit -q --allow-empty -m First
  "$CCM" init --yes >/dev/null && "$CCM" register-project --path repo --agent demo >/dev/null
  made=0
  dd if=/dev/zero of="$CCM_HOME/filler" bs=100k count=5 2>/dev/null
  while "$CCM" create-task --title T --prompt-file large.md >/dev/null 2>refused.txt; do made=$((made + 1)); test $made -lt 50; done
  "$CCM" create-task --title T --prompt-file large.md >/dev/null 2>refused.txt || echo "$? $made"
  rm "$CCM_HOME/filler"
  "$CCM" create-task --title T --prompt p >/dev/null
  echo "$("$CCM" list-tasks --json | grep -c '"uuid"') tasks"
  "$CCM" fsck --json`;

async function script(home: HomeUnderTest, text: string): Promise<Ended> {
  const env = { ...home.env, CCM: binary() };
  const child = Bun.spawn(["unshare", "--mount", "sh", "-c", text], {
    cwd: home.root,
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, stdout, stderr };
}

/** Gives the home to `nobody` when the test runs as root; the words that run a command as its owner. */
function giveToNormalUser(home: HomeUnderTest): string[] {
  if (isRoot) {
    chmodSync(home.root, 0o755);
    for (const path of [
      home.paths.home,
      ...readdirSync(home.paths.home, { recursive: true, encoding: "utf8" }).map((name) => join(home.paths.home, name)),
    ])
      chownSync(path, NOBODY, NOBODY);
  }
  return asNormalUser([]);
}

describe("a database", () => {
  test(
    "that another process holds for longer than 5 s is reported, and the daemon lives on",
    async () => {
      const home = await newHome();
      await home.startDaemon();
      const other = new Database(home.paths.database);
      other.run("BEGIN IMMEDIATE");
      const create = ["create-task", "--title", "T", "--prompt", "demo: write a.txt a"];
      expectFault(await home.ccm(...create), 5, /database is locked/, /Try again/);
      other.run("ROLLBACK");
      other.close();
      const task = await home.json<Task>(...create);
      expect((await waitForState(home, task, "done")).result).toBe("merged");
      await expectWhole(home, 1);
    },
    SLOW_MS,
  );

  test("of a newer ccm is left as it is", async () => {
    const home = await newHome();
    await addTask(home, "kept");
    const sql = new Database(home.paths.database);
    const { user_version: own } = sql.query<{ user_version: number }, []>("PRAGMA user_version").get() ?? { user_version: 0 };
    sql.run("PRAGMA user_version=999");
    for (const words of [["list-tasks"], ["daemon"], ["init", "--yes"]])
      expectFault(await home.ccm(...words), 4, /schema 999/, /newer ccm/);
    sql.run(`PRAGMA user_version=${own}`);
    sql.close();
    await expectWhole(home, 1);
  });

  const damages: [string, (bytes: Buffer) => Buffer][] = [
    ["overwritten at its beginning", (bytes) => Buffer.concat([Buffer.alloc(200, "x"), bytes.subarray(200)])],
    ["overwritten behind its first page", (bytes) => Buffer.concat([bytes.subarray(0, 4_096), Buffer.alloc(bytes.length - 4_096, "x")])],
    ["cut off", (bytes) => bytes.subarray(0, 5_000)],
  ];
  test.each(damages)("that is damaged (%s) is named, and not touched", async (_, damage) => {
    const home = await newHome();
    const damaged = damage(readFileSync(home.paths.database));
    for (const extra of ["-wal", "-shm"]) rmSync(home.paths.database + extra, { force: true });
    writeFileSync(home.paths.database, damaged);
    for (const words of [["list-tasks"], ["daemon"]]) expectFault(await home.ccm(...words), 8, /database is damaged/, /backups/);
    expect(readFileSync(home.paths.database).equals(damaged)).toBe(true);
  });
});

describe("a task waits or fails with a reason, and goes on, when", () => {
  test(
    "git is not in PATH",
    async () => {
      const home = await newHome();
      const noGit = { env: { PATH: join(home.root, "empty") } };
      expectFault(
        await home.ccmWith(noGit, "register-project", "--path", home.repo, "--name", "again"),
        8,
        /git is not installed/,
        /Install git/,
      );
      await home.startDaemon(noGit.env);
      const task = await addTask(home, "later");
      const held = await waitFor("the reason", async () => (await statusOf(home, task)).waiting);
      expect(held.text).toMatch(/git/);
      await home.stopDaemon();
      await home.startDaemon();
      expect((await waitForState(home, task, "done")).result).toBe("merged");
    },
    SLOW_MS,
  );

  test(
    "the repository is moved away and back",
    async () => {
      const home = await newHome();
      const task = await addTask(home, "later");
      renameSync(home.repo, `${home.repo}-moved`);
      await home.startDaemon();
      const held = await waitFor("the reason", async () => {
        const { waiting, error } = await statusOf(home, task);
        return waiting?.text ?? error?.message;
      });
      expect(held).toContain(home.repo);
      renameSync(`${home.repo}-moved`, home.repo);
      const now = await waitFor(
        "an end",
        async () => {
          const status = await statusOf(home, task);
          return ["done", "failed"].includes(status.state) ? status : null;
        },
        SLOW_MS,
      );
      if (now.state === "failed") await home.json("retry-task", String(task.id));
      expect((await waitForState(home, task, "done")).result).toBe("merged");
      await expectWhole(home, 1);
    },
    2 * SLOW_MS,
  );

  test(
    "the base branch is deleted and made again",
    async () => {
      const home = await newHome();
      git(home, home.repo, "checkout", "-q", "-b", "other");
      git(home, home.repo, "branch", "-D", "main");
      const task = await addTask(home, "later");
      await home.startDaemon();
      const failed = await waitForState(home, task, "failed");
      expect(failed.error).toMatchObject({
        message: expect.stringMatching(/base branch "main" of "repo" is gone/),
        hint: expect.stringMatching(/./),
      });
      git(home, home.repo, "branch", "main");
      await home.json("retry-task", String(task.id));
      expect((await waitForState(home, task, "done")).result).toBe("merged");
    },
    2 * SLOW_MS,
  );

  test(
    "the agent's program is not there",
    async () => {
      const home = await newHome();
      await home.json("config", "set", "agents.mine.command", "no-such-agent");
      const task = await home.json<Task>("create-task", "--title", "T", "--agent", "mine", "--prompt", "p");
      await home.startDaemon();
      const { error } = await waitForState(home, task, "failed");
      expect(error).toMatchObject({ message: expect.stringContaining('"no-such-agent"'), hint: expect.stringMatching(/ccm doctor/) });
    },
    SLOW_MS,
  );
});
