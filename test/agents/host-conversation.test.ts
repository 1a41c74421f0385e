// The host's side of a talk with claude: frames as 2.1.197 and 2.1.330 print them, and what the host does about them.
import { beforeEach, describe, expect, test } from "bun:test";
import { createTalk, type Talk } from "../../src/agents/host/conversation.ts";
import { Asking } from "../../src/agents/host/questions.ts";
import type { Answer, Conversation } from "../../src/agents/schema.ts";

const MINUTE = 60_000;
let now: number;
let sent: object[];
let said: string[];
let notes: [string, string][];
let ends: string[];
let isOpen: boolean;

beforeEach(() => {
  now = 0;
  sent = [];
  said = [];
  notes = [];
  ends = [];
  isOpen = true;
});

function talk({ answers = [], ...part }: Partial<Conversation> & { answers?: Answer[] } = {}): Talk {
  const told = (how: string) => (text?: string) => void ends.push(text ? `${how}: ${text}` : how);
  const shared = {
    input: {
      message: (text: string) => isOpen && said.push(text) > 0,
      send: (line: object) => isOpen && sent.push(line) > 0,
      close: () => {
        isOpen = false;
        ends.push("input closed");
      },
    },
    recorder: { note: (kind: string, text: string) => void notes.push([kind, text]) },
    park: told("parked"),
    nowMs: () => now,
  };
  return createTalk({
    ...shared,
    conversation: { protocol: "claude", session: "s", home: null, silent: false, parkMs: 10 * MINUTE, idleMs: 30 * MINUTE, ...part },
    prompt: "Do it",
    asking: new Asking({ ...shared, answers, parkMs: 10 * MINUTE, way: "defer" }),
    deferred: told("deferred"),
    abandon: told("abandoned"),
  });
}

const heard = (text: string) => ({ type: "user", isReplay: true, message: { role: "user", content: [{ type: "text", text }] } });
const spoke = { type: "assistant", message: { content: [] } };
const result = (part: object = {}) => ({ type: "result", subtype: "success", is_error: false, terminal_reason: "completed", ...part });
const task = (subtype: string, part: object = {}) => ({ type: "system", subtype, task_id: "b1", ...part });
const asks = (part: object = {}) => ({
  type: "control_request",
  request_id: "q1",
  request: { subtype: "can_use_tool", tool_name: "Bash", tool_use_id: "toolu_1", input: { command: "npm publish" }, ...part },
});
const answer = (part: Partial<Answer> = {}): Answer => ({ key: "toolu_1", tool: "Bash", input: {}, verdict: "allow", text: "", ...part });

describe("a turn", () => {
  test("that ends with nothing left to say closes the input, and the agent ends", () => {
    const one = talk();
    for (const frame of [heard("Do it"), spoke, result()]) one.frame(frame);
    expect(ends).toEqual(["input closed"]);
    expect(one.undelivered()).toEqual([]);
  });

  test("goes on when a message is not heard yet, until the turn that answers it", () => {
    const one = talk();
    one.frame(heard("Do it"));
    one.request({ kind: "message", text: "Use tabs." });
    one.frame(result());
    expect([said, ends]).toEqual([["Use tabs."], []]);
    for (const frame of [heard("Use tabs."), spoke, result()]) one.frame(frame);
    expect(ends).toEqual(["input closed"]);
  });

  test("that failed closes the input, too: the process would wait for ever", () => {
    const one = talk();
    one.frame(result({ is_error: true, api_error_status: 500 }));
    expect(ends).toEqual(["input closed"]);
  });

  test("of a session that was deferred begins without a word", () => {
    const one = talk({ silent: true });
    one.frame(result());
    expect([said, ends]).toEqual([[], ["input closed"]]);
  });

  test("waits for work in the background, which starts the next one", () => {
    const one = talk();
    for (const frame of [task("task_started"), spoke, result()]) one.frame(frame);
    expect(ends).toEqual([]);
    for (const frame of [task("task_updated", { patch: { status: "completed" } }), task("task_notification"), spoke, result()])
      one.frame(frame);
    expect(ends).toEqual(["input closed"]);
  });

  test("does not wait for it longer than it may", () => {
    const one = talk();
    for (const frame of [task("task_started"), result()]) one.frame(frame);
    now = 30 * MINUTE;
    one.look();
    expect(ends).toEqual(["input closed"]);
  });

  test("that nothing follows after the background work is the last", () => {
    const one = talk();
    for (const frame of [task("task_started"), result(), task("task_notification")]) one.frame(frame);
    now = 15_000;
    one.look();
    expect(ends).toEqual(["input closed"]);
  });
});

describe("messages", () => {
  test("that come too late are kept for the next run, and so are those that were never heard", () => {
    const one = talk();
    one.request({ kind: "message", text: "early" });
    for (const frame of [heard("Do it"), heard("early"), result()]) one.frame(frame);
    one.request({ kind: "message", text: "late" });
    expect(one.undelivered()).toEqual(["late"]);
    expect(notes.at(-1)).toEqual(["note", "the agent takes no messages now; this one is kept for the next run"]);
  });

  test("are heard by their text, in whatever order the agent takes them", () => {
    const one = talk();
    for (const text of ["a", "b"]) one.request({ kind: "message", text });
    for (const frame of [heard("Do it"), heard("b")]) one.frame(frame);
    expect(one.undelivered()).toEqual(["a"]);
  });

  test("an agent that does not end after its last turn is ended", () => {
    const one = talk();
    one.frame(result());
    now = 30_000;
    one.look();
    expect(ends).toEqual(["input closed", "abandoned: the agent did not end after its last turn"]);
  });
});

describe("an interrupt", () => {
  test("ends the turn; the agent then waits for a word, and hears it", () => {
    const one = talk();
    one.frame(heard("Do it"));
    one.request({ kind: "interrupt" });
    expect(sent).toEqual([{ type: "control_request", request_id: "ccm-1", request: { subtype: "interrupt" } }]);
    one.frame(result({ subtype: "error_during_execution", is_error: true }));
    expect(ends).toEqual([]);
    one.request({ kind: "message", text: "Other way." });
    for (const frame of [heard("Other way."), spoke, result()]) one.frame(frame);
    expect(ends).toEqual(["input closed"]);
  });

  test("that nobody follows up parks the run", () => {
    const one = talk();
    one.request({ kind: "interrupt" });
    one.frame(result({ is_error: true }));
    now = 30 * MINUTE;
    one.look();
    expect(ends).toEqual(["parked: nobody has said how to go on after the interrupt"]);
  });

  test("between turns is nothing", () => {
    const one = talk();
    one.frame(task("task_started"));
    one.frame(result());
    one.request({ kind: "interrupt" });
    expect(sent).toEqual([]);
  });
});

describe("a question on the stream", () => {
  test("is written down, waits, and gets a person's yes with the input as it was", () => {
    const one = talk();
    one.frame(asks());
    expect(notes).toEqual([["question", "Bash is asked of a person"]]);
    one.request({ kind: "answer", answer: answer() });
    const response = { behavior: "allow", updatedInput: { command: "npm publish" } };
    expect(sent).toEqual([{ type: "control_response", response: { subtype: "success", request_id: "q1", response } }]);
  });

  test("gets a no with its reason", () => {
    const one = talk();
    one.frame(asks());
    one.request({ kind: "answer", answer: answer({ verdict: "deny", text: "Not today." }) });
    expect(JSON.stringify(sent)).toContain('{"behavior":"deny","message":"Not today."}');
  });

  test("is answered at once with what was said to an earlier run, by the call's id or by one just like it", () => {
    const known = answer({ key: "toolu_0", input: { command: "npm publish" } });
    const one = talk({ answers: [known] });
    one.frame(asks());
    expect(JSON.stringify(sent)).toContain('"behavior":"allow"');
    one.frame(asks({ tool_use_id: "toolu_2" }));
    expect(notes.at(-1)?.[0]).toBe("question");
  });

  test("parks the run when it has waited long enough, unless the agent withdraws it", () => {
    const one = talk();
    one.frame(asks());
    now = 10 * MINUTE - 1;
    one.look();
    expect(ends).toEqual([]);
    now += 1;
    one.look();
    expect(ends).toEqual(["parked: nobody has answered whether Bash may be used"]);
    const other = talk();
    other.frame(asks());
    other.frame({ type: "control_cancel_request", request_id: "q1" });
    ends = [];
    now += 60 * MINUTE;
    other.look();
    expect(ends).toEqual([]);
  });

  test("that ccm does not know is refused, since the agent waits for an answer", () => {
    talk().frame({ type: "control_request", request_id: "x", request: { subtype: "mcp_message" } });
    expect(sent).toEqual([
      { type: "control_response", response: { subtype: "error", request_id: "x", error: 'ccm does not answer "mcp_message".' } },
    ]);
  });
});

test("frames of any shape are borne", () => {
  const one = talk();
  for (const frame of [
    {},
    { type: "user", isReplay: true },
    { type: "system" },
    { type: "control_request" },
    { type: "system", patch: 1, task_id: 5 },
  ])
    one.frame(frame);
  expect(ends).toEqual([]);
});
