// A user of its own for a run of root's: what root's files are to it, and what they stay on the disk.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { probeOwnUser } from "../../src/sandbox/probe.ts";
import { freeUser } from "../../src/sandbox/rules.ts";
import { type Lab, openLab } from "../support/sandbox.ts";
import { waitFor } from "../support/wait.ts";

const USER = freeUser([]) ?? 0;
const isHere = process.getuid?.() === 0 && (await probeOwnUser("/var/tmp")).works;

let lab: Lab;
let tree: string;
const run = (...lines: string[]) => lab.run(["sh", "-c", lines.join("\n")], { order: { user: USER } });

describe.if(isHere)("a user of its own [needs root, and a file system that can map users]", () => {
  beforeEach(() => {
    lab = openLab("namespace", "root");
    ({ tree } = lab.paths.task(1));
  });
  afterEach(() => lab.remove());

  test("is who it says it is, with a name, without groups and capabilities", async () => {
    const { stdout } = await run("id -u; id -G; whoami", "node -p 'os.userInfo().username'", "grep -h CapEff /proc/self/status");
    expect(stdout).toBe(`${USER}\n${USER}\nccm\nccm\nCapEff:\t0000000000000000\n`);
  });

  test("works in its tree and its git directory as if they were its own; on the disk all of it is root's", async () => {
    const ended = await run(
      "echo two > file",
      "git add . && git -c user.name=A -c user.email=a@b commit -q -m Two",
      "stat -c %u file .git",
      "git status --short",
    );
    expect(ended).toEqual({ code: 0, stdout: `${USER}\n${USER}\n`, stderr: "" });
    expect(statSync(join(tree, "file")).uid).toBe(0);
    expect(lab.outside(["git", "-C", tree, "log", "-1", "--format=%s"])).toBe("Two\n");
  });

  test("reads what is the person's at home and not hidden, and nothing that is root's elsewhere", async () => {
    writeFileSync(join(lab.home, "notes"), "mine\n", { mode: 0o600 });
    const ended = await run("cat ~/notes; cat ~/.netrc; cat /etc/shadow");
    expect(ended.stdout).toBe("mine\n");
    expect(ended.stderr).toMatch(/\.netrc.*No such file/);
    expect(ended.stderr).toMatch(/shadow.*Permission denied/);
  });

  test("writes nothing outside", async () => {
    const ended = await run(`touch ~/x /etc/x ${lab.repo}/x ${lab.repo}/.git/x; chmod 777 ~/.bashrc ${lab.repo}; true`);
    expect(ended.stderr.match(/(Read-only|denied|not permitted)/g)).toHaveLength(6);
  });

  test("reaches its places also where others may not enter", async () => {
    chmodSync(lab.root, 0o700);
    chmodSync(lab.home, 0o700);
    chmodSync(join(lab.repo, ".git"), 0o700);
    expect(await run("git log --format=%s; touch made; cat ~/.bashrc")).toEqual({
      code: 0,
      stdout: "First commit\n# of the person\n",
      stderr: "",
    });
  });

  test("works where /tmp is hidden and its places are below it", async () => {
    lab.remove();
    lab = openLab("namespace", "root", "/tmp");
    for (const _ of ["the way is made", "the way is there"])
      expect(await run("git log --format=%s; touch made; stat -c %u made")).toMatchObject({ code: 0, stdout: `First commit\n${USER}\n` });
  });

  test("finds files of other users as they are", async () => {
    const shared = join(tree, "shared");
    mkdirSync(shared);
    lab.outside(["chown", "1234", shared]);
    expect((await run("stat -c %u shared; touch shared/x")).stdout).toBe("1234\n");
  });

  test("cannot touch who started it, nor processes of others", async () => {
    const other = Bun.spawn(["sleep", "60"]);
    const ended = await run(`kill -KILL 1; cat /proc/1/environ; ls -d /proc/${other.pid} /proc/1`);
    expect(ended.stdout).toBe("/proc/1\n");
    expect(ended.stderr).toContain("Permission denied");
    expect(other.killed).toBe(false);
    other.kill("SIGKILL");
    await other.exited;
  });

  test("ends with who started it", async () => {
    const words = lab.words(["sh", "-c", "touch started; exec sleep 1000"], { order: { user: USER } });
    const child = Bun.spawn(words.argv, { env: words.env, cwd: tree, stdio: ["ignore", "ignore", "inherit"], detached: true });
    const started = () =>
      Bun.spawnSync(["pgrep", "-u", String(USER), "-x", "sleep"])
        .stdout.toString()
        .trim();
    await waitFor("it to have started", () => started() !== "");
    child.kill("SIGKILL"); // Only `unshare`: the kernel ends the rest.
    await waitFor("it to be gone", () => started() === "");
    await child.exited;
  });

  test("the machine's accounts are as they were", async () => {
    const ended = await run("echo x >> /etc/passwd; getent passwd root | cut -d: -f1; getent passwd ccm | cut -d: -f3");
    expect(ended.stdout).toBe(`root\n${USER}\n`);
    expect(lab.outside(["sh", "-c", "grep -c '^ccm:' /etc/passwd || true"])).toBe("0\n");
  });
});

test("users are given out one a run, as long as there are any", () => {
  expect(freeUser([])).toBe(60_600);
  expect(freeUser([60_600, null, 60_601, undefined])).toBe(60_602);
  expect(freeUser(Array.from({ length: 1_000 }, (_, at) => 60_600 + at))).toBeNull();
});
