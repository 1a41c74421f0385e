// A hook that is too long for an event: cut in the record, whole and without secrets in a file, and told as if it were whole.
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createRecorder } from "../../src/agents/host/record.ts";
import { EVENT_BYTES, readEventsFrom } from "../../src/agents/run-files.ts";
import { temporaryHome } from "../support/folders.ts";

const SECRET = `ghp_${"a1B2".repeat(9)}`;

test("its lines are counted before it is cut", () => {
  const run = temporaryHome().run(1);
  mkdirSync(run.output, { recursive: true });
  const recorder = createRecorder(run, "stream-json", 100_000_000);
  const content = `${SECRET}\n${"one more line\n".repeat(99_999)}`;
  const body = { cwd: "/app", tool_name: "Write", tool_input: { file_path: "/app/big.txt", content }, tool_response: { type: "create" } };
  recorder.hook("PostToolUse", JSON.stringify(body));
  recorder.hook("Stop", "{}");
  recorder.close();

  const [long, short] = readEventsFrom(run.events, 0).events;
  expect(long).toMatchObject({ kind: "hook", text: "PostToolUse", json: { tool_name: "Write" } });
  expect(long?.brief).toEqual({ event: "PostToolUse", tool: "Write", subject: "big.txt", ok: true, lines: 100_000 });
  expect(JSON.stringify(long).length).toBeLessThan(EVENT_BYTES);
  expect(short).toEqual({ seq: 2, at: expect.any(Number), kind: "hook", text: "Stop", json: {} });
  const whole = readFileSync(join(run.output, long?.file ?? ""), "utf8");
  expect([whole.includes("one more line"), whole.includes(SECRET)]).toEqual([true, false]);
});
