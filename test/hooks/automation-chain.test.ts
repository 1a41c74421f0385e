// Automations at work: what they get, in which order, what their failing costs, and that nothing of them stays.
import { heapStats } from "bun:jsc";
import { beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createMatcher, NO_MATCHER, printOf } from "../../src/kernel/prints.ts";
import { allProcesses, commandOf } from "../../src/kernel/process.ts";
import { recognise } from "../../src/kernel/redact.ts";
import { spellingsOf } from "../../src/secrets/rules.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { waitFor } from "../support/wait.ts";
import { type AutomationHome, answering, openAutomationHome, program } from "./automation-home.ts";

/** More than any of them takes, on a loaded machine, too. */
const LONG_MS = 20_000;

let lab: AutomationHome;
beforeEach(() => {
  lab = openAutomationHome();
});

const call = (command: string) => ({ tool_name: "Bash", tool_input: { command }, hook_event_name: "a claim" });
const runningWith = (word: string) => allProcesses().filter(({ pid, state }) => state !== "Z" && commandOf(pid).includes(word));

describe("an automation", () => {
  test("gets the event as JSON, in a folder of its own, with a clean environment", async () => {
    lab.add("10-look", program("PreToolUse", 'cat > event.json; env > env.txt; pwd > pwd.txt; [ "$CCM_STATE" = "$PWD" ]'));
    process.env.CCM_RUN_TOKEN = "not for it";
    await lab.open().run("PreToolUse", call("ls"), LONG_MS);
    delete process.env.CCM_RUN_TOKEN;
    const folder = join(lab.home, "state/10-look");
    expect(lab.records).toMatchObject([{ name: "10-look", event: "PreToolUse", tool: "Bash", ok: true, code: 0 }]);
    expect(JSON.parse(readFileSync(join(folder, "event.json"), "utf8"))).toEqual({ ...call("ls"), hook_event_name: "PreToolUse" });
    const names = readFileSync(join(folder, "env.txt"), "utf8").match(/^\w+(?==)/gm);
    const own = ["CCM_EVENT", "CCM_HOME", "CCM_LIB", "CCM_RUN", "CCM_SELF", "CCM_STATE", "CCM_TASK", "CCM_TREE"];
    const persons = ["HOME", "LANG", "OLDPWD", "PATH", "PWD", "SHLVL", "TMPDIR", "USER", "_"];
    expect(names?.filter((name) => ![...own, ...persons].includes(name))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(own));
  });

  test("runs only at its events, and with tools that its matcher is for", async () => {
    lab.add("10-write", program("PostToolUse", "exit 0", "matcher: Write|Edit"));
    const all = lab.open();
    expect([all.areFor("PostToolUse"), all.areFor("PreToolUse")]).toEqual([true, false]);
    await all.run("PreToolUse", { tool_name: "Write" }, LONG_MS);
    await all.run("PostToolUse", { tool_name: "WriteAll" }, LONG_MS);
    expect(lab.records).toEqual([]);
    await all.run("PostToolUse", { tool_name: "Edit" }, LONG_MS);
    expect(lab.records).toHaveLength(1);
  });

  test("of several the names give the order, and each sees what the one before has changed", async () => {
    lab.add("20-second", program("PreToolUse", "cat > seen.json"));
    lab.add(
      "10-first",
      answering("PreToolUse", { hookSpecificOutput: { updatedInput: { command: "ls -l" }, additionalContext: "Hello" } }),
    );
    expect(await lab.open().run("PreToolUse", call("ls"), LONG_MS)).toMatchObject({ updatedInput: { command: "ls -l" }, context: "Hello" });
    expect(lab.records.map(({ name }) => name)).toEqual(["10-first", "20-second"]);
    expect(JSON.parse(readFileSync(join(lab.home, "state/20-second/seen.json"), "utf8"))).toMatchObject({
      tool_input: { command: "ls -l" },
    });
  });

  test("that refuses ends it: nothing later is asked", async () => {
    lab.add("10-refuses", program("PreToolUse", "echo 'Not on Fridays.' >&2; exit 2"));
    lab.add("20-later", program("PreToolUse", "exit 0"));
    const outcome = await lab.open().run("PreToolUse", call("ls"), LONG_MS);
    expect(outcome).toMatchObject({ verdict: "deny", reason: "Not on Fridays.", by: "10-refuses" });
    expect(lab.records).toHaveLength(1);
  });

  test("that is switched off while its run goes on is not started any more, and that is no failure", async () => {
    const path = lab.add("10-refuses", program("PreToolUse", "exit 2"));
    const all = lab.open();
    rmSync(path);
    expect(await all.run("PreToolUse", call("ls"), LONG_MS)).toMatchObject({ verdict: null });
    expect(lab.records).toEqual([]);
  });

  test("may have a body that is no JSON at all", async () => {
    lab.add("10-look", program("PreToolUse", "cat > event.json"));
    await lab.open().run("PreToolUse", "junk", LONG_MS);
    expect(readFileSync(join(lab.home, "state/10-look/event.json"), "utf8")).toBe('{"hook_event_name":"PreToolUse"}');
  });
});

describe("one that fails", () => {
  const failing: [string, string, string][] = [
    ["exits with another code", "echo 'no such file' >&2; exit 3", "it exited with 3: no such file"],
    ["says nothing of why", "exit 1", "it exited with 1."],
    ["is killed", "kill -9 $$", "it was ended by SIGKILL."],
    ["prints half of its JSON", "echo '{\"decision\":'", 'what it printed is no JSON: {"decision":'],
    ["decides something unheard of", 'echo \'{"decision":"perhaps"}\'', '"perhaps" is no decision; allow, ask and deny are.'],
    ["prints an answer without end", "echo '{'; head -c 100000 /dev/zero", "it printed more than an answer can be."],
  ];

  test.each(failing)("because it %s says so, and the others run", async (_, body, why) => {
    lab.add("10-fails", program("PreToolUse", body));
    lab.add("20-well", program("PreToolUse", "exit 0"));
    expect(await lab.open().run("PreToolUse", call("ls"), LONG_MS)).toMatchObject({ verdict: null, late: null });
    expect(lab.records).toMatchObject([
      { name: "10-fails", ok: false, why },
      { name: "20-well", ok: true },
    ]);
  });

  test("refuses the call when it says at its top that its failing is to mean that", async () => {
    lab.add("10-fails", program("PreToolUse", "exit 1", "failure: deny"));
    expect(await lab.open().run("PreToolUse", call("ls"), LONG_MS)).toMatchObject({
      verdict: "deny",
      reason: 'The automation "10-fails" could not judge it: it exited with 1.',
    });
  });

  test("refuses with a reason of ccm's when it gives none of its own", async () => {
    lab.add("10-mute", program("PreToolUse", "exit 2"));
    const { verdict, reason } = await lab.open().run("PreToolUse", call("ls"), LONG_MS);
    expect([verdict, reason]).toEqual([
      "deny",
      'The automation "10-mute" refuses it and gave no reason. Do it another way, or say why it has to be done.',
    ]);
  });

  test("because its interpreter is not there, or it has none", async () => {
    const [missing, none] = ["#!/nowhere/sh\n# ccm-events: Stop\n", "\n# ccm-events: Stop\n\u0001\u0002"];
    lab.add("10-missing", missing);
    lab.add("20-none", none);
    await lab.open().run("Stop", {}, LONG_MS);
    expect(lab.records.map(({ name, ok }) => [name, ok])).toEqual([
      ["10-missing", false],
      ["20-none", false],
    ]);
  });

  test("does not get a secret that nobody has allowed it", async () => {
    lab.add("10-notify", program("Stop", "exit 0", "secrets: GITHUB_TOKEN"));
    await lab.open().run("Stop", {}, LONG_MS);
    expect(lab.records[0]?.why).toBe(
      'it may not have the secret "GITHUB_TOKEN". Try: ccm secret set GITHUB_TOKEN --for automation:10-notify',
    );
  });
});

describe("one that would not end", () => {
  test("is killed at its deadline with everything that it started, and the others run", async () => {
    const word = `6${process.pid}.5`;
    lab.add("10-hangs", program("Stop", `sleep ${word} & sleep ${word}`, "deadline: 300 ms"));
    lab.add("20-well", program("Stop", "exit 0"));
    const began = performance.now();
    expect(await lab.open().run("Stop", {}, LONG_MS)).toMatchObject({ late: null });
    expect(performance.now() - began).toBeLessThan(LONG_MS);
    expect(lab.records).toMatchObject([{ ok: false, why: "it did not end in time and was killed.", code: null }, { ok: true }]);
    await waitFor("the end of its children", () => runningWith(word).length === 0);
  });

  test("leaves nothing running that it started in the background", async () => {
    const word = `7${process.pid}.5`;
    lab.add("10-leaves", program("Stop", `sleep ${word} & exit 0`));
    await lab.open().run("Stop", {}, LONG_MS);
    expect(lab.records).toMatchObject([{ ok: true, code: 0 }]);
    await waitFor("the end of its children", () => runningWith(word).length === 0);
  });

  test("is cut off when the time for all of them is over, and what comes after it is not asked", async () => {
    lab.add("10-slow", program("PreToolUse", "sleep 60", "deadline: 30 s"));
    lab.add("20-later", program("PreToolUse", "exit 2"));
    expect(await lab.open().run("PreToolUse", call("ls"), 300)).toMatchObject({ verdict: null, late: "10-slow" });
    expect(lab.records.map(({ name }) => name)).toEqual(["10-slow"]);
  });

  test("holds up no other run of it: four go on at once, more wait", async () => {
    lab.add(
      "10-slow",
      program("Stop", 'mkdir "$CCM_STATE/$$"; until [ "$(ls "$CCM_STATE" | wc -l)" -ge 4 ]; do sleep 0.02; done', "deadline: 15 s"),
    );
    const all = lab.open();
    await Promise.all([1, 2, 3, 4, 5].map(() => all.run("Stop", {}, LONG_MS)));
    await all.settled();
    expect(lab.records.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    expect(all.pids().size).toBe(0);
  });
});

describe("one that prints without end", () => {
  test("is read to its end and cut: 100 MB on both outputs are not held", async () => {
    lab.add("10-floods", program("Stop", "head -c 100000000 /dev/zero; head -c 100000000 /dev/zero >&2; exit 2", "deadline: 60 s"));
    const before = heldBytes();
    const { reason } = await lab.open().run("Stop", {}, 60_000);
    expect(reason.length).toBe(2_000);
    expect(lab.records[0]?.said.length).toBe(2_000);
    expect(heldBytes() - before).toBeLessThan(20_000_000);
  });

  /** What is still in use, buffers included. */
  function heldBytes(): number {
    Bun.gc(true);
    const { heapSize, extraMemorySize } = heapStats();
    return heapSize + extraMemorySize;
  }

  test("may leave a large event unread", async () => {
    lab.add("10-deaf", program("Stop", "exit 0"));
    await lab.open().run("Stop", { text: "x".repeat(10_000_000) }, LONG_MS);
    expect(lab.records).toMatchObject([{ ok: true }]);
  });
});

describe("one whose file is not the person's alone", () => {
  test("is not started once others may write it, and the call goes on or not as it says at its top", async () => {
    lab.add("10-open", program("PreToolUse", "touch ../../ran; exit 0", "failure: deny"));
    chmodSync(join(lab.places.available, "10-open"), 0o722);
    const outcome = await lab.open().run("PreToolUse", call("ls"), LONG_MS);
    expect(outcome.verdict).toBe("deny");
    expect(lab.records).toMatchObject([{ ok: false, why: 'others may write "10-open". Try: chmod go-w on it.' }]);
    expect(existsSync(join(lab.home, "ran"))).toBe(false);
  });

  test("is not started when others may write the library that it loads", async () => {
    lab.add("10-well", program("Stop", "exit 0"));
    chmodSync(lab.places.library, 0o666);
    await lab.open().run("Stop", {}, LONG_MS);
    expect(lab.records[0]?.why).toStartWith("others may write");
  });

  test("keeps secrets out of its record", async () => {
    const token = `ghp_${"a1B2".repeat(9)}`;
    lab.add("10-leaks", program("PreToolUse", `echo 'Use ${token}' >&2; exit 2`));
    await lab.open().run("PreToolUse", call("ls"), LONG_MS);
    expect(JSON.stringify(lab.records)).not.toContain(token);
  });

  test.each([
    ["refuses", (text: string) => program("PreToolUse", `echo '${text}' >&2; exit 2`)],
    [
      "adds to the context",
      (text: string) => answering("PreToolUse", { hookSpecificOutput: { additionalContext: text, updatedInput: { command: text } } }),
    ],
    ["cannot go on", (text: string) => program("PreToolUse", `echo '${text}' >&2; exit 1`, "failure: deny")],
  ])("gives no stored secret to an agent when it %s", async (_, write) => {
    const value = 'hunter2-"hunter3"';
    afterThisTest(() => recognise(NO_MATCHER));
    recognise(createMatcher([{ name: "secret DEMO", salt: "s", prints: spellingsOf(value).map((text) => printOf(text, "s")) }]));
    lab.add("10-leaks", write(`curl: https://me:${value}@example.org/ said no`));
    const outcome = await lab.open().run("PreToolUse", call("ls"), LONG_MS);
    expect(JSON.stringify(outcome)).toContain("https://me:[redacted secret DEMO]@example.org/");
    expect(JSON.stringify([outcome, lab.records])).not.toContain("hunter3");
  });
});
