// `ccm init`, `start`, `stop`, `status`, `health` and `doctor` on the built executable, and the emergency stop.
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { probeLock } from "../../src/kernel/lock.ts";
import { isAlive, processOf } from "../../src/kernel/process.ts";
import { findDaemon } from "../../src/setup/daemon-file.ts";
import { binary } from "../support/binary.ts";
import { type HomeUnderTest, openHome, processesOf } from "../support/home-under-test.ts";
import { waitFor } from "../support/wait.ts";

beforeAll(() => {
  binary();
}, 120_000);

let home: HomeUnderTest;
beforeEach(() => {
  home = openHome("setup");
});
afterEach(() => home.remove());

const firstLine = (text: string) => text.split("\n")[0];

describe("init", () => {
  test("makes a home that is closed to others, and finds nothing to do the second time", async () => {
    expect(await home.json("init", "--yes")).toMatchObject({ home: home.paths.home, created: true, schema: expect.any(Number) });
    expect(statSync(home.paths.home).mode & 0o777).toBe(0o700);
    chmodSync(home.paths.home, 0o755);
    expect(await home.json("init")).toMatchObject({ created: false });
    expect(statSync(home.paths.home).mode & 0o777).toBe(0o700);
  });

  test("asks nobody where nobody can answer", async () => {
    const { code, stderr } = await home.ccm("init");
    expect({ code, hint: stderr.includes("ccm init --yes") }).toEqual({ code: 2, hint: true });
    expect(existsSync(home.paths.home)).toBe(false);
  });
});

describe("start and stop", () => {
  beforeEach(async () => {
    await home.json("init", "--yes");
  });

  test("a daemon in the background, in its own session, with nothing of the shell's secrets", async () => {
    const { code } = await home.ccmWith({ env: { ANTHROPIC_API_KEY: "secret", BUN_OPTIONS: "" } }, "start", "--profile", "minimal");
    expect(code).toBe(0);
    const found = findDaemon(home.paths);
    if (found.kind !== "ready") throw new Error(`The daemon is ${found.kind}.`);
    expect(found.state.profile).toBe("minimal");
    expect(processOf(found.state.pid)?.session).toBe(found.state.pid);
    const [daemon] = processesOf(home.root).filter(({ pid }) => pid === found.state.pid);
    expect(daemon?.environment).not.toContain("ANTHROPIC_API_KEY");
    expect(daemon?.cwd).toBe("/");

    expect((await home.ccm("start")).stdout).toBe(`The daemon already runs (process ${found.state.pid}).\n`);
    expect(await home.json<object>("status")).toMatchObject({
      daemon: { state: "running", pid: found.state.pid, profile: "minimal" },
      projects: 0,
    });
    expect(await home.json<unknown>("stop")).toEqual({ state: "stopped", pid: found.state.pid });
    expect(isAlive(found.state)).toBe(false);
    expect((await home.ccm("stop")).stdout).toBe("No daemon was running.\n");
  });

  test("two at the same time are one daemon", async () => {
    const [one, other] = await Promise.all([home.json<{ pid: number }>("start"), home.json<{ pid: number }>("start")]);
    expect(one.pid).toBe(other.pid);
  });

  test("one that cannot start says why, with its own exit code", async () => {
    writeFileSync(home.paths.config, "limits:\n  runs: many\n");
    const { code, stderr } = await home.ccm("start");
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('"limits.runs"') });
    expect(probeLock(home.paths.lock)).toBe(false);
  });

  test("one that was killed is not mistaken for the next", async () => {
    const { pid } = await home.json<{ pid: number }>("start");
    process.kill(pid, "SIGKILL");
    await waitFor("its end", () => !probeLock(home.paths.lock));
    expect(await home.json<object>("status")).toMatchObject({ daemon: { state: "stopped" } });
    const next = await home.json<{ pid: number }>("start");
    expect(next.pid).not.toBe(pid);
  });

  test("words that mean nothing start nothing", async () => {
    for (const words of [
      ["start", "--profile", "large"],
      ["start", "--port", "http"],
      ["daemon", "--profile"],
      ["stop", "--now"],
    ]) {
      expect({ words, code: (await home.ccm(...words)).code }).toEqual({ words, code: 2 });
    }
    expect(probeLock(home.paths.lock)).toBe(false);
    expect((await home.ccm("daemon", "--help")).stdout).toContain("Usage: ccm daemon");
  });
});

describe("the emergency stop", () => {
  test.each(["with the daemon", "without a daemon"])(
    "ends every agent at once, %s, and the task goes on later",
    async (how) => {
      await startWithAgent();
      if (how === "without a daemon") await home.json("stop");
      const agents = () => processesOf(home.root).filter(({ environment }) => environment.includes("CCM_RUN_SPOOL="));
      expect(agents().length).toBeGreaterThan(0);
      const from = performance.now();
      expect(await home.json<{ runs: number[] }>("stop", "--now", "--all")).toMatchObject({ runs: [1] });
      console.log(`stop --now --all took ${Math.round(performance.now() - from)} ms, ${how}`);
      expect(processesOf(home.root)).toEqual([]);
      await home.json("start");
      await waitFor("the next run of the same task", () => agents().some(({ environment }) => environment.includes("/runs/2/spool")));
      expect(await home.json<object>("task-status", "1")).toMatchObject({ state: "executing" });
    },
    60_000,
  );

  test("works with a configuration and a database that nothing else works with", async () => {
    await startWithAgent();
    writeFileSync(home.paths.config, "limits:\n  runs: many\n");
    writeFileSync(home.paths.database, "no database");
    expect((await home.ccm("list-tasks")).code).not.toBe(0);
    expect(await home.json<{ runs: number[] }>("stop", "--now", "--all")).toMatchObject({ runs: [1] });
    expect(processesOf(home.root)).toEqual([]);
  }, 60_000);

  test("a host that answers nobody is killed, and what is below it", async () => {
    await startWithAgent();
    await home.json("stop");
    const host = processesOf(home.root).find(({ command }) => / host 1 ?$/.test(command));
    process.kill(host?.pid ?? 0, "SIGSTOP");
    expect(await home.json<{ runs: number[] }>("stop", "--now", "--all")).toMatchObject({ runs: [1] });
    expect(processesOf(home.root)).toEqual([]);
  }, 60_000);
});

describe("health and doctor", () => {
  test("health says by its exit code whether a daemon works", async () => {
    await home.json("init", "--yes");
    const without = await home.ccm("health");
    expect({ code: without.code, first: firstLine(without.stdout) }).toEqual({ code: 5, first: expect.stringMatching(/^fail {2}daemon/) });
    await home.json("start");
    const checks = await home.json<{ name: string; verdict: string }[]>("health");
    expect(checks.map(({ name }) => name)).toEqual(["daemon", "loop", "sandbox", "page", "disk", "memory", "database"]);
    expect(checks.filter(({ verdict }) => verdict === "fail")).toEqual([]);
  });

  test("that runs have no sandbox is said by start, status, health and doctor", async () => {
    await home.json("init", "--yes");
    await home.json("config", "set", "sandbox.allowNone", "true");
    await home.json("config", "set", "sandbox.level", "none");
    const warning = "agents and gates can do all that you can";
    for (const command of ["start", "status", "health", "doctor"]) {
      const { code, stdout } = await home.ccm(command);
      expect({ command, code, said: stdout.replace(/\s+/g, " ").includes(warning) }).toEqual({ command, code: 0, said: true });
    }
  });

  test("a daemon that hangs is not healthy", async () => {
    await home.json("init", "--yes");
    const { pid } = await home.json<{ pid: number }>("start");
    process.kill(pid, "SIGSTOP");
    const { code, stdout } = await home.ccm("health");
    expect({ code, stdout }).toEqual({ code: 5, stdout: expect.stringMatching(/fail {2}loop/) });
  }, 30_000);

  test("doctor tries the machine without a home, and says how to make one", async () => {
    const { code, stdout, stderr } = await home.ccm("doctor");
    expect({ code, stderr }).toEqual({ code: 8, stderr: expect.stringContaining("ccm init --yes") });
    expect(stdout).toMatch(/^ok {4}git +git version/m);
    expect(stdout).toMatch(/^(?:ok|warn|fail) +sandbox namespace/m);
    expect(stdout).toMatch(/^(?:ok|warn|fail) +sandbox kernel/m);
  });

  test("doctor names what is wrong with a home, and goes on", async () => {
    await home.json("init", "--yes");
    writeFileSync(home.paths.config, "agents:\n  mine:\n    command: /nonexistent/agent\n");
    const checks = JSON.parse((await home.ccm("doctor", "--json")).stdout) as { name: string; verdict: string }[];
    expect(checks.filter(({ verdict }) => verdict === "fail").map(({ name }) => name)).toEqual(["agent mine"]);
    writeFileSync(home.paths.config, "limits:\n  runs: many\n");
    writeFileSync(home.paths.database, "This is no database, but it is long enough to be read as one.".repeat(20));
    const worse = JSON.parse((await home.ccm("doctor", "--json")).stdout) as { name: string; verdict: string }[];
    expect(worse.filter(({ verdict }) => verdict === "fail").map(({ name }) => name)).toEqual(["configuration", "database"]);
  });
});

test("fsck leaves trees and repositories to a running daemon, which answers it", async () => {
  await startWithAgent();
  writeFileSync(join(home.paths.tasks, "notes"), "somebody's");
  expect((await home.ccm("fsck", "--dry-run")).stdout).toMatch(/^would {3}"tasks\/notes"/);
  expect(await home.json<unknown>("fsck")).toMatchObject([{ text: '"tasks/notes" belongs to no task.', done: true, failed: null }]);
  expect((await home.ccm("fsck")).stdout).toBe("Database, trees, runs, processes and refs agree.\n");
  expect(await home.json<object>("task-status", "1")).toMatchObject({ state: "executing" });
}, 60_000);

/** A daemon in the background, and one agent that does nothing for ten minutes. */
async function startWithAgent(): Promise<void> {
  await home.json("init", "--yes");
  const repository = join(home.root, "repository");
  const git = `git init -q -b main '${repository}' && git -C '${repository}' commit -q --allow-empty -m First`;
  expect(Bun.spawnSync(["sh", "-c", git], { env: home.env, stdin: "ignore" }).exitCode).toBe(0);
  await home.json("register-project", "--path", repository, "--name", "p", "--agent", "demo");
  await home.json("create-task", "--project", "p", "--title", "Wait", "--prompt", "demo: say at work\ndemo: sleep 600");
  await home.json("start");
  await waitFor("the agent", () => processesOf(home.root).some(({ command }) => /demo-agent/.test(command) && !/unshare/.test(command)));
}
