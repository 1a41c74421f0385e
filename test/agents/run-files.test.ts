// Requests to a host: every kind arrives once, in order, and what is none is dropped.
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { takeRequests, writeRequest } from "../../src/agents/run-files.ts";
import type { RunRequest } from "../../src/agents/schema.ts";
import { temporaryHome } from "../support/folders.ts";

const REQUESTS: RunRequest[] = [
  { kind: "message", text: "hello" },
  { kind: "interrupt" },
  { kind: "answer", answer: { key: "toolu_1", tool: "Bash", input: { command: "ls" }, verdict: "allow", text: "" } },
  { kind: "stop", how: "gently" },
  { kind: "stop", how: "now" },
];

test("every kind of request arrives as it was made, once and in order", () => {
  const run = temporaryHome().run(1);
  for (const request of REQUESTS) writeRequest(run, request);
  expect(takeRequests(run)).toEqual(REQUESTS);
  expect(takeRequests(run)).toEqual([]);
});

test.each([
  ["no JSON", "{"],
  ["no object", "1"],
  ["another kind", '{"kind":"dance"}'],
  ["a message without words", '{"kind":"message"}'],
  ["an answer without a verdict", '{"kind":"answer","answer":{"key":"a","tool":"b","text":""}}'],
])("%s is dropped", (_, text) => {
  const run = temporaryHome().run(1);
  writeRequest(run, { kind: "interrupt" });
  writeFileSync(join(run.requests, "0.json"), text);
  expect(takeRequests(run)).toEqual([{ kind: "interrupt" }]);
});
