// Every escape that was thought of, from inside the real sandbox: none may succeed, and the outside stays as it was.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, existsSync, lstatSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { allProcesses, commandOf } from "../../src/kernel/process.ts";
import { ACCOUNTS, CASES, type Ended, type Lab, openLab, type RunOptions, writeFiles } from "../support/sandbox.ts";

const SCRIPTS = join(import.meta.dir, "hostile");
const VICTIM = join(import.meta.dir, "../support/victim.py");
const SLOW_MS = 60_000;

/** What the file says it is only for; everything else holds at both levels. */
const ONLY_AT_NAMESPACE = ["private-git.sh", "metadata.py", "init-memory.py"];
/** Not run without a sandbox: what they would do there is real, or they cannot show anything as that user. */
const ONLY_INSIDE = ["kernel-settings.sh", "orphans.sh", "setuid.sh", "devices.py", "odd-sockets.py", "init-memory.py"];
const scripts = readdirSync(SCRIPTS).filter((name) => !name.endsWith(".c") || process.arch === "x64");

let lab: Lab;
let victim: Victim;
afterEach(async () => {
  await victim.end();
  lab.remove();
});

describe.each(CASES)("at %s as %s", (level, account) => {
  beforeEach(async () => {
    lab = openLab(level, account);
    victim = await startVictim(account);
  });

  for (const script of scripts.filter((name) => level === "namespace" || !ONLY_AT_NAMESPACE.includes(name))) {
    test(
      script,
      async () => {
        const before = outsideState();
        const ended = await attack(script, script.startsWith("network") ? { order: { network: "none" } } : {});
        expect(ended.stdout).not.toContain("ESCAPED");
        if (script.endsWith(".c")) expect(ended.stdout).toBe("");
        else expect(ended).toMatchObject({ code: 0, stdout: "DONE\n" });
        expect(victim.received()).toEqual([]);
        expect(outsideState()).toEqual(before);
        expect(lab.outside(["git", "fsck", "--strict"])).toBe("");
        await honestWorkLands();
      },
      SLOW_MS,
    );
  }
});

describe("without a sandbox", () => {
  const account = ACCOUNTS[ACCOUNTS.length - 1] ?? "user";
  beforeEach(async () => {
    lab = openLab("none", account);
    victim = await startVictim(account);
  });

  for (const script of scripts.filter((name) => !ONLY_INSIDE.includes(name))) {
    test(
      `${script} escapes, so what it tries is real`,
      async () => {
        expect((await attack(script)).stdout).toContain("ESCAPED");
      },
      SLOW_MS,
    );
  }
});

test("at namespace nothing outlives the command", async () => {
  lab = openLab("namespace", ACCOUNTS[0]);
  victim = await startVictim(ACCOUNTS[0]);
  await attack("orphans.sh");
  expect(
    allProcesses().filter((process) => commandOf(process.pid).includes("60.0717") && commandOf(process.pid).startsWith("sleep")),
  ).toEqual([]);
});

/** Runs a script of the folder in the task's tree; it finds what to attack in its environment. */
async function attack(script: string, options: RunOptions = {}): Promise<Ended> {
  const { tree, git } = lab.paths.task(1);
  writeFiles(tree, { [script]: readFileSync(join(SCRIPTS, script), "utf8") });
  const places = { LAB_HOME: lab.home, LAB_REPO: lab.repo, LAB_CCM: lab.paths.home, LAB_TREE: tree, LAB_GIT: git };
  const env = { ...victim.env, ...places, LAB_TMUX: victim.tmux };
  const argv = script.endsWith(".sh")
    ? ["sh", script]
    : script.endsWith(".py")
      ? ["python3", script]
      : ["sh", "-c", `gcc -w -o c ${script} && ./c; true`];
  const ended = await lab.run(argv, { ...options, env });
  if (!script.endsWith("orphans.sh") || lab.spec().level === "namespace") return ended;
  for (const { pid } of allProcesses()) if (commandOf(pid).includes("60.0717")) process.kill(pid, "SIGKILL"); // Started by the script above.
  return ended;
}

async function honestWorkLands(): Promise<void> {
  const ended = await lab.run(["sh", "-ec", "echo honest > honest && git add honest && git commit -q -m Honest"]);
  expect(ended).toMatchObject({ code: 0 });
  expect(lab.outside(["git", "--git-dir", lab.paths.task(1).git, "log", "-1", "--format=%s"])).toBe("Honest\n");
}

/** Kind and mode, owner, time and content of every file outside that belongs to the person, to ccm or to another task. */
function outsideState(): Record<string, string> {
  const state: Record<string, string> = {};
  const own = [join(lab.paths.task(1).root), lab.paths.run(1).root, join(lab.home, "received")];
  for (const name of readdirSync(lab.root, { recursive: true, encoding: "utf8" })) {
    const path = join(lab.root, name);
    if (own.some((folder) => path.startsWith(folder))) continue;
    const stat = lstatSync(path);
    state[name] = `${stat.mode} ${stat.uid} ${stat.mtimeMs} ${stat.isFile() ? Bun.hash(readFileSync(path)) : ""}`;
  }
  return state;
}

function setuidProgram(): string {
  const path = join(lab.home, "id");
  copyFileSync("/usr/bin/id", path);
  chmodSync(path, 0o4755);
  return path;
}

type Victim = { env: Record<string, string>; tmux: string; received(): string[]; end(): Promise<void> };

/** Starts what must not be reached, as the account: `victim.py` and a tmux server with its socket in a visible place. */
async function startVictim(account: string): Promise<Victim> {
  const prefix = account === "nobody" ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] : [];
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: lab.home, SHELL: "/bin/sh", OUTSIDE: "1" };
  const tmux = join(lab.home, "tmux.sock");
  Bun.spawnSync([...prefix, "tmux", "-S", tmux, "-f", "/dev/null", "new-session", "-d", "sleep 100"], { env, cwd: lab.home });
  const child = Bun.spawn([...prefix, "python3", VICTIM, lab.home], { env, cwd: lab.home, stdin: "pipe", stdout: "pipe" });
  const made = JSON.parse(await new Response(child.stdout).text());
  const received = join(lab.home, "received");
  return {
    env: { ...made, LAB_SETUID: setuidProgram() },
    tmux,
    received: () =>
      existsSync(received) ? readFileSync(received, "utf8").trim().split("\n") : child.exitCode === null ? [] : ["it ended"],
    async end() {
      child.stdin.end();
      await child.exited;
      rmSync(made.LAB_SHARED, { force: true }); // Where the victim was killed, it could not tidy up.
      Bun.spawnSync(["ipcrm", "-M", made.LAB_SEGMENT], { stderr: "ignore" });
      Bun.spawnSync([...prefix, "tmux", "-S", tmux, "kill-server"], { env });
    },
  };
}
