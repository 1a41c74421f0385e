// Events in words: every event that ccm records has a sentence, and no sentence has a hole in it.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { isNoise, sentenceOf, TOLD_EVENTS, toneOf } from "../../src/progress/rules.ts";

const SOURCE = join(import.meta.dir, "../../src");

/** The names of events as they stand in the source: `record(…, "noun.past-verb"` and `name: "noun.past-verb"`. */
function recordedNames(): string[] {
  const names = new Set<string>();
  for (const file of new Glob("**/*.ts").scanSync(SOURCE)) {
    const text = readFileSync(join(SOURCE, file), "utf8");
    const calls = text.matchAll(/(?:\brecord\(|appendEvent\()([\s\S]{0,220})/g);
    for (const [, call = ""] of calls) for (const [, name = ""] of call.matchAll(/"([a-z]+\.[a-z]+(?:-[a-z]+)*)"/g)) names.add(name);
  }
  return [...names].sort();
}

test("every event that is recorded has a sentence of its own", () => {
  const names = recordedNames();
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !TOLD_EVENTS.includes(name))).toEqual([]);
});

describe("a sentence", () => {
  const cases: [name: string, data: Record<string, unknown>, sentence: string][] = [
    ["daemon.started", { pid: 7, sandbox: "namespace" }, "The daemon started (sandbox: namespace)."],
    ["daemon.started", { pid: 7, sandbox: null }, "The daemon started."],
    ["project.registered", { name: "a", path: "/repo", base: "main" }, "Registered /repo with the base branch main."],
    ["task.created", { title: "Fix", priority: "normal", after: [] }, "Created: Fix"],
    ["task.created", { title: "Fix", priority: "normal", after: [3, 4] }, "Created: Fix (after 3, 4)"],
    ["task.edited", { fields: ["title", "prompt"] }, "Changed: title, prompt."],
    ["task.moved", { from: "queued", to: "executing" }, "Is being worked on."],
    ["task.moved", { from: "verifying", to: "executing", why: "The gate failed." }, "Is being worked on: The gate failed."],
    ["task.moved", { from: "paused", to: "elsewhere" }, "Is elsewhere now."],
    ["snapshot.taken", { n: 3, commit: "a", why: "asked", note: "two files" }, "Snapshot 3 was taken: asked for; two files."],
    ["snapshot.taken", { n: 4, commit: "a", why: "asked", note: "It fails." }, "Snapshot 4 was taken: asked for; It fails."],
    [
      "config.changed",
      { before: { "agents.a.model": null }, after: { "agents.a.model": "big" } },
      'Settings were changed: agents.a.model is "big" (was not set).',
    ],
    [
      "task.rolled-back",
      { to: 3, commit: "a", kept: [4, 5], by: "ada" },
      "ada took its work back to snapshot 3; what was there is kept as 4, 5.",
    ],
    ["disk.ran-low", { freeBytes: 4e9, starts: "going on" }, "The disk of CCM_HOME gets full: 4000 MB are free."],
    ["disk.ran-low", { freeBytes: 9e8, starts: "held" }, "The disk of CCM_HOME gets full: 900 MB are free; no further run starts."],
    ["worktree.discarded", { trash: "a" }, "Its tree went to the trash."],
    [
      "worktree.discarded",
      { trash: "a", unkept: "Too large." },
      "Its tree went to the trash, where it stays: not all of it could be kept. Too large.",
    ],
    ["task.held", { reason: "capacity", text: "All 4 slots are taken." }, "All 4 slots are taken."],
    ["task.failed", { from: "executing", to: "failed", why: "It broke." }, "Failed: It broke."],
    ["task.finished", { from: "executing", to: "done", result: "no_change" }, "Done (no change)."],
    ["task.merged", { branch: "main", commit: "0123456789abcdef" }, "Merged into main as 0123456789."],
    ["task.approved", { by: "ada", comment: "", commit: "0123456789abcdef" }, "ada approved 0123456789."],
    ["task.changes-requested", { by: "ada", comment: "Keep it." }, "ada asked for changes: Keep it."],
    ["stage.skipped", { stage: "verifying", why: "There is no gate." }, "Left out verifying: There is no gate."],
    [
      "worktree.created",
      { base: "0123456789abcdef", skipped: [{ path: ".env", why: "not there" }] },
      "Its tree is ready, from 0123456789. Not copied: .env (not there).",
    ],
    ["run.started", { kind: "gate", agent: "full", sandbox: "kernel" }, "Run r7 started: gate full in the kernel sandbox."],
    ["run.started", { kind: "agent", agent: "demo", sandbox: "none" }, "Run r7 started: agent demo without a sandbox."],
    ["run.claimed", { kind: "setup", agent: "setup" }, "Run r7 has its slot: the set-up command."],
    ["run.ended", { reason: "exited", code: 0, signal: null }, "Run r7 ended with exit code 0."],
    ["run.ended", { reason: "stopped", code: null, signal: "SIGINT" }, "Run r7 ended by SIGINT."],
    ["run.ended", {}, "Run r7 ended before it started."],
    ["run.survivors-killed", { survivors: [{ pid: 1 }] }, "Run r7 left 1 process behind, which ccm ended."],
    [
      "work.committed",
      { files: 2, left: [{ path: "big", why: "oversized" }] },
      "Committed 2 files that its agent had left; left out: big (oversized).",
    ],
    [
      "hook.received",
      { event: "PostToolUse", tool: "Edit", subject: "sum.js", ok: true, added: 1, removed: 1 },
      "Agent: edited sum.js +1 −1.",
    ],
    ["hook.received", { event: "Unheard" }, "Agent: unheard."],
    [
      "turn.ended",
      { turn: 1, isError: false, text: "All tests pass.", costUsd: 0.123 },
      "Its agent ended its turn ($0.12): All tests pass.",
    ],
    ["turn.ended", { isError: true, text: "API Error: 500", costUsd: 0 }, "Its agent's turn ended with an error: API Error: 500"],
    [
      "turn.ended",
      { isError: false, reason: "tool_deferred", text: "", costUsd: 0 },
      "Its agent stopped at a call that a person must allow.",
    ],
    [
      "request.retried",
      { attempt: 3, attempts: 10, status: 529, text: "the provider is overloaded" },
      "Its agent asks its provider again (3 of 10): the provider is overloaded.",
    ],
    [
      "limit.reported",
      { status: "rejected", window: "five_hour", resetsAt: new Date(2030, 0, 1, 12, 5).getTime() },
      "The usage limit (five hour) of its agent is reached until 12:05.",
    ],
    ["limit.reported", { status: "warning", window: "five_hour", used: 0.83 }, "83 % of the usage limit (five hour) of its agent is used."],
    ["model.changed", { from: "opus", to: "sonnet", why: "overloaded" }, "Its agent went on with sonnet instead of opus: overloaded."],
    ["message.sent", { text: "Use tabs.", delivered: true }, "Its agent was told: Use tabs."],
    ["message.sent", { text: "Use tabs.", delivered: false }, "Its agent takes no messages now; kept for the next run: Use tabs."],
    [
      "question.asked",
      { tool: "Bash", text: "May it use Bash: git push?" },
      "Its agent asks: May it use Bash: git push? `ccm approve` or `ccm reject` answers.",
    ],
    ["question.answered", { tool: "Bash", verdict: "deny", text: "Never.", by: "ada" }, "ada answered its agent: no: Never."],
    ["question.answered", { tool: "Bash", verdict: "allow", text: "", by: "ada" }, "ada answered its agent: yes."],
    ["question.answered", { tool: "AskUserQuestion", verdict: "allow", text: "Blue", by: "ada" }, "ada answered its agent: Blue"],
    ["context.compacted", { trigger: "auto" }, "Its agent shortened its conversation to make room."],
    ["activity.changed", { from: "working", to: "stalled", text: "nothing heard" }, "Its agent has stalled: nothing heard."],
    ["agent.nudged", { how: "nudge", why: "nothing heard", text: "…" }, "Its agent was reminded: nothing heard."],
    ["merge.conflicted", { base: "x", files: ["a", "b"] }, "Conflicts with its base in a, b."],
    ["job.failed", { job: "tree.make", message: "The disk is full." }, 'ccm could not go on with "tree.make": The disk is full.'],
    ["moon.risen-early", { by: 3, how: { sure: true } }, 'moon risen early (by 3, how {"sure":true})'],
    ["moon.set", {}, "moon set"],
  ];
  test.each(cases)("for %s %j: %s", (name, data, sentence) => {
    expect(sentenceOf({ name, data, runId: 7 })).toBe(sentence);
  });

  test.each([...TOLD_EVENTS])("for %s has words even when nothing is known about it", (name) => {
    const sentence = sentenceOf({ name, data: {}, runId: 7 });
    expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
    expect(typeof sentence).toBe("string");
  });
});

test.each([
  ["task.merged", {}, "green"],
  ["gate.failed", {}, "red"],
  ["run.finished", { outcome: "failed" }, "red"],
  ["run.finished", { outcome: "passed" }, null],
  ["run.finished", { outcome: "stopped" }, null],
  ["task.moved", { to: "approving" }, "yellow"],
  ["task.moved", { to: "executing" }, null],
  ["question.asked", {}, "yellow"],
  ["activity.changed", { to: "stalled" }, "yellow"],
  ["activity.changed", { to: "working" }, null],
] as const)("%s %j is %s", (name, data, tone) => {
  expect(toneOf(name, data)).toBe(tone);
});

test.each([
  ["run.ended", {}, true],
  ["hook.received", { event: "PreToolUse", tool: "Bash" }, true],
  ["hook.received", { event: "PostToolUse", tool: "Bash", ok: false }, false],
  ["hook.received", { event: "Stop", text: "Done.", again: true }, true], // The end of the turn tells it.
  ["hook.received", { event: "Stop", text: "Done." }, false],
  ["task.held", { reason: "question" }, true],
  ["task.held", { reason: "limit" }, false],
  ["activity.changed", { to: "waiting" }, true], // The question tells it.
  ["activity.changed", { to: "stalled" }, false],
  ["request.retried", { attempt: 1 }, true],
  ["turn.ended", {}, false],
] as const)("%s %j is noise: %s", (name, data, noise) => {
  expect(isNoise(name, data)).toBe(noise);
});
