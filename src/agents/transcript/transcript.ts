// What people read of a run: each event as a few plain lines, agents' control characters made harmless.
import { jsonOf } from "../../kernel/json.ts";
import { isQuestion } from "../question-text.ts";
import type { Answer, RunEvent } from "../schema.ts";
import { type Line, line, lines } from "./lines.ts";
import { answeredLine, questionLines } from "./question-lines.ts";
import { createStreamReader } from "./stream-lines.ts";

/** What of an event people read. */
type Content = Pick<RunEvent, "kind" | "text" | "json" | "file">;

/** Gives each event's readable lines, in the order of the events; none for what people need not see. */
export function createTranscript(): (event: Content) => Line[] {
  const stream = createStreamReader();
  return (event) => {
    const text = event.text ?? "";
    const more = event.file ? [line("faint", `… the rest is in output/${event.file}`)] : [];
    switch (event.kind) {
      case "json":
        return event.file ? [...lines("faint", text), ...more] : stream(event.json);
      case "output":
        return [...lines("plain", text), ...more];
      case "error-output":
        return [...lines("bad", text), ...more];
      case "hook":
        return [];
      case "question":
        return isQuestion(event.json) ? questionLines(event.json) : [...lines("warn", `? ${text}`), ...more];
      case "answer":
        return event.file ? [...lines("person", `» ${text}`), ...more] : [answeredLine(event.json as Answer)];
      case "verdict":
      case "refused":
        return lines("warn", `⚑ ${text}`);
      case "automation":
        return isFailed(event.json) ? lines("warn", `⚑ ${text}`) : [];
      case "interrupt":
        return [line("person", "» interrupted")];
      case "message":
        return lines("person", `» ${text}`);
      case "stop":
      case "limit":
        return lines("bad", text);
      case "started":
      case "note":
      case "exited":
        return lines("faint", text);
    }
  };
}

/** What automations say to the agent shows in what it does next; that one failed shows nowhere else. */
function isFailed(record: unknown): boolean {
  return jsonOf(record).ok === false;
}

/** Bytes of a run's last lines in its exit record. */
const TAIL_BYTES = 8_000;
/** Characters of one line there, so that one endless line does not push out all others. */
const TAIL_LINE_CHARACTERS = 500;

/** Keeps the last readable lines of the events it is shown. */
export function createTail(): { add(event: Content): void; text(): string } {
  const transcript = createTranscript();
  let kept: string[] = [];
  let size = 0;
  return {
    add(event) {
      const added = transcript(event).map((one) => one.text.slice(0, TAIL_LINE_CHARACTERS));
      size += added.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
      kept.push(...added);
      let dropped = 0;
      while (size > TAIL_BYTES) size -= Buffer.byteLength(kept[dropped++] ?? "") + 1;
      if (dropped > 0) kept = kept.slice(dropped);
    },
    text: () => kept.join("\n"),
  };
}
