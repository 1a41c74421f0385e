// The schemas of three agents' hooks: they take what was recorded, and say where something is not as it was.
import { expect, test } from "bun:test";
import * as v from "valibot";
import { HOOKS, oddityOf } from "../../src/hooks/schema.ts";
import { samples } from "./samples.ts";

test.each(samples.map((sample) => [sample.agent, sample.event, sample] as const))(
  "%s's %s is as it was recorded",
  (agent, event, { body }) => {
    const parsed = v.safeParse(HOOKS[agent][event] as v.GenericSchema, { ...body, newField: { deep: [1] } });
    expect(parsed.issues ?? []).toEqual([]);
    expect(parsed.output).toEqual({ ...body, newField: { deep: [1] } });
    expect(oddityOf(event, body)).toBeNull();
  },
);

test("all 33 events of Claude Code 2.1.330, 11 of Gemini CLI and 6 of Codex CLI are known", () => {
  expect(Object.values(HOOKS).map((events) => Object.keys(events).length)).toEqual([33, 11, 6]);
});

test.each([
  ["a newer event", "BrandNew", { hook_event_name: "BrandNew" }, "unknown event"],
  ["a name that every object has", "constructor", {}, "unknown event"],
  [
    "a field that is gone",
    "CwdChanged",
    { hook_event_name: "CwdChanged", session_id: "s", transcript_path: "t", cwd: "/", old_cwd: "/" },
    "new_cwd is missing",
  ],
  [
    "a field of another type",
    "Setup",
    { hook_event_name: "Setup", session_id: "s", transcript_path: "t", cwd: "/", trigger: 7 },
    "trigger is not string",
  ],
  [
    "another event's body",
    "Setup",
    { hook_event_name: "Stop", session_id: "s", transcript_path: "t", cwd: "/", trigger: "init" },
    `hook_event_name is not "Setup"`,
  ],
  ["no object", "Setup", "text", "body is not Object"],
  ["nothing", "Setup", undefined, "body is missing"],
])("%s is said", (_, event, body, expected) => {
  expect(oddityOf(event, body)).toBe(expected);
});

test("an event of several agents is right when it is right for one of them", () => {
  const codex = {
    session_id: "s",
    transcript_path: null,
    cwd: "/",
    hook_event_name: "Stop",
    stop_hook_active: false,
    last_assistant_message: null,
  };
  expect(oddityOf("Stop", codex)).toBeNull();
});
