// Recorded sessions of Claude Code as a host wrote them down, read and folded for the tests.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventSigns } from "../../src/agents/event-signs.ts";
import type { RunEvent } from "../../src/agents/schema.ts";
import { fresh, observe } from "../../src/agents/signs/observe.ts";
import type { Bill, Observed } from "../../src/agents/signs/signs.ts";

const SESSIONS = join(import.meta.dir, "../data/sessions");

export function readSession(file: string): RunEvent[] {
  return readFileSync(join(SESSIONS, `${file}.jsonl`), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** What is known after these events of a run whose session has cost that much before. */
export function observedAfter(events: readonly RunEvent[], carried: Bill | null = null): Observed {
  const start = fresh(events[0]?.at ?? 0, carried);
  return events.reduce((known, event) => eventSigns(event).reduce((all, sign) => observe(all, sign, event.at), known), start);
}
