// Which stage follows, and what a gate's end means.
import { describe, expect, test } from "bun:test";
import {
  conflictInstruction,
  type GateFacts,
  judgeGate,
  judgeTouched,
  mergeMessage,
  nextStage,
  touchedReadOnly,
} from "../../src/review/rules.ts";
import { exitRecord } from "../support/exit-record.ts";

describe("the next stage, with what is left out and why", () => {
  test("a gate runs before anything else", () => {
    expect(nextStage({ command: "npm test" }, "auto")).toEqual({ to: "verifying", skipped: [] });
  });

  test("what passed waits for a person where the project asks", () => {
    expect(nextStage("passed", "ask")).toEqual({ to: "approving", skipped: [] });
  });

  test("what passed merges by itself where the project says auto", () => {
    expect(nextStage("passed", "auto")).toEqual({
      to: "merging",
      skipped: [{ stage: "approving", why: "The project's approval is `auto`." }],
    });
  });

  test("without a gate the stage is skipped, not passed", () => {
    expect(nextStage(null, "ask")).toEqual({ to: "approving", skipped: [{ stage: "verifying", why: "The project has no `full` gate." }] });
    expect(nextStage(null, "auto").skipped.map(({ stage }) => stage)).toEqual(["verifying", "approving"]);
  });
});

describe("what a finished gate means", () => {
  const facts = (part: Partial<GateFacts>): GateFacts => ({
    gate: "full",
    command: "npm test",
    exit: exitRecord({ code: 0 }),
    sendBacks: 0,
    allowedSendBacks: 2,
    attempts: 0,
    allowedAttempts: 4,
    ...part,
  });

  test("exit 0 passes", () => {
    expect(judgeGate(facts({}))).toEqual({ kind: "passed" });
  });

  test("a failure goes back to the agent with the end of its output", () => {
    const verdict = judgeGate(facts({ exit: exitRecord({ code: 1, tail: "1 test failed\n" }) }));
    expect(verdict).toMatchObject({ kind: "send_back", why: 'The gate "full" (npm test) ended with exit code 1.' });
    expect(verdict.kind === "send_back" && verdict.instruction).toContain("The end of its output:\n\n    1 test failed");
  });

  test("a gate that ran too long goes back too: a test that hangs is the agent's to mend", () => {
    expect(judgeGate(facts({ exit: exitRecord({ reason: "runMs" }) })).kind).toBe("send_back");
  });

  test("when the send-backs are used up the task fails", () => {
    const verdict = judgeGate(facts({ exit: exitRecord({ code: 1 }), sendBacks: 2 }));
    expect(verdict).toMatchObject({
      kind: "fail",
      error: { text: 'The gate "full" (npm test) ended with exit code 1. The agent was sent back 2 times and it still fails.' },
    });
  });

  test("a gate that was stopped, or whose host was killed, says nothing about the commit and runs again", () => {
    expect(judgeGate(facts({ exit: exitRecord({ reason: "stopped" }) }))).toEqual({ kind: "again", attempts: 0 });
    expect(judgeGate(facts({ exit: exitRecord({ reason: "died" }), attempts: 1 }))).toEqual({ kind: "again", attempts: 2 });
    expect(judgeGate(facts({ exit: exitRecord({ reason: "died" }), attempts: 3 }))).toMatchObject({
      kind: "fail",
      error: { code: "environment" },
    });
  });

  test("a gate that cannot start is the machine's fault, not the agent's", () => {
    expect(judgeGate(facts({ exit: exitRecord({ reason: "unstarted" }) }))).toMatchObject({ kind: "fail", error: { code: "environment" } });
  });
});

test("a conflict names the command and the files", () => {
  expect(conflictInstruction("main", "abc", ["a.ts", "b.ts"])).toContain("Run `git merge abc`");
  expect(conflictInstruction("main", "abc", ["a.ts", "b.ts"])).toContain("\n    a.ts\n    b.ts");
});

test("the merged commit says which task it came from", () => {
  expect(mergeMessage({ id: 3, uuid: "u-3", title: "Fix it" })).toBe("Fix it\n\nCcm-Task: 3 u-3\n");
});

describe("what is to stay as it is", () => {
  const readOnly = ["package.json", "migrations/", "src/schema"];
  const file = (path: string, from: string | null = null) => ({ path, from });
  const cases: [what: string, files: ReturnType<typeof file>[], touched: string[]][] = [
    ["the file itself", [file("package.json"), file("src/a.ts")], ["package.json"]],
    ["what lies in such a folder", [file("migrations/1.sql"), file("src/schema/a.ts")], ["migrations/1.sql", "src/schema/a.ts"]],
    ["what was moved out of one", [file("old/1.sql", "migrations/1.sql")], ["migrations/1.sql"]],
    ["a link in the place of a folder on the way", [file("src")], ["src"]],
    ["nothing of a similar name", [file("package.json.bak"), file("migrations2/a"), file("lib/package.json")], []],
  ];
  test.each(cases)("%s", (_, files, touched) => {
    expect(touchedReadOnly(files, readOnly)).toEqual(touched);
  });

  test("goes back to the agent with what to do, and in the end to a person", () => {
    const paths = ["a", "b", "c", "d", "e", "f", "g"];
    const again = judgeTouched(paths, { base: "abc", sendBacks: 0, allowedSendBacks: 1 });
    expect(again).toMatchObject({ kind: "send_back", why: expect.stringContaining('"a", "b", "c", "d", "e" and 2 more') });
    expect(again.kind === "send_back" && again.instruction).toContain("git checkout abc -- PATH");
    expect(judgeTouched(paths, { base: "abc", sendBacks: 1, allowedSendBacks: 1 })).toMatchObject({
      kind: "fail",
      error: { code: "denied" },
    });
  });
});
