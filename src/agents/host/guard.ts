// What a host says to an agent's hooks: calls of tools are judged, automations run, and the most severe verdict holds.
import { judge } from "../../hooks/judge.ts";
import { type GuardPolicy, type Judgement, moreSevere, type ToolCall } from "../../hooks/rules.ts";
import type { Automations, AutomationsOutcome } from "../../hooks/schema.ts";
import { type Json, jsonOf, textOf } from "../../kernel/json.ts";
import { CHOICE_TOOL, callKey, callText } from "../question-text.ts";
import type { GuardVerdict } from "../schema.ts";
import type { AskedCall, Asking, Decision } from "./questions.ts";
import type { Recorder } from "./record.ts";

/** Gives an agent's hook its answer; `{}` is no opinion. */
export type Guard = (event: string, body: unknown) => Promise<object>;

export type GuardOptions = {
  policy: GuardPolicy;
  /** Null where no automation is switched on. */
  automations: Pick<Automations, "areFor" | "run" | "answer"> | null;
  asking: Pick<Asking, "decide">;
  recorder: Pick<Recorder, "note">;
  nowMs(): number;
};

/** What judging and automations may take together before the call is refused: an agent waits for every one of its calls. */
const DECISION_MS = 2_000;

/** A call of a tool that is about to happen: the name of Claude Code and Codex, and that of Gemini. */
const CALLS = new Set(["PreToolUse", "BeforeTool"]);

export function createGuard(options: GuardOptions): Guard {
  return async (event, body) => {
    const hook = jsonOf(body);
    if (CALLS.has(event)) return callAnswer(event, await beforeCall(event, hook, options));
    return options.automations?.areFor(event) ? options.automations.answer(event, hook) : {};
  };
}

/** `stop` is why the agent is to end its turn. */
type Besides = { context?: string; stop?: string };
type Told = Decision & Besides;

async function beforeCall(event: string, hook: Json, { policy, automations, asking, recorder, nowMs }: GuardOptions): Promise<Told | null> {
  const beganMs = nowMs();
  const call: ToolCall = { tool: textOf(hook.tool_name) ?? "", input: hook.tool_input, cwd: textOf(hook.cwd) ?? policy.places.tree };
  const judged = isLeftOut(hook) ? TOO_LARGE : judge(call, policy);
  const automated = automations?.areFor(event) ? await within(DECISION_MS, automations.run(event, hook, DECISION_MS)) : UNASKED;
  const changed = automated.updatedInput ? judge({ ...call, input: automated.updatedInput }, policy) : judged;
  const tookMs = nowMs() - beganMs;
  const late = automated.late !== null || tookMs > DECISION_MS;
  const holds = late ? LATE : [changed, verdictOf(automated), choiceOf(call)].reduce(moreSevere, judged);
  const told = besides(automated);

  function note(): void {
    const verdict: GuardVerdict = { tool: call.tool, subject: callText(call.input), ...holds, tookMs: Math.round(tookMs), late };
    recorder.note("verdict", `${call.tool} was ${holds.verdict === "deny" ? "refused" : "asked about"}: ${holds.reason}`, verdict);
  }

  if (holds.verdict === "allow") return allowed(automated.updatedInput, told);
  if (holds.verdict === "deny") {
    note();
    return { ...told, verdict: "deny", reason: holds.reason };
  }
  const decision = asking.decide(askedCall(call, hook, holds));
  if (decision.how === "asked" && call.tool !== CHOICE_TOOL) note();
  return { ...told, ...decision };
}

const LATE: Judgement = {
  verdict: "deny",
  reason: `Nobody could say within ${DECISION_MS / 1_000} s whether this may be. Try it again, or a simpler call.`,
  by: "deadline",
};

const TOO_LARGE: Judgement = {
  verdict: "deny",
  reason: "The call is too large for anybody to say whether it may be. Do it in smaller parts.",
  by: "size",
};

/** The endpoint gives a note in the place of a body that is too large. */
function isLeftOut({ tool_name, note }: Json): boolean {
  return tool_name === undefined && typeof note === "string";
}

const ALLOWED: Judgement = { verdict: "allow", reason: "", by: "" };

/** What automations say where none is for the event. */
const UNASKED: AutomationsOutcome = {
  verdict: null,
  reason: "",
  by: "",
  context: "",
  updatedInput: null,
  updatedOutput: null,
  stop: null,
  late: null,
};

function verdictOf(automated: AutomationsOutcome): Judgement {
  return automated.verdict ? { verdict: automated.verdict, reason: automated.reason, by: `automation ${automated.by}` } : ALLOWED;
}

/** What the agent is told besides, whatever the verdict. */
function besides({ context, stop }: AutomationsOutcome): Besides {
  return { ...(context ? { context } : {}), ...(stop === null ? {} : { stop }) };
}

/** Choices are asked of a person always. */
function choiceOf({ tool }: ToolCall): Judgement {
  return tool === CHOICE_TOOL ? { verdict: "ask", reason: "", by: "choice" } : ALLOWED;
}

function askedCall({ tool, input }: ToolCall, hook: Json, { reason }: Judgement): AskedCall {
  const speaker = hook.agent_id === undefined ? "agent" : "sub-agent";
  return { key: callKey(hook), tool, input, why: reason, speaker };
}

/** Null is no opinion. */
function allowed(updatedInput: Json | null, told: Besides): Told | null {
  if (updatedInput) return { ...told, verdict: "allow", reason: "", updatedInput };
  return Object.keys(told).length > 0 ? { ...told, verdict: "allow", reason: "" } : null;
}

/** Automations end by themselves by then; this is for a machine on which even that is late. */
async function within(ms: number, promise: Promise<AutomationsOutcome>): Promise<AutomationsOutcome> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<AutomationsOutcome>((resolve) => {
    timer = setTimeout(resolve, ms, { ...UNASKED, late: "all of them" });
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Sources: https://code.claude.com/docs/en/hooks, "PreToolUse decision control"; for Gemini CLI its docs/hooks/reference.md. */
function callAnswer(event: string, told: Told | null): object {
  if (told === null) return {};
  const { verdict, reason, updatedInput, context, stop } = told;
  if (event === "BeforeTool") return verdict === "allow" ? {} : { decision: "deny", reason };
  const isOpinion = verdict !== "allow" || reason !== "" || updatedInput !== undefined; // Words alone must not allow what the agent's own rules would ask about.
  return {
    ...(stop === undefined ? {} : { continue: false, stopReason: stop }),
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      ...(isOpinion ? { permissionDecision: verdict } : {}),
      ...(reason ? { permissionDecisionReason: reason } : {}),
      ...(updatedInput ? { updatedInput } : {}),
      ...(context ? { additionalContext: context } : {}),
    },
  };
}
