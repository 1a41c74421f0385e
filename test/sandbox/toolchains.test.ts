// Honest toolchains work inside, at both levels, for root and for an ordinary user.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { CASES, type Lab, openLab, writeFiles } from "../support/sandbox.ts";
import { toolchain } from "../support/toolchain.ts";

const SLOW_MS = 60_000;

describe.each(CASES)("at %s as %s", (level, account) => {
  let lab: Lab;
  beforeEach(() => {
    lab = openLab(level, account);
  });
  afterEach(() => lab.remove());
  const tree = () => lab.paths.task(1).tree;

  /** Runs a shell line in the tree with these files; the line must succeed. Gives what it printed. */
  async function works(line: string, files: Record<string, string> = {}): Promise<string> {
    writeFiles(tree(), files);
    const ended = await lab.run(["sh", "-ec", line]);
    expect(ended).toMatchObject({ code: 0 });
    return ended.stdout;
  }

  test("a commit in the private git directory", async () => {
    await works(
      "echo two >> file && git add -A && git commit -q -m Second && git status --porcelain && git log --oneline && git stash list",
    );
    expect(lab.outside(["git", "--git-dir", lab.paths.task(1).git, "log", "--format=%s"])).toBe("Second\nFirst commit\n");
    expect(lab.outside(["git", "fsck", "--strict"])).toBe("");
  });

  test("gcc and make", async () => {
    const files = { Makefile: "hello: hello.c\n\tgcc -o hello hello.c\n", "hello.c": '#include <stdio.h>\nint main(){puts("built");}\n' };
    expect(await works("make -s && ./hello", files)).toBe("built\n");
  });

  test("python3 with threads, a subprocess, a pipe and a temporary file", async () => {
    const program = `
import subprocess, tempfile, threading, os
with tempfile.NamedTemporaryFile() as file: file.write(b"x")
thread = threading.Thread(target=lambda: print("thread", flush=True)); thread.start(); thread.join()
print(subprocess.check_output(["sh", "-c", "echo child | cat"], text=True), end="")
`;
    expect(await works("python3 main.py", { "main.py": program })).toBe("thread\nchild\n");
  });

  test("node: a forked child that talks over IPC, and a local server", async () => {
    const program = `
import { fork } from "node:child_process"; import { createServer } from "node:http";
if (process.send) process.on("message", (m) => { process.send(m + 1); process.disconnect(); });
else {
  const child = fork(process.argv[1]); child.send(41);
  child.on("message", (m) => console.log(m));
  child.on("exit", () => { const server = createServer((_, r) => r.end("served")).listen(0, "127.0.0.1", async () => {
    console.log(await (await fetch("http://127.0.0.1:" + server.address().port)).text()); server.close(); }); });
}`;
    expect(await works("node main.mjs", { "main.mjs": program })).toBe("42\nserved\n");
  });

  test(
    "npm test",
    async () => {
      const files = {
        "package.json": JSON.stringify({ name: "x", version: "1.0.0", scripts: { test: "node --test" } }),
        "x.test.js": 'require("node:test")("passes", () => {});',
      };
      expect(await works("npm test", files)).toContain("pass 1");
    },
    SLOW_MS,
  );

  test(
    "bun: a script, a subprocess and its tests",
    async () => {
      const files = {
        "package.json": "{}",
        "main.ts": 'console.log(Bun.spawnSync(["echo", "from bun"]).stdout.toString());',
        "x.test.ts": 'import { expect, test } from "bun:test"; test("x", () => expect(1).toBe(1));',
      };
      expect(await works(`${process.execPath} main.ts && ${process.execPath} test 2>&1`, files)).toMatch(/from bun[\s\S]* 1 pass/);
    },
    SLOW_MS,
  );

  test(
    "vitest",
    async () => {
      const files = {
        "package.json": '{"type":"module"}',
        "x.test.ts": `import { expect, test } from "${toolchain()}/node_modules/vitest/dist/index.js"; test("x", () => expect(1 as number).toBe(1));`,
      };
      expect(await works(`node ${toolchain()}/node_modules/vitest/vitest.mjs run --configLoader runner`, files)).toMatch(/1 passed/);
    },
    SLOW_MS,
  );

  test(
    "tsx, which listens on a unix socket: at kernel only where the project allows those",
    async () => {
      writeFiles(tree(), { "main.ts": 'const text: string = "ran"; console.log(text);' });
      const command = ["node", join(toolchain(), "node_modules/tsx/dist/cli.mjs"), "main.ts"];
      const strict = await lab.run(command);
      expect(strict.code === 0).toBe(level === "namespace");
      expect(await lab.run(command, { order: { unixSockets: true } })).toMatchObject({ code: 0, stdout: "ran\n" });
    },
    SLOW_MS,
  );
});
