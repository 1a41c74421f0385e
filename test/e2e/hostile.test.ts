// Every escape that was thought of, from inside the real sandbox: none may succeed, and the outside stays as it was.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, existsSync, lstatSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { allProcesses, commandOf } from "../../src/kernel/process.ts";
import { ACCOUNTS, CASES, type Ended, type Lab, openLab, type RunOptions, writeFiles } from "../support/sandbox.ts";
import { waitFor } from "../support/wait.ts";

const SCRIPTS = join(import.meta.dir, "hostile");
const VICTIM = join(import.meta.dir, "../support/victim.py");
/** How long what `orphans.sh` leaves behind sleeps: by it, it is found, and only what this very test has started. */
const SECONDS = `60.0${process.pid}`;
const SLOW_MS = 60_000;

/** What the file says it is only for; everything else holds at both levels. */
const ONLY_AT_NAMESPACE = ["private-git.sh", "metadata.py", "init-memory.py"];
/** Not run without a sandbox: what they would do there is real, or they cannot show anything as that user. */
const ONLY_INSIDE = [
  "later.sh",
  "descriptors.py",
  "kernel-settings.sh",
  "orphans.sh",
  "setuid.sh",
  "devices.py",
  "odd-sockets.py",
  "core-dumps.py",
  "init-memory.py",
];
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

/** What an agent's project may set, or plant in its tree, to act in ccm's own processes before the sandbox is closed. */
describe.each(CASES)("variables that load code, at %s as %s", (level, account) => {
  test(
    "act on the command alone, inside",
    async () => {
      lab = openLab(level, account);
      victim = await startVictim(account);
      const { tree } = lab.paths.task(1);
      const evil = join(tree, "evil");
      writeFiles(tree, PLANTED);
      expect(await lab.run(["gcc", "-shared", "-fPIC", "-o", `${evil}.so`, `${evil}.c`])).toMatchObject({ code: 0 });
      const before = outsideState();
      const env = {
        ...{ LAB_HOME: lab.home, LAB_TREE: tree, LD_PRELOAD: `${evil}.so`, LD_AUDIT: `${evil}.so`, GCONV_PATH: tree },
        ...{ BUN_OPTIONS: `--preload ${evil}.js`, BUN_INSPECT_PRELOAD: `${evil}.js`, BUN_CONFIG_PRELOAD: `${evil}.js`, BUN_BE_BUN: "1" },
        ...{ NODE_OPTIONS: `--require ${evil}.js`, PYTHONSTARTUP: `${evil}.py`, BASH_ENV: `${evil}.sh`, ENV: `${evil}.sh` },
        ...{ GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "core.fsmonitor", GIT_CONFIG_VALUE_0: `${evil}.sh`, GIT_EXTERNAL_DIFF: `${evil}.sh` },
      };
      const ended = await lab.run(["bash", "-c", "node -e 1; git status >/dev/null; ls"], { env });
      expect(ended.stdout).toContain("ran-by-linker"); // So the attack is real: inside, it does what it wants.
      expect(ended.stdout).toContain("ran-by-node");
      expect(ended.stdout).toContain("ran-by-git");
      expect(outsideState()).toEqual(before);
      await honestWorkLands();
    },
    SLOW_MS,
  );
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
  expect(allProcesses().filter(({ pid }) => commandOf(pid) === `sleep ${SECONDS}`)).toEqual([]);
});

/** Each leaves a mark in the tree, where it may, and one in the person's home, where it must not. */
const PLANTED: Record<string, string> = {
  "evil.c": `#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void run(void) {
  char path[4096];
  const char *home = getenv("LAB_HOME"), *tree = getenv("LAB_TREE");
  snprintf(path, sizeof path, "%s/by-linker", home ? home : "/");
  open(path, O_CREAT | O_WRONLY, 0600);
  snprintf(path, sizeof path, "%s/ran-by-linker", tree ? tree : "/");
  open(path, O_CREAT | O_WRONLY, 0600);
}
`,
  "evil.js": `const { writeFileSync } = require("node:fs");
for (const path of [process.env.LAB_TREE + "/ran-by-node", process.env.LAB_HOME + "/by-node"]) try { writeFileSync(path, ""); } catch {}
`,
  "evil.sh": '#!/bin/sh\ntouch "$LAB_TREE/ran-by-git" "$LAB_HOME/by-git" 2>/dev/null\n',
  "evil.py": "open('by-python', 'w')\n",
};

/** Runs a script of the folder in the task's tree; it finds what to attack in its environment. */
async function attack(script: string, options: RunOptions = {}): Promise<Ended> {
  const { tree, git } = lab.paths.task(1);
  writeFiles(tree, { [script]: readFileSync(join(SCRIPTS, script), "utf8") });
  const places = { LAB_HOME: lab.home, LAB_REPO: lab.repo, LAB_CCM: lab.paths.home, LAB_TREE: tree, LAB_GIT: git };
  const env = { ...victim.env, ...places, LAB_TMUX: victim.tmux, LAB_SECONDS: SECONDS };
  const argv = script.endsWith(".sh")
    ? ["sh", script]
    : script.endsWith(".py")
      ? ["python3", script]
      : ["sh", "-c", `gcc -w -o c ${script} && ./c; true`];
  const ended = await lab.run(argv, { ...options, env });
  if (!script.endsWith("orphans.sh") || lab.spec().level === "namespace") return ended;
  for (const { pid } of allProcesses()) if (commandOf(pid).includes(SECONDS)) process.kill(pid, "SIGKILL"); // Started by the script above.
  return ended;
}

const HONEST: Record<string, string> = {
  "honest/sum.ts": "export const sum = (a: number, b: number): number => a - b;\n",
  "honest/sum.test.mjs": `import assert from "node:assert";
import { test } from "node:test";
import { sum } from "./sum.js";
test("sums", () => assert.equal(sum(1, 2), 3));
`,
  "honest/sum_test.py": `import subprocess, unittest
class Sum(unittest.TestCase):
    def test_built(self):
        self.assertIn("+", open("honest/sum.js").read())
        self.assertEqual(subprocess.check_output(["git", "status", "--porcelain", "file"]), b"")
`,
};
/** Edits, builds with bun, tests with node and python, commits with git. */
const HONEST_WORK = `sed -i 's/a - b/a + b/' honest/sum.ts
"$LAB_BUN" build --no-bundle honest/sum.ts --outfile=honest/sum.js >/dev/null
node --test honest >/dev/null
python3 -m unittest -q honest.sum_test 2>/dev/null
git add honest && git commit -q -m Honest`;

async function honestWorkLands(): Promise<void> {
  writeFiles(lab.paths.task(1).tree, HONEST);
  const bun = join(import.meta.dir, "../../node_modules/.bin/bun");
  const ended = await lab.run(["sh", "-ec", HONEST_WORK], { env: { LAB_BUN: bun } });
  expect(ended).toMatchObject({ code: 0 });
  expect(lab.outside(["git", "--git-dir", lab.paths.task(1).git, "log", "-1", "--format=%s"])).toBe("Honest\n");
}

/** Kind and mode, owner, time and content of every file outside that belongs to the person, to ccm or to another task. */
function outsideState(): Record<string, string> {
  const state: Record<string, string> = {};
  const [{ tree, git, tmp }, { root, spool }] = [lab.paths.task(1), lab.paths.run(1)];
  const own = [tree, git, tmp, spool, join(root, "sandbox.json"), join(lab.home, "received")];
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
  const services = await startServices(prefix, env);
  const child = Bun.spawn([...prefix, "python3", VICTIM, lab.home], { env, cwd: lab.home, stdin: "pipe", stdout: "pipe" });
  const made = JSON.parse(await new Response(child.stdout).text());
  const received = join(lab.home, "received");
  return {
    env: { ...made, ...services.env, LAB_SETUID: setuidProgram() },
    tmux,
    received: () =>
      existsSync(received) ? readFileSync(received, "utf8").trim().split("\n") : child.exitCode === null ? [] : ["it ended"],
    async end() {
      child.stdin.end();
      await Promise.all([child.exited, services.end()]);
      rmSync(made.LAB_SHARED, { force: true }); // Where the victim was killed, it could not tidy up.
      Bun.spawnSync(["ipcrm", "-M", made.LAB_SEGMENT], { stderr: "ignore" });
      Bun.spawnSync([...prefix, "python3", VICTIM, "forget", made.LAB_QUEUE], { env });
      Bun.spawnSync([...prefix, "tmux", "-S", tmux, "kill-server"], { env });
    },
  };
}

/** A real ssh-agent and a real message bus of the person's, with sockets in a visible place. */
async function startServices(prefix: string[], env: Record<string, string>) {
  const [agent, bus] = [join(lab.home, "agent.sock"), join(lab.home, "bus.sock")];
  const options = { env, cwd: lab.home, stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  const started = [
    ["ssh-agent", "-D", "-a", agent],
    ["dbus-daemon", "--session", "--nofork", `--address=unix:path=${bus}`],
  ].map((words) => Bun.spawn([...prefix, ...words], options));
  await waitFor("the sockets of ssh-agent and the message bus", () => existsSync(agent) && existsSync(bus));
  return {
    env: { LAB_SSH_AGENT: agent, LAB_BUS: bus },
    async end() {
      for (const one of started) one.kill();
      await Promise.all(started.map((one) => one.exited));
    },
  };
}
