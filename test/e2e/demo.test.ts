// `ccm demo` on the built executable: the whole way to a merged commit, and nothing left behind, however it ends.
import { afterEach, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { temporaryFolder } from "../support/folders.ts";
import { killAll, processesOf } from "../support/home-under-test.ts";
import { asNormalUser, isRoot } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

beforeAll(() => {
  binary();
}, 120_000);

let root: string | undefined;
afterEach(async () => {
  if (root) await killAll(root);
  root = undefined;
});

/** A demo with a temporary folder of its own, so that everything it leaves there is seen. */
function startDemo(options: { words?: string[]; prefix?: (command: string[]) => string[]; path?: string; home?: string } = {}) {
  const temporary = temporaryFolder("demo-test");
  root = temporary;
  chmodSync(temporary, 0o777);
  const command = [binary(), "demo", ...(options.words ?? [])];
  const child = Bun.spawn(options.prefix ? options.prefix(command) : command, {
    cwd: "/",
    env: {
      PATH: `${options.path ?? ""}${process.env.PATH}`,
      HOME: options.home ?? "/nonexistent",
      TMPDIR: temporary,
      COLUMNS: "80",
      LANG: "C.UTF-8",
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const shown = Promise.all([child.stdout.text(), child.stderr.text()]);
  const ended = async () => {
    const [out, error] = await shown;
    return { out, error, exit: await child.exited };
  };
  return { temporary, child, ended };
}

/** Files and processes that the demo left. */
function left(temporary: string): { files: string[]; processes: string[] } {
  return { files: readdirSync(temporary), processes: processesOf(temporary).map(({ command }) => command) };
}

const NOTHING = { files: [], processes: [] };

describe("from a failing test to a merged commit", () => {
  test("each step in words, the change at the end, nothing left", async () => {
    const home = temporaryFolder("demo-home");
    const { temporary, ended } = startDemo({ home });
    const { out, error, exit } = await ended();
    expect({ error, exit }).toEqual({ error: "", exit: 0 });
    const steps = ["fails (exit code", "Created: Repair the failing test", "Its tree is ready", "started: agent demo in the", "sandbox"];
    const end = ["passed on", "ccm approve 1", "The demo approved", "Merged into main", "1 file, 1 line added, 1 removed"];
    let at = 0;
    for (const step of [...steps, ...end]) {
      expect(out.slice(at)).toContain(step);
      at = out.indexOf(step, at);
    }
    expect(out.split("\n").filter((line) => line.length > 80 && !line.includes(temporary))).toEqual([]);
    expect(left(temporary)).toEqual(NOTHING);
    expect(readdirSync(home)).toEqual([]);
  }, 60_000);

  test("with --json only the result is printed", async () => {
    const { temporary, ended } = startDemo({ words: ["--json"] });
    const { out, exit } = await ended();
    expect({ exit, result: JSON.parse(out) }).toMatchObject({
      exit: 0,
      result: { kept: false, commit: expect.stringMatching(/^[0-9a-f]{40}$/) },
    });
    expect(left(temporary)).toEqual(NOTHING);
  }, 60_000);

  test("where node is missing or old, with a shell script instead", async () => {
    const path = temporaryFolder("old-node");
    writeFileSync(join(path, "node"), "#!/bin/sh\necho v12.0.0\n", { mode: 0o755 });
    const { temporary, ended } = startDemo({ path: `${path}:` });
    const { out, exit } = await ended();
    expect(exit).toBe(0);
    expect(out).toContain("$ sh test.sh");
    expect(out).toContain("+++ b/sum.sh");
    expect(left(temporary)).toEqual(NOTHING);
  }, 60_000);

  test.skipIf(!isRoot)(
    "as a user without rights or a home folder [needs root]",
    async () => {
      const { temporary, ended } = startDemo({ prefix: asNormalUser });
      const { out, error, exit } = await ended();
      expect({ error, exit }).toEqual({ error: "", exit: 0 });
      expect(out).toContain("Merged into main");
      expect(left(temporary)).toEqual(NOTHING);
    },
    60_000,
  );
});

describe("when it does not come to its end", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s while the agent works leaves nothing",
    async (signal) => {
      const { temporary, child, ended } = startDemo();
      await waitFor("an agent at work", () => processesOf(temporary).some(({ command }) => command.includes("demo-agent")));
      child.kill(signal);
      const { error, exit } = await ended();
      expect({ error: error.split("\n")[0], exit }).toEqual({ error: "ccm: The demo was interrupted.", exit: 5 });
      expect(left(temporary)).toEqual(NOTHING);
    },
    60_000,
  );

  test("without git it says what is missing", async () => {
    const path = temporaryFolder("broken-git");
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "git"), "#!/bin/sh\necho 'git: broken' >&2\nexit 1\n", { mode: 0o755 });
    const { temporary, ended } = startDemo({ path: `${path}:` });
    const { error, exit } = await ended();
    expect({ error: error.split("\n")[0], exit }).toEqual({ error: 'ccm: "git init" failed: git: broken', exit: 8 });
    expect(left(temporary)).toEqual(NOTHING);
  }, 60_000);
});

test("--keep leaves a daemon to look at, and says how to end it", async () => {
  const { temporary, ended } = startDemo({ words: ["--keep"] });
  const { out, exit } = await ended();
  expect(exit).toBe(0);
  const commands = out.split("\n").filter((line) => line.startsWith("  CCM_HOME="));
  const shell = (command: string) => Bun.spawnSync(["sh", "-c", command], { stderr: "pipe", stdin: "ignore" });
  expect(shell(commands[0] ?? "").stdout.toString()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sign-in\?link=/);
  expect(shell(commands[1] ?? "").stdout.toString()).toContain("runs");
  expect(shell(commands[2] ?? "").stdout.toString()).toContain("Merged into main");
  expect(shell(commands.at(-1) ?? "").exitCode).toBe(0);
  expect(left(temporary)).toEqual(NOTHING);
}, 60_000);
