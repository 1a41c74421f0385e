// Processes and locks as the kernel shows them.
import { afterEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { probeLock, takeLock } from "../../src/kernel/lock.ts";
import {
  allProcesses,
  cleanEnvironment,
  descendantsOf,
  environmentOf,
  hasNoNewPrivileges,
  isAlive,
  lineOf,
  ownIdentity,
  placesOf,
  processOf,
  signalProcess,
} from "../../src/kernel/process.ts";
import { temporaryFolder } from "../support/folders.ts";
import { until } from "../support/runs.ts";

const started: Bun.Subprocess[] = [];
afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
});

function start(argv: string[], options: { cwd?: string; env?: Record<string, string> } = {}): Bun.Subprocess {
  const child = Bun.spawn(argv, { stdio: ["ignore", "ignore", "inherit"], ...options });
  started.push(child);
  return child;
}

/** A process of its own that takes the lock and says so by a file. */
function startHolder(folder: string, after = ""): Bun.Subprocess {
  const source = `import { takeLock } from ${JSON.stringify(join(import.meta.dir, "../../src/kernel/lock.ts"))};
    const lock = takeLock(${JSON.stringify(join(folder, "lock"))}); ${after}
    await Bun.write(${JSON.stringify(join(folder, "held"))}, lock ? "yes" : "no"); setInterval(() => {}, 1000);`;
  return start([process.execPath, "-e", source]);
}

describe("a lock", () => {
  test("has one holder, and looking at it does not take it", () => {
    const path = join(temporaryFolder(), "lock");
    expect(probeLock(path)).toBe(false);
    expect(existsSync(path)).toBe(false);
    const lock = takeLock(path);
    expect(probeLock(path)).toBe(true);
    expect(probeLock(path)).toBe(true);
    expect(takeLock(path)).toBeNull();
    lock?.release();
    expect(probeLock(path)).toBe(false);
    takeLock(path)?.release();
  });

  test("goes with its holder's kill -9, even while a child of the holder lives on", async () => {
    const folder = temporaryFolder();
    const child = join(folder, "child");
    const holder = startHolder(folder, `Bun.spawn(["sh", "-c", "echo $$ > ${child}; exec sleep 1000"]);`);
    await until("the lock to be taken", () => existsSync(join(folder, "held")) && existsSync(child));
    expect(probeLock(join(folder, "lock"))).toBe(true);
    holder.kill("SIGKILL");
    await holder.exited;
    expect(probeLock(join(folder, "lock"))).toBe(false);
    process.kill(Number(await Bun.file(child).text()), "SIGKILL");
  });
});

describe("a process", () => {
  test("is known by pid and start time, so that a used-again pid is somebody else", () => {
    const child = start(["sleep", "1000"]);
    const seen = processOf(child.pid);
    expect(seen).toMatchObject({ pid: child.pid, parent: process.pid });
    const who = { pid: child.pid, startTicks: seen?.startTicks ?? 0 };
    expect(isAlive(who)).toBe(true);
    const somebodyElse = { ...who, startTicks: who.startTicks + 1 };
    expect(isAlive(somebodyElse)).toBe(false);
    expect(signalProcess(somebodyElse, "SIGKILL")).toBe(false);
    expect(isAlive(who)).toBe(true);
  });

  test("that was killed is not alive, and a signal says that it is gone", async () => {
    const child = start(["sleep", "1000"]);
    const who = { pid: child.pid, startTicks: processOf(child.pid)?.startTicks ?? 0 };
    expect(signalProcess(who, "SIGKILL")).toBe(true);
    await child.exited;
    expect(isAlive(who)).toBe(false);
    expect(signalProcess(who, "SIGKILL")).toBe(false);
  });

  test("with spaces and parentheses in its name is parsed", async () => {
    const path = join(temporaryFolder(), "a) R 1 (b");
    await Bun.write(path, await Bun.file("/bin/sleep").arrayBuffer());
    Bun.spawnSync(["chmod", "755", path]);
    const child = start([path, "1000"]);
    await until("its name", () => processOf(child.pid)?.name === "a) R 1 (b");
    expect(processOf(child.pid)?.parent).toBe(process.pid);
  });

  test("shows environment, working directory, and whether it gave up privileges", async () => {
    const folder = temporaryFolder();
    const child = start(["setpriv", "--no-new-privs", "--", "sleep", "1000"], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? "", CCM_MARK: "one" },
    });
    await until("the command", () => processOf(child.pid)?.name === "sleep");
    expect(environmentOf(child.pid)).toContain("CCM_MARK=one");
    expect(placesOf(child.pid)).toContain(folder);
    expect(hasNoNewPrivileges(child.pid)).toBe(true);
    expect(hasNoNewPrivileges(process.pid)).toBe(false);
  });

  test("has descendants, and ancestors", async () => {
    const child = start(["sh", "-c", "sleep 1000 & wait"]);
    await until("the grandchild", () => descendantsOf(child.pid, allProcesses()).length === 1);
    const [grandchild] = descendantsOf(child.pid, allProcesses());
    expect(lineOf(grandchild?.pid ?? 0, allProcesses())).toEqual(new Set([grandchild?.pid ?? 0, ...lineOf(child.pid, allProcesses())]));
    expect(lineOf(child.pid, allProcesses()).has(process.pid)).toBe(true);
    process.kill(grandchild?.pid ?? 0, "SIGKILL");
  });

  test("that is gone has nothing to show", () => {
    expect(processOf(2 ** 22 + 1)).toBeUndefined();
    expect(environmentOf(2 ** 22 + 1)).toEqual([""]);
    expect(placesOf(2 ** 22 + 1)).toEqual([]);
    expect(ownIdentity()).toMatchObject({ pid: process.pid });
  });
});

test("a clean environment holds what is allowed, and never what steers runtimes, linker or git", () => {
  const env = { PATH: "/bin", HOME: "/home/ada", SECRET: "x", BUN_OPTIONS: "x", NODE_OPTIONS: "x", LD_PRELOAD: "x", GIT_DIR: "x" };
  expect(cleanEnvironment(["PATH", "HOME", "LANG", "BUN_OPTIONS", "NODE_OPTIONS", "LD_PRELOAD", "GIT_DIR"], env)).toEqual({
    PATH: "/bin",
    HOME: "/home/ada",
  });
});
