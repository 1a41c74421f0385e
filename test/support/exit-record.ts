// The record that a host leaves of a run, with what a test is about filled in.
import type { ExitRecord } from "../../src/agents/schema.ts";

export function exitRecord(part: Partial<ExitRecord>): ExitRecord {
  return {
    code: null,
    signal: null,
    reason: "exited",
    startedAt: 1,
    endedAt: 2,
    peakMemoryBytes: 0,
    outputBytes: 0,
    tail: "",
    result: null,
    undelivered: [],
    ...part,
  };
}
