// Messages that died with their host: those that the agent never took up.
import { expect, test } from "bun:test";
import { unheardMessages } from "../../src/agents/recovery/unheard.ts";
import type { RunEvent } from "../../src/agents/schema.ts";

const at = (seq: number, event: Partial<RunEvent> & Pick<RunEvent, "kind">): RunEvent => ({ seq, at: seq, ...event });
const said = (text: string) => ({ kind: "message", text, json: { delivered: true } }) as const;
const echoed = (content: unknown) => ({ kind: "json", json: { type: "user", isReplay: true, message: { content } } }) as const;

test("what was echoed was heard, once each; the rest was not", () => {
  const events = [
    echoed("The prompt"),
    said("first"),
    said("second"),
    echoed([{ type: "text", text: "first\n" }]),
    said("first"),
    { kind: "json", json: { type: "user", message: { content: "second" } } } as const,
    { kind: "output", text: "second" } as const,
  ];
  expect(unheardMessages(events.map((event, seq) => at(seq, event)))).toEqual(["second", "first"]);
});

test("whatever else is in a record is passed over", () => {
  const odd = [null, 7, "text", [], { type: "user", isReplay: true }, { type: "user", isReplay: true, message: { content: [1, null] } }];
  expect(unheardMessages([...odd.map((json, seq) => at(seq, { kind: "json", json })), at(9, { kind: "message" })])).toEqual([""]);
});
