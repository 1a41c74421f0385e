// Whatever an agent sends as a hook becomes a small brief and a harmless sentence.
import { expect, test } from "bun:test";
import { hookBrief } from "../../src/hooks/actions.ts";
import { hookSentence, isNoise, TOLD_HOOKS } from "../../src/hooks/rules.ts";
import { mulberry32 } from "../../src/kernel/ids.ts";

const ESCAPE = String.fromCharCode(27);
const HOSTILE: unknown[] = [
  null,
  undefined,
  true,
  -1,
  Number.NaN,
  1e308,
  "",
  "\0",
  `${ESCAPE}[31mred${ESCAPE}[0m`,
  `${ESCAPE}]0;title\u0007x`,
  "\u202eevil",
  "\ud800",
  "é".repeat(5_000),
  "\n".repeat(9_000),
  "𝒳".repeat(3_000),
  `"\\`.repeat(3_000),
  "<script>alert(1)</script>",
  "x".repeat(1_000_000),
  [],
  [[]],
  ["a", 1, null],
  {},
  { lines: 7 },
  { message: {} },
  { __proto__: null },
  { toString: 1 },
  [{ lines: ["+a", 3, null] }],
  [{ question: {} }],
];
const FIELDS =
  "cwd old_cwd new_cwd tool_name tool_input tool_response error is_interrupt duration_ms agent_id agent_type reason source trigger message notification_type prompt last_assistant_message background_tasks task_subject file_path tool_calls llm_request llm_response note delta model".split(
    " ",
  );
const INNER =
  "command file_path questions input content old_string new_string todos structuredPatch type error llmContent returnDisplay exit_code metadata diffStat isNewFile agentType interrupted".split(
    " ",
  );
const events = [...TOLD_HOOKS, "New", "", "__proto__", "x".repeat(500), "\0\n"];

/** An object with each field missing, hostile, or an object of hostile fields. */
function hostileBody(random: () => number): unknown {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const inner = () =>
    Object.fromEntries(
      INNER.filter(() => random() < 0.5).map((field) => [
        field,
        random() < 0.8 ? pick(HOSTILE) : { ...Object.fromEntries([[pick(INNER), pick(HOSTILE)]]) },
      ]),
    );
  if (random() < 0.05) return pick(HOSTILE);
  return Object.fromEntries(FIELDS.filter(() => random() < 0.6).map((field) => [field, random() < 0.5 ? pick(HOSTILE) : inner()]));
}

test("its brief has at most 2 kB and nothing that a terminal obeys, and so has its sentence", () => {
  const random = mulberry32(11);
  for (let round = 0; round < 4_000; round++) {
    const event = events[round % events.length] ?? "";
    const brief = hookBrief(event, hostileBody(random));
    const json = JSON.stringify(brief);
    expect(Buffer.byteLength(json)).toBeLessThanOrEqual(2_000);
    expect(JSON.parse(json)).toEqual(brief);
    const sentence = hookSentence(brief);
    expect(sentence).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]|undefined|\[object/u);
    expect(sentence.trim()).not.toBe("");
    isNoise(brief);
  }
});

test("a brief that somebody else wrote is told, too", () => {
  const random = mulberry32(12);
  const fields = [
    "event",
    ...Object.keys(hookBrief("Stop", {})),
    "tool",
    "subject",
    "ok",
    "code",
    "lines",
    "added",
    "durationMs",
    "agentType",
    "reason",
    "count",
    "text",
    "model",
  ];
  for (let round = 0; round < 2_000; round++) {
    const data = Object.fromEntries(fields.map((field) => [field, HOSTILE[Math.floor(random() * HOSTILE.length)]]));
    if (round % 2 === 0) data.event = events[round % events.length];
    expect(typeof hookSentence(data)).toBe("string");
    isNoise(data);
  }
});

test("takes no longer for being large", () => {
  const body = {
    cwd: "/app",
    tool_name: "Write",
    tool_input: { file_path: `/app/a`, content: "x\n".repeat(4_000_000) },
    tool_response: { type: "create" },
  };
  const start = performance.now();
  expect(hookSentence(hookBrief("PostToolUse", body))).toBe("wrote a (4000000 lines)");
  expect(performance.now() - start).toBeLessThan(5_000);
});
