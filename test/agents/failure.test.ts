// What kind of end a run of an agent came to: recorded ends of claude, and every other way to end, as tables.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { claudeSigns } from "../../src/agents/claude/frames.ts";
import { describeEnding, type EndingKind, endingOf, STUCK } from "../../src/agents/recovery/failure.ts";
import type { ExitRecord } from "../../src/agents/schema.ts";
import { fresh, observe } from "../../src/agents/signs/observe.ts";
import type { Observed } from "../../src/agents/signs/signs.ts";
import { exitRecord } from "../support/exit-record.ts";

/** What a run with these lines of stream leaves behind: its last result, and all that was observed. */
function recorded(name: string): { result: Record<string, unknown> | null; observed: Observed } {
  const lines = readFileSync(join(import.meta.dir, `../data/claude-ends/${name}.jsonl`), "utf8")
    .trim()
    .split("\n");
  const frames = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const observed = frames.flatMap((frame) => claudeSigns(frame)).reduce((known, sign) => observe(known, sign, 2), fresh(1));
  return { result: frames.findLast((frame) => frame.type === "result") ?? null, observed };
}

const claude = (exit: Partial<ExitRecord>, observed: Observed | null = null) =>
  endingOf({ exit: exitRecord(exit), observed, session: "s", stopWanted: null });

describe("ends of claude 2.1.197 as recorded", () => {
  const cases: [string, number, EndingKind, string][] = [
    ["e429", 0, "ok", "ended with exit code 0."],
    ["e529", 0, "ok", "ended with exit code 0."],
    ["fallback", 0, "ok", "ended with exit code 0."],
    ["permdefer", 0, "ok", "ended with exit code 0."],
    ["e500", 1, "overloaded", "its provider is in trouble"],
    ["ehang", 1, "unreachable", '"Request timed out"'],
    ["ebill", 1, "billing", "until something is paid"],
    ["elimit", 1, "limited", "has reached a limit of its account"],
    ["rlrej", 1, "limited", "resets 12pm (UTC)"],
    ["resume", 1, "session", "No conversation found"],
    ["budget", 1, "budget", "Reached maximum budget ($0.5)"],
    ["contfalse", 0, "agent", "was ended by hook stopped"],
  ];
  for (const [name, code, kind, text] of cases) {
    test(`${name} is ${kind}`, () => {
      const { result, observed } = recorded(name);
      const ending = claude({ code, result }, observed);
      expect(ending.kind).toBe(kind);
      expect(ending.text).toContain(text);
    });
  }

  test("the end of a limit of the account is known only where it was refused", () => {
    const refused = recorded("rlrej");
    expect(claude({ code: 1, result: refused.result }, refused.observed).resetsAt).toBe(1_795_262_400_000);
    const unsaid = recorded("elimit");
    expect(claude({ code: 1, result: unsaid.result }, unsaid.observed).resetsAt).toBeNull();
  });
});

/** A result as claude writes it; `success` is its subtype whatever happened. */
const said = (part: Record<string, unknown>) => ({
  type: "result",
  subtype: "success",
  is_error: true,
  terminal_reason: "completed",
  ...part,
});

describe("ends by what the result says", () => {
  const cases: [string, number, Record<string, unknown>, EndingKind][] = [
    ["a login that is refused", 1, { api_error_status: 401, result: "Failed to authenticate." }, "login"],
    ["no login", 1, { api_error_status: null, result: "Not logged in · Please run /login" }, "login"],
    ["a key that is wrong", 1, { result: "Invalid API key · Fix external API key" }, "login"],
    ["a login that was taken back", 1, { result: "OAuth token revoked · Please run /login" }, "login"],
    ["an overloaded provider", 1, { api_error_status: 529, result: "API Error: 529 Overloaded" }, "overloaded"],
    ["a gateway that is down", 1, { api_error_status: 503, result: "API Error: 503" }, "overloaded"],
    [
      "too many requests for the provider's own sake",
      1,
      { api_error_status: 429, result: "Server is temporarily limiting requests (not your usage limit)" },
      "overloaded",
    ],
    ["no network", 1, { result: "API Error: Unable to connect to API (ENOTFOUND)" }, "unreachable"],
    ["a connection that broke", 1, { result: "API Error: Connection error." }, "unreachable"],
    ["a conversation that is too long", 1, { api_error_status: 400, result: "Prompt is too long" }, "context"],
    ["the same by its reason", 1, { terminal_reason: "prompt_too_long", result: "" }, "context"],
    [
      "all turns used",
      1,
      { subtype: "error_max_turns", terminal_reason: "max_turns", errors: ["Reached maximum number of turns (3)"] },
      "turns",
    ],
    ["a model that is not there", 1, { api_error_status: 404, result: "There's an issue with the selected model (x)." }, "model"],
    ["a session that is taken", 1, { subtype: "error_during_execution", errors: ["Session ID 1-2 is already in use."] }, "session"],
    [
      "an interrupted turn that nobody followed up",
      1,
      { subtype: "error_during_execution", terminal_reason: "aborted_tools" },
      "interrupted",
    ],
    ["any other error", 1, { subtype: "error_during_execution", terminal_reason: "model_error", errors: ["odd"] }, "agent"],
    ["an error that exits with 0", 0, { result: "API Error: 500", api_error_status: 500 }, "overloaded"],
    ["a call that a person must allow", 0, { is_error: false, terminal_reason: "tool_deferred" }, "parked"],
    ["work that is done", 0, { is_error: false }, "ok"],
    ["work that is done, in an older version's words", 0, { is_error: false, terminal_reason: undefined }, "ok"],
    ["an end for a reason that is not known", 0, { is_error: false, terminal_reason: "some_new_reason" }, "agent"],
    ["a process that broke after its work", 7, { is_error: false }, "crashed"],
    ["a process that was ended in a later turn", 143, { is_error: false }, "crashed"],
    ["the same after a refused turn", 137, { api_error_status: 401 }, "crashed"],
  ];
  for (const [name, code, part, kind] of cases) {
    test(`${name}: ${kind}`, () => expect(claude({ code, result: said(part) }).kind).toBe(kind));
  }
});

describe("ends of claude without a result", () => {
  const cases: [string, Partial<ExitRecord>, EndingKind][] = [
    ["killed by a signal", { signal: "SIGKILL" }, "crashed"],
    ["a crash", { code: 1, tail: "panic: something" }, "crashed"],
    ["nothing said at all, and exit 0", { code: 0 }, "crashed"],
    ["a session that is taken", { code: 1, tail: "Error: Session ID 1-2-3 is already in use." }, "session"],
    ["a session that is gone", { code: 1, tail: "No conversation found with session ID: 1" }, "session"],
    [
      "a version that its provider refuses",
      { code: 1, tail: "It looks like your version of Claude Code (1.0.0) needs an update." },
      "too_old",
    ],
    ["a version without an option that ccm needs", { code: 1, tail: "error: unknown option '--replay-user-messages'" }, "too_old"],
    ["no login", { code: 1, tail: "Not logged in · Please run /login" }, "login"],
    ["no network on the first start", { code: 1, tail: "Unable to connect to Anthropic services" }, "unreachable"],
  ];
  for (const [name, exit, kind] of cases) test(`${name}: ${kind}`, () => expect(claude(exit).kind).toBe(kind));
});

describe("an agent that knows no sessions is judged by its exit code and its result alone", () => {
  const custom = (exit: Partial<ExitRecord>) => endingOf({ exit: exitRecord(exit), observed: null, session: null, stopWanted: null });
  const cases: [string, Partial<ExitRecord>, EndingKind, string][] = [
    ["exit 0", { code: 0 }, "ok", "A ended with exit code 0."],
    ["exit 3", { code: 3 }, "agent", "A ended with exit code 3."],
    ["a test of its that talks of logins", { code: 1, tail: "expected: Not logged in" }, "agent", "A ended with exit code 1."],
    ["a signal of its own", { signal: "SIGSEGV" }, "crashed", "A was killed by SIGSEGV."],
  ];
  for (const [name, exit, kind, text] of cases) {
    test(name, () => {
      expect(custom(exit).kind).toBe(kind);
      expect(describeEnding("A", custom(exit))).toBe(text);
    });
  }
});

describe("ends that the host, or the daemon for it, recorded", () => {
  const cases: [string, ExitRecord | null, string | null, EndingKind, string][] = [
    ["it never started", null, null, "stopped", "was stopped before it started."],
    ["a person stopped it", exitRecord({ reason: "stopped" }), "restart", "stopped", "was stopped."],
    ["ccm ended it because it was silent", exitRecord({ reason: "stopped" }), STUCK.stalled, "stalled", "it showed no sign of life."],
    [
      "ccm ended it because it went in circles",
      exitRecord({ reason: "stopped" }),
      STUCK.looping,
      "looping",
      "did the same again and again.",
    ],
    ["its question waits", exitRecord({ reason: "parked", code: 0 }), null, "parked", "waits for an answer of a person."],
    ["its host was killed", exitRecord({ reason: "died" }), null, "died", "died: its host was killed."],
    ["the machine started again", exitRecord({ reason: "rebooted" }), null, "rebooted", "a restart of the machine."],
    ["its folder cannot be made", exitRecord({ reason: "unstarted" }), null, "unstarted", "could not be started."],
    [
      "the program is not there",
      exitRecord({ reason: "unstarted", tail: 'The program "claude" is not there or not executable.' }),
      null,
      "missing",
      "could not be started.",
    ],
    [
      "the sandbox does not show it",
      exitRecord({ code: 127, tail: 'ccm sandbox: "/tmp/bin/claude" was not found.' }),
      null,
      "missing",
      "cannot be seen from inside the sandbox.",
    ],
    ["too long", exitRecord({ reason: "runMs" }), null, "limit", "ran longer than limits.runMinutes allows."],
    ["too much memory", exitRecord({ reason: "memoryBytes" }), null, "limit", "used more memory than limits.memoryMb allows."],
  ];
  for (const [name, exit, stopWanted, kind, text] of cases) {
    test(`${name}: ${kind}`, () => {
      const ending = endingOf({ exit, observed: null, session: "s", stopWanted });
      expect(ending.kind).toBe(kind);
      expect(ending.text).toEndWith(text);
    });
  }
});
