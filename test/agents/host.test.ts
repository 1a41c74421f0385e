// One run from launch to exit record, with real processes: what is recorded, how it is stopped, what is left.
import { describe, expect, test } from "bun:test";
import { appendFileSync, existsSync, lstatSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EVENT_BYTES } from "../../src/agents/run-files.ts";
import type { RunSpec } from "../../src/agents/schema.ts";
import { allProcesses, commandOf, ownCommand } from "../../src/kernel/process.ts";
import { sandboxSpec } from "../../src/sandbox/rules.ts";
import { demo, openRuns, runs, shellSpec, until } from "../support/runs.ts";

const SLOW_MS = 60_000;
const LIMITS = { runMs: 60_000, memoryBytes: 4e9, children: 200, outputBytes: 50e6, treeBytes: 1e9, commits: 500, stopMs: 500 };
const shell = (line: string): Partial<RunSpec> => ({ argv: ["sh", "-c", line] });

describe("a run", () => {
  test("records output and errors in order, and how the command ended", async () => {
    const lab = openRuns();
    expect(lab.hosts.look(1)).toEqual({ kind: "absent" });
    lab.hosts.prepare(shellSpec(lab.paths, shell("echo one; echo two >&2; exit 3")));
    expect(lab.hosts.look(1)).toEqual({ kind: "new" });
    lab.hosts.launch(1);
    expect(await lab.ended()).toMatchObject({ code: 3, signal: null, reason: "exited", tail: expect.stringMatching(/one|two/) });
    expect(
      lab
        .events()
        .map((event) => event.kind)
        .sort(),
    ).toEqual(["error-output", "exited", "output", "started"]);
    expect(lab.events().map((event) => event.seq)).toEqual([1, 2, 3, 4]);
    expect(lab.hosts.list()).toEqual([1]);
    lab.hosts.remove(1);
    expect(lab.hosts.look(1)).toEqual({ kind: "absent" });
  });

  test("says which signal ended the command", async () => {
    const lab = openRuns();
    lab.launch(shell("kill -TERM $$"));
    expect(await lab.ended()).toMatchObject({ code: null, signal: "SIGTERM", reason: "exited" });
  });

  test("is unstarted when its program is not there", async () => {
    const lab = openRuns();
    lab.launch({ argv: ["no-such-agent"] });
    expect(await lab.ended()).toMatchObject({
      code: null,
      signal: null,
      reason: "unstarted",
      tail: expect.stringContaining('"no-such-agent"'),
    });
  });

  test("is unstarted when its spec is damaged, and says which field", async () => {
    const lab = openRuns();
    lab.hosts.prepare(shellSpec(lab.paths));
    writeFileSync(lab.paths.run(1).spec, JSON.stringify({ ...shellSpec(lab.paths), argv: "true" }));
    lab.hosts.launch(1);
    expect(await lab.ended()).toMatchObject({ reason: "unstarted", tail: expect.stringContaining('"spec.argv"') });
  });

  test("starts at most once, however often it is launched", async () => {
    const lab = openRuns();
    lab.launch(shell("echo started >> starts; until [ -e go ]; do sleep 0.05; done"));
    for (let again = 0; again < 4; again++) lab.hosts.launch(1);
    await lab.wrote("starts");
    writeFileSync(join(lab.tree, "go"), "");
    await lab.ended();
    hostAgain(lab.paths.home);
    expect(readFileSync(join(lab.tree, "starts"), "utf8")).toBe("started\n");
  });

  test("gets its own environment and nothing of ccm's", async () => {
    const lab = openRuns();
    process.env.CCM_TEST_SECRET = "leaked";
    lab.launch({ ...shell("env > seen; echo >> seen"), env: { PATH: process.env.PATH ?? "", COLOUR: "blue" } });
    await lab.ended();
    delete process.env.CCM_TEST_SECRET;
    const names = readFileSync(join(lab.tree, "seen"), "utf8").match(/^[A-Z_]+(?==)/gm);
    expect(names?.filter((name) => name !== "PWD" && name !== "OLDPWD" && name !== "_").sort()).toEqual(
      ["CCM_RUN", "CCM_RUN_SPOOL", "CCM_RUN_TOKEN", "CCM_RUN_URL", "CCM_TASK", "COLOUR", "PATH"].sort(),
    );
  });
});

describe("the prompt", () => {
  const ask = `It's "$HOME" & \${x}\n-- second line`;

  test("as the last argument, or where {prompt} stands", async () => {
    const lab = openRuns();
    lab.launch({ argv: ["sh", "-c", 'printf %s "$2" > got; echo >> got', "sh", "--ask", "{prompt}"], promptBy: "argument", prompt: ask });
    expect(await lab.wrote("got")).toBe(ask);
    await lab.ended();
  });

  test("on standard input, which is then closed", async () => {
    const lab = openRuns();
    lab.launch({ ...shell("cat > got; echo >> got"), promptBy: "stdin", prompt: ask });
    expect(await lab.wrote("got")).toBe(ask);
    await lab.ended();
  });

  test("in a file, and never through a link that an earlier run left in its place", async () => {
    const lab = openRuns();
    const precious = join(lab.tree, "precious");
    writeFileSync(precious, "keep me");
    symlinkSync(precious, join(lab.paths.task(1).tmp, "prompt-1.md"));
    lab.launch({ argv: ["sh", "-c", 'cat "$1" > got; echo >> got', "sh", "{promptFile}"], promptBy: "file", prompt: ask });
    expect(await lab.wrote("got")).toBe(ask);
    await lab.ended();
    expect(readFileSync(precious, "utf8")).toBe("keep me");
    expect(lstatSync(join(lab.paths.task(1).tmp, "prompt-1.md")).isFile()).toBe(true);
  });

  test("of 200 kB does not fit into an argument, and says what to do", async () => {
    const lab = openRuns();
    lab.launch({ argv: ["true"], promptBy: "argument", prompt: "x".repeat(200_000) });
    expect(await lab.ended()).toMatchObject({ reason: "unstarted", tail: expect.stringContaining("200000") });
  });
});

describe("output that breaks readers", () => {
  test("a line of 2 MB goes to a file, its event stays small, and what follows is intact", async () => {
    const lab = openRuns();
    lab.launch({ ...shell("head -c 2000000 /dev/zero | tr '\\0' x; echo; echo after") });
    const exit = await lab.ended();
    const [long, after] = lab.events().filter((event) => event.kind === "output");
    expect(long?.file).toBe("2.txt");
    expect(readFileSync(join(lab.paths.run(1).output, "2.txt")).length).toBe(2_000_000);
    expect(after?.text).toBe("after");
    expect(exit.outputBytes).toBeGreaterThan(2_000_000);
  });

  test("random bytes, NUL, colours and no newline at the end", async () => {
    const lab = openRuns();
    lab.launch(shell("head -c 300000 /dev/urandom; printf '\\n\\033[31mred\\033[0m \\000 end'"));
    const exit = await lab.ended();
    for (const line of readFileSync(lab.paths.run(1).events, "utf8").split("\n"))
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(EVENT_BYTES);
    expect(lab.events().findLast((event) => event.kind === "output")?.text).toBe("\u001b[31mred\u001b[0m \u0000 end");
    expect(exit.tail).toEndWith("red ␀ end");
  });

  test("a line of control characters, six times as long in JSON, still fits or goes to a file", async () => {
    const lab = openRuns();
    lab.launch(shell("head -c 40000 /dev/zero; echo; echo after"));
    await lab.ended();
    expect(lab.events().filter((event) => event.kind === "output")).toMatchObject([{ file: "2.txt" }, { text: "after" }]);
  });

  test("a torn last line is not read", async () => {
    const lab = openRuns();
    lab.launch(shell("echo kept; sleep 1000"));
    await until(
      "the first output",
      () => existsSync(lab.paths.run(1).events) && readFileSync(lab.paths.run(1).events, "utf8").includes("kept"),
    );
    const state = lab.hosts.look(1);
    process.kill(state.kind === "live" ? state.pid : 0, "SIGKILL");
    await until("the lock to be free", () => lab.hosts.look(1).kind !== "live");
    appendFileSync(lab.paths.run(1).events, '{"seq":9,"at":1,"kind":"output","text":"to');
    expect(lab.hosts.look(1)).toMatchObject({ kind: "died", tail: expect.stringContaining("kept") });
    expect(lab.hosts.look(1)).not.toMatchObject({ tail: expect.stringContaining("to") });
    await lab.hosts.reap(1, 1);
  });

  test("secrets reach neither events, nor long lines, nor the tail", async () => {
    const lab = openRuns();
    const secret = `ghp_${"a1B2".repeat(9)}`;
    lab.launch(shell(`echo "token ${secret}"; head -c 90000 /dev/zero | tr '\\0' ' '; echo "${secret}"`));
    const exit = await lab.ended();
    const long = readFileSync(join(lab.paths.run(1).output, "3.txt"), "utf8");
    for (const text of [readFileSync(lab.paths.run(1).events, "utf8"), exit.tail, long]) expect(text).not.toContain(secret);
    expect(long).toContain("[redacted");
  });

  test("a secret inside a stream-json line and its result leaves valid JSON", async () => {
    const lab = openRuns();
    const secret = `ghp_${"a1B2".repeat(9)}`;
    lab.launch({ ...shell(`echo '{"type":"result","result":"it is ${secret}"}'`), output: "stream-json" });
    const exit = await lab.ended();
    expect(exit.result).toEqual({ type: "result", result: "it is [redacted GitHub token]" });
    expect(lab.events().find((event) => event.kind === "json")?.json).toEqual(exit.result);
  });

  test("a result of 300 kB is in the exit record, cut, and whole in its file", async () => {
    const lab = openRuns();
    const line = `printf '{"type":"result","result":"'; head -c 300000 /dev/zero | tr '\\0' x; echo '","turns":3}'`;
    lab.launch({ ...shell(line), output: "stream-json" });
    expect((await lab.ended()).result).toEqual({ type: "result", result: "x".repeat(4_000), turns: 3 });
    const [event] = lab.events().filter((one) => one.kind === "json");
    expect(JSON.parse(readFileSync(join(lab.paths.run(1).output, event?.file ?? ""), "utf8")).result).toHaveLength(300_000);
  });
});

describe("stopping", () => {
  test("gently lets the command end by itself", async () => {
    const lab = openRuns();
    lab.launch(shell("trap 'echo saved; exit 7' INT; echo up > up; while :; do sleep 0.05; done"));
    await lab.wrote("up");
    lab.hosts.request(1, { kind: "stop", how: "gently" });
    expect(await lab.ended()).toMatchObject({ code: 7, reason: "stopped", tail: expect.stringContaining("saved") });
  });

  test("kills what ignores it when its time is over", async () => {
    const lab = openRuns();
    lab.launch({ ...shell("trap '' INT TERM; echo up > up; while :; do sleep 0.05; done"), limits: { ...LIMITS, stopMs: 300 } });
    await lab.wrote("up");
    lab.hosts.request(1, { kind: "stop", how: "gently" });
    expect(await lab.ended()).toMatchObject({ signal: "SIGKILL", reason: "stopped" });
  });

  test("now kills at once", async () => {
    const lab = openRuns();
    lab.launch({ ...shell("trap '' INT TERM; echo up > up; while :; do sleep 0.05; done"), limits: { ...LIMITS, stopMs: 60_000 } });
    await lab.wrote("up");
    lab.hosts.request(1, { kind: "stop", how: "now" });
    expect(await lab.ended()).toMatchObject({ signal: "SIGKILL", reason: "stopped" });
  });

  test("a signal to the host is a gentle stop", async () => {
    const lab = openRuns();
    lab.launch(shell("trap 'exit 5' INT; echo up > up; while :; do sleep 0.05; done"));
    await lab.wrote("up");
    const state = lab.hosts.look(1);
    process.kill(state.kind === "live" ? state.pid : 0, "SIGTERM");
    expect(await lab.ended()).toMatchObject({ code: 5, reason: "stopped" });
  });
});

describe("limits", () => {
  const limited = (line: string, limits: Partial<RunSpec["limits"]>): Partial<RunSpec> => ({
    ...shell(line),
    limits: { ...LIMITS, ...limits },
  });

  test.each([
    ["runMs", limited("sleep 1000", { runMs: 300 })],
    ["memoryBytes", { ...demo("demo: memory 300000000\ndemo: sleep 1000"), limits: { ...LIMITS, memoryBytes: 200_000_000 } }],
    ["children", limited("for i in 1 2 3 4 5 6 7 8 9; do sleep 1000 & done; wait", { children: 5 })],
    ["outputBytes", limited("yes", { outputBytes: 1_000_000 })],
    ["treeBytes", limited("head -c 3000000 /dev/zero > big; sleep 1000", { treeBytes: 2_000_000 })],
  ] as const)(
    "%s ends the run with its name",
    async (reason, part) => {
      const lab = openRuns();
      lab.launch(part);
      expect(await lab.ended()).toMatchObject({ reason });
      expect(lab.events().filter((event) => event.kind === "limit")).toHaveLength(1);
    },
    SLOW_MS,
  );
});

describe("what is left", () => {
  test("an orphan without environment and session ends with the run", async () => {
    const lab = openRuns();
    lab.launch(shell("env -i setsid sh -c 'echo $$ > orphan; exec sleep 1000' & until [ -s orphan ]; do sleep 0.02; done"));
    const orphan = Number(await lab.wrote("orphan"));
    await lab.ended();
    expect(runs(orphan)).toBe(false);
    expect(await lab.hosts.reap(1, 1)).toEqual([]);
  });

  test("kill -9 of the host takes the command with it, and reaping ends its orphans", async () => {
    const lab = openRuns();
    lab.launch(shell("env -i setsid sh -c 'echo $$ > orphan; exec sleep 1000' & echo $$ > command; sleep 1000"));
    const [command, orphan] = [Number(await lab.wrote("command")), Number(await lab.wrote("orphan"))];
    const state = lab.hosts.look(1);
    process.kill(state.kind === "live" ? state.pid : 0, "SIGKILL");
    await until("the command to die with its host", () => !runs(command));
    await until("the lock to be free", () => lab.hosts.look(1).kind === "died");
    const survivors = await lab.hosts.reap(1, 1);
    expect(survivors.map((one) => one.how).sort()).toContain("directory");
    expect(runs(orphan)).toBe(false);
    expect(await lab.hosts.reap(1, 1)).toEqual([]);
    hostAgain(lab.paths.home);
    expect(lab.hosts.look(1).kind).toBe("died");
  });

  test("of a run before the last boot is nothing, whatever has its pids now", async () => {
    const lab = openRuns();
    lab.hosts.prepare(shellSpec(lab.paths));
    const bystander = Bun.spawn(["setsid", "sleep", "1000"], { cwd: lab.tree, stdio: ["ignore", "ignore", "ignore"] });
    writeFileSync(lab.paths.run(1).started, JSON.stringify({ pid: bystander.pid, startTicks: 0, bootId: "another", at: 0 }));
    expect(lab.hosts.look(1)).toMatchObject({ kind: "died" });
    expect(await lab.hosts.reap(1, 1)).toEqual([]);
    expect(runs(bystander.pid)).toBe(true);
    bystander.kill("SIGKILL");
    await bystander.exited;
  });

  test("reaping refuses while the host is at work", async () => {
    const lab = openRuns();
    lab.launch(shell("echo up > up; until [ -e go ]; do sleep 0.05; done"));
    await lab.wrote("up");
    await expect(lab.hosts.reap(1, 1)).rejects.toMatchObject({ code: "conflict" });
    expect(() => lab.hosts.remove(1)).toThrow("still at work");
    writeFileSync(join(lab.tree, "go"), "");
    await lab.ended();
  });
});

describe("messages", () => {
  test("reach a stream-json agent while it works, which ends after its answer", async () => {
    const lab = openRuns();
    lab.launch(demo("demo: say ready\ndemo: await-message\ndemo: no-change"));
    await until(
      "the agent to be ready",
      () => existsSync(lab.paths.run(1).events) && readFileSync(lab.paths.run(1).events, "utf8").includes("ready"),
    );
    lab.hosts.request(1, { kind: "message", text: "use tabs" });
    const exit = await lab.ended();
    expect(exit).toMatchObject({
      code: 0,
      reason: "exited",
      result: { is_error: false },
      tail: expect.stringContaining("You said: use tabs"),
    });
    expect(lab.events().find((event) => event.kind === "message")).toMatchObject({ text: "use tabs", json: { delivered: true } });
  });

  test("to a text agent are kept for the next run, and the record says so", async () => {
    const lab = openRuns();
    lab.launch(shell("echo up > up; until [ -e go ]; do sleep 0.05; done"));
    await lab.wrote("up");
    lab.hosts.request(1, { kind: "message", text: "use tabs" });
    await until("the message to be recorded", () => readFileSync(lab.paths.run(1).events, "utf8").includes("use tabs"));
    writeFileSync(join(lab.tree, "go"), "");
    await lab.ended();
    expect(lab.events().find((event) => event.kind === "message")).toMatchObject({ json: { delivered: false } });
  });
});

describe.each(["namespace", "kernel"] as const)("in the sandbox, level %s", (level) => {
  function sandboxed(lab: ReturnType<typeof openRuns>, line: string): Partial<RunSpec> {
    const { tree, git, tmp } = lab.paths.task(1);
    const order = {
      level,
      tree,
      git,
      tmp,
      spool: lab.paths.run(1).spool,
      ccmHome: lab.paths.home,
      userHome: "/nonexistent",
      repositoryGit: git,
      network: "host",
    } as const;
    return {
      ...shell(line),
      sandbox: { ...sandboxSpec({ ...order, show: ownCommand() }), protect: [] },
      limits: { ...LIMITS, stopMs: 3_000 },
    };
  }

  test("a command works, and ends by SIGINT", async () => {
    const lab = openRuns();
    lab.launch(sandboxed(lab, "trap 'exit 7' INT; echo up > up; while :; do sleep 0.05; done"));
    await lab.wrote("up");
    lab.hosts.request(1, { kind: "stop", how: "gently" });
    expect(await lab.ended()).toMatchObject({ code: 7, reason: "stopped" });
  });

  test("nothing outlives kill -9 of the host", async () => {
    const lab = openRuns();
    const mark = `${1e6 + Math.floor(Math.random() * 1e6)}`;
    lab.launch(sandboxed(lab, `env -i setsid sh -c 'echo up > orphan; exec sleep ${mark}' & sleep ${mark}`));
    await lab.wrote("orphan");
    const state = lab.hosts.look(1);
    process.kill(state.kind === "live" ? state.pid : 0, "SIGKILL");
    await until("the lock to be free", () => lab.hosts.look(1).kind === "died");
    if (level === "namespace") await until("the kernel to end everything", () => processesWith(mark) === 0);
    const survivors = await lab.hosts.reap(1, 1);
    expect(new Set(survivors.map((one) => one.how))).toEqual(new Set(level === "namespace" ? [] : ["directory", "marker"]));
    expect(processesWith(mark)).toBe(0);
  });
});

test.if(process.getuid?.() === 0)("a normal user's run works as well [needs root]", async () => {
  const nobody = 65_534;
  const lab = openRuns({ prefix: ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", "--"], uid: nobody });
  lab.launch(shell("env -i setsid sh -c 'echo $$ > orphan; exec sleep 1000' & until [ -s orphan ]; do sleep 0.02; done; id -u"));
  const orphan = Number(await lab.wrote("orphan"));
  expect(await lab.ended()).toMatchObject({ code: 0, tail: `${nobody}` });
  expect(runs(orphan)).toBe(false);
});

/** Starts another host of run 1 and waits until it has left. */
function hostAgain(home: string): void {
  const late = Bun.spawnSync([...ownCommand(), "host", "1"], { env: { PATH: process.env.PATH ?? "", CCM_HOME: home } });
  expect(late.exitCode).toBe(0);
}

/** Live processes with this word on their command line. */
function processesWith(word: string): number {
  return allProcesses().filter((one) => one.state !== "Z" && commandOf(one.pid).includes(word)).length;
}
