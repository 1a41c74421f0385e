// How a command starts, ends and is ended inside, and what reaches it from the launcher.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { allProcesses, placesOf } from "../../src/kernel/process.ts";
import { ACCOUNTS, CASES, type Lab, openLab, writeFiles } from "../support/sandbox.ts";
import { waitFor } from "../support/wait.ts";

let lab: Lab;
afterEach(() => lab.remove());

describe.each(CASES)("at %s as %s", (level, account) => {
  beforeEach(() => {
    lab = openLab(level, account);
  });

  test("the command's exit code and output come through", async () => {
    expect(await lab.run(["sh", "-c", "echo out; echo err >&2; exit 7"])).toEqual({ code: 7, stdout: "out\n", stderr: "err\n" });
    expect(await lab.run(["cat"], { stdin: "through" })).toMatchObject({ code: 0, stdout: "through" });
  });

  test("a command that is not there gives 127, one that is no program 126, a spec that is none 125", async () => {
    writeFiles(lab.paths.task(1).tree, { plain: "text" });
    expect(await lab.run(["no-such-command"])).toMatchObject({ code: 127, stderr: 'ccm sandbox: "no-such-command" was not found.\n' });
    expect(await lab.run(["./plain"])).toMatchObject({ code: 126, stderr: 'ccm sandbox: "./plain" is not executable.\n' });
    const ended = await lab.run(["true"], { spec: { write: [join(lab.root, "gone")] } });
    expect(ended.code).toBe(125);
    expect(ended.stderr).toContain('/gone" is not there');
  });

  test("the command gets exactly the environment it was given, and none of it acts on the launcher", async () => {
    writeFiles(lab.paths.task(1).tree, { "preload.js": `require("fs").writeFileSync("preloaded", "")` });
    const steering = { BUN_OPTIONS: "--preload ./preload.js", BUN_BE_BUN: "1", LD_PRELOAD: "/nowhere.so", NODE_OPTIONS: "--bad" };
    const ended = await lab.run(["env"], { env: { ...steering, PLAIN: "with = and\nline" } });
    expect(ended.code).toBe(0);
    const given = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: lab.home, LANG: "C.UTF-8", TMPDIR: lab.paths.task(1).tmp, ...steering };
    const lines = [...Object.entries(given).map(([name, value]) => `${name}=${value}`), "PLAIN=with = and", "line"];
    expect(ended.stdout.trim().split("\n").sort()).toEqual(lines.sort());
    expect(existsSync(join(lab.paths.task(1).tree, "preloaded"))).toBe(false);
  });

  test("broken pipes end a command as they do outside", async () => {
    expect(await lab.run(["sh", "-c", "(yes; echo $? >&2) | head -1"])).toEqual({ code: 0, stdout: "y\n", stderr: "141\n" });
  });

  test("a descriptor that somebody forgot to close does not come along", async () => {
    const words = lab.words(["sh", "-c", "ls /proc/self/fd"]);
    const leak = openSync(lab.home, "r");
    const child = Bun.spawn(words.argv, { env: words.env, stdio: ["ignore", "pipe", "inherit", leak, leak] });
    expect((await new Response(child.stdout).text()).trim().split("\n")).toEqual(["0", "1", "2", "3"]); // 3 is ls's own.
    closeSync(leak);
  });

  test("a signal to the process group ends the command once, and SIGKILL everything", async () => {
    const child = start(["sh", "-c", 'trap "echo interrupted; exit 3" INT; echo ready; while :; do sleep 0.05; done']);
    await waitFor("the command to be ready", () => child.output().includes("ready"));
    process.kill(-child.pid, "SIGINT");
    expect(await child.exited).toBe(3);
    expect(child.output()).toBe("ready\ninterrupted\n");

    const other = start(["sh", "-c", 'trap "" INT TERM; echo ready; while :; do sleep 0.05; done']);
    await waitFor("the command to be ready", () => other.output().includes("ready"));
    process.kill(-other.pid, "SIGKILL");
    await other.exited;
    await waitFor("everything to be gone", () => !allProcesses().some((process) => placesOf(process.pid).includes(lab.paths.task(1).tree)));
  });

  test("it has no capabilities, gains no privileges and is filtered", async () => {
    const { stdout } = await lab.run(["grep", "-E", "^(Cap(Inh|Prm|Eff|Amb)|NoNewPrivs|Seccomp:)", "/proc/self/status"]);
    expect(stdout.match(/^Cap.*0000000000000000$/gm)).toHaveLength(4);
    expect(stdout).toMatch(/NoNewPrivs:\t1\nSeccomp:\t2/);
  });

  test("the user stays who it is", async () => {
    const uid = account === "nobody" ? "65534" : String(process.getuid?.());
    expect(await lab.run(["id", "-u"])).toMatchObject({ stdout: `${uid}\n` });
  });

  test("what a person adds or rewrites beside a hidden file during a run stays hidden", async () => {
    const { tree } = lab.paths.task(1);
    const child = start([
      "sh",
      "-c",
      `echo ready; while [ ! -e go ]; do sleep 0.05; done; cat "${lab.home}/.netrc"; cat "${lab.home}/.npmrc"; true`,
    ]);
    await waitFor("the command to be ready", () => child.output().includes("ready"));
    writeFiles(lab.home, { ".new": "new secret", ".npmrc": "later secret" });
    renameSync(join(lab.home, ".new"), join(lab.home, ".netrc"));
    writeFiles(tree, { go: "" });
    await child.exited;
    expect(child.output()).not.toContain("secret");
  });
});

describe("at namespace", () => {
  beforeEach(() => {
    lab = openLab("namespace", ACCOUNTS[0]);
  });

  test("root without user namespaces gets the same sandbox", async () => {
    if (process.getuid?.() !== 0) return; // Only root can mount without one.
    const words = lab.words(["sh", "-c", `cat ${lab.home}/.netrc; touch /etc/evil ${lab.home}/evil; id -u; grep CapEff /proc/self/status`]);
    const argv = words.argv.filter((word) => !["--user", "--map-current-user", "--keep-caps"].includes(word));
    const child = Bun.spawnSync(argv, { env: words.env, stdout: "pipe", stderr: "pipe" });
    expect(child.stdout.toString()).toBe("0\nCapEff:\t0000000000000000\n");
  });

  test("a command that a signal ended gives 128 and the signal", async () => {
    expect(await lab.run(["sh", "-c", "kill -TERM $$"])).toMatchObject({ code: 143 });
  });

  test("orphans are collected while the command runs", async () => {
    const line = "for i in 1 2 3; do (sh -c 'sleep 0.1 &'); done; sleep 0.4; grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l";
    expect(await lab.run(["sh", "-c", line])).toMatchObject({ stdout: "0\n" });
  });

  test("it has its own /tmp, terminals and shared memory, and sees only its own processes", async () => {
    const line =
      'touch /tmp/mine /dev/shm/mine; ls /dev/pts; ls /proc >/tmp/mine; grep -c "^[0-9]" /tmp/mine; python3 -c "import pty; print(pty.openpty()[1] > 0)"';
    expect(await lab.run(["sh", "-c", line])).toMatchObject({ stdout: "ptmx\n3\nTrue\n", stderr: "" });
    expect(existsSync(join(lab.paths.task(1).tmp, "mine"))).toBe(true);
  });

  test("with network none, loopback works and belongs to it alone", async () => {
    const program = `require("http").createServer((_, r) => r.end("own")).listen(0, "127.0.0.1", async function () {
      console.log(await (await fetch("http://127.0.0.1:" + this.address().port)).text()); process.exit(); });`;
    expect(await lab.run(["node", "-e", program], { order: { network: "none" } })).toMatchObject({ code: 0, stdout: "own\n" });
    expect(
      await lab.run(["sh", "-c", "ls /sys/class/net /proc/net/dev >/dev/null; grep -c : /proc/net/dev"], { order: { network: "none" } }),
    ).toMatchObject({ stdout: "1\n" });
  });

  test("a link planted in /tmp by an earlier run does not lead a mount elsewhere", async () => {
    lab.remove();
    lab = openLab("namespace", ACCOUNTS[0], "/tmp");
    const [, , first = ""] = lab.root.split("/");
    rmSync(join(lab.paths.task(1).tmp, first), { recursive: true, force: true });
    symlinkSync(lab.home, join(lab.paths.task(1).tmp, first));
    const ended = await lab.run(["true"]);
    expect(ended.code).toBe(125);
    expect(existsSync(join(lab.home, "ccm"))).toBe(false);
  });

  test("the tree can neither be renamed nor removed, only what is in it", async () => {
    const { tree } = lab.paths.task(1);
    const ended = await lab.run([
      "sh",
      "-c",
      `cd /; mv "${tree}" "${tree}-away"; rmdir "${tree}"; rm -rf "${tree}" 2>/dev/null; ls -A "${tree}" | wc -l`,
    ]);
    expect(ended.stdout).toBe("0\n");
    expect(existsSync(tree)).toBe(true);
  });
});

/** Starts a command as a host does: detached, leader of its process group. */
function start(argv: string[]) {
  const words = lab.words(argv);
  const log = join(lab.root, "output");
  writeFileSync(log, "");
  const child = Bun.spawn(words.argv, {
    env: words.env,
    cwd: lab.paths.task(1).tree,
    stdin: "ignore",
    stdout: Bun.file(log),
    stderr: "ignore",
    detached: true,
  });
  return { pid: child.pid, exited: child.exited, output: () => readFileSync(log, "utf8") };
}
