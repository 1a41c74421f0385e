// What can be wrong around ccm: each is named with what to try, stops no more than it must, and loses nothing.
import { Database } from "bun:sqlite";
import { beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import type { Ended, HomeUnderTest } from "../support/home-under-test.ts";
import {
  addTask,
  emptyHome,
  expectFault,
  expectWhole,
  git,
  newHome,
  SLOW_MS,
  statusOf,
  type Task,
  waitForState,
} from "../support/home-with-project.ts";
import { asNormalUser, isRoot, NOBODY } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

beforeAll(() => {
  binary();
}, 120_000);

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
    const home = emptyHome();
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
    const home = emptyHome();
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
      other.run("PRAGMA busy_timeout=5000"); // The daemon may just be writing.
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

test(
  "a home that is deleted ends its daemon, which would guard nothing",
  async () => {
    const home = await newHome();
    await home.startDaemon();
    rmSync(home.paths.home, { recursive: true });
    await waitFor("the daemon's end", () => home.daemonPid === undefined);
    expect(existsSync(home.paths.home)).toBe(false);
  },
  SLOW_MS,
);

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
    "the agent's program is not there: one task fails, the others wait until it is",
    async () => {
      const home = await newHome();
      const program = join(home.root, "person/my-agent");
      await home.json("config", "set", "agents.mine.command", program);
      const create = () => home.json<Task>("create-task", "--title", "T", "--agent", "mine", "--prompt", "p");
      const first = await create();
      await home.startDaemon();
      const { error } = await waitForState(home, first, "failed");
      expect(error).toMatchObject({
        message: expect.stringContaining(`"${program}"`),
        hint: expect.stringMatching(/Install it.*ccm doctor/),
      });
      const others = [await create(), await create()];
      for (const task of others) {
        const waits = await waitFor("a reason", async () => (await statusOf(home, task)).waiting, SLOW_MS);
        expect(waits).toMatchObject({ reason: "agent", text: expect.stringMatching(/Install it/) });
      }
      writeFileSync(program, "#!/bin/sh\necho done > work-$CCM_TASK.txt\n", { mode: 0o755 });
      for (const task of others) await waitForState(home, task, "done");
      await home.json("retry-task", String(first.id));
      expect((await waitForState(home, first, "done")).result).toBe("merged");
    },
    2 * SLOW_MS,
  );
});
