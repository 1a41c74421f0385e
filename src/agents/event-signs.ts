// A recorded event of a run as signs. Pure, and takes anything that stands in a file.

import { jsonOf, textOf } from "../kernel/json.ts";
import { claudeSigns } from "./claude/frames.ts";
import { isQuestion } from "./question-text.ts";
import type { RunEvent } from "./schema.ts";
import { hookSigns } from "./signs/hook-signs.ts";
import type { Sign } from "./signs/signs.ts";

/** Characters of a line of plain output that are kept. */
const LINE_CHARACTERS = 500;

/** `unstreamed`: the agent has no stream that tells of tools and turns, and hooks stand for it. A command that is given its prompt at the start is told something with that; a conversation is, too, by its first message. */
export function eventSigns(event: RunEvent, from: "streamed" | "unstreamed" = "streamed"): Sign[] {
  switch (event.kind) {
    case "started":
      return [{ kind: "told", text: "" }];
    case "json":
      return event.json === undefined ? [{ kind: "unknown", name: "long line" }] : claudeSigns(event.json);
    case "hook":
      return hookSigns(event.text ?? "", event.json, from);
    case "output":
      return [{ kind: "said", text: (event.text ?? "").slice(0, LINE_CHARACTERS), parent: null }];
    case "error-output":
      return [{ kind: "unknown", name: "error output" }];
    case "question":
      return isQuestion(event.json) ? [{ kind: "asked", question: event.json }] : [];
    case "answer":
      return [{ kind: "answered", key: textOf(jsonOf(event.json).key) ?? "" }];
    case "message":
      return jsonOf(event.json).delivered === false ? [] : [{ kind: "told", text: event.text ?? "" }];
    case "interrupt":
      return [{ kind: "interrupted" }];
    default: // What the host says of itself is no sign of the agent.
      return [];
  }
}
