// What a host says to an agent's hooks: calls of tools are judged, automations run, and the most severe verdict holds.
import { type Automated, type GuardPolicy, type Judgement, judge, moreSevere, type ToolCall } from "../hooks/rules.ts";
import { type Json, jsonOf, textOf } from "../kernel/json.ts";
import type { AskedCall, Asking, Decision } from "./host-questions.ts";
import type { Recorder } from "./host-record.ts";
import { CHOICE_TOOL, callText } from "./question-text.ts";
import type { GuardVerdict } from "./schema.ts";

/** Gives an agent's hook its answer; `{}` is no opinion. */
export type Guard = (event: string, body: unknown) => Promise<object>;

/** Runs the automations of an event; never throws. */
export type Automate = (event: string, body: Json) => Promise<Automated>;

export type GuardOptions = {
  policy: GuardPolicy;
  /** Null where no automation is switched on. */
  automate: Automate | null;
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
    return options.automate ? eventAnswer(event, await options.automate(event, hook)) : {};
  };
}

type Told = Decision & { context?: string };

async function beforeCall(event: string, hook: Json, { policy, automate, asking, recorder, nowMs }: GuardOptions): Promise<Told | null> {
  const beganMs = nowMs();
  const call: ToolCall = { tool: textOf(hook.tool_name) ?? "", input: hook.tool_input, cwd: textOf(hook.cwd) ?? policy.places.tree };
  const judged = judge(call, policy);
  const automated = automate ? await within(DECISION_MS, automate(event, hook)) : {};
  const changed = automated?.updatedInput ? judge({ ...call, input: automated.updatedInput }, policy) : judged;
  const tookMs = nowMs() - beganMs;
  const late = automated === null || tookMs > DECISION_MS;
  const holds = late ? LATE : [changed, verdictOf(automated), choiceOf(call)].reduce(moreSevere, judged);
  const told = { ...(automated?.context ? { context: automated.context } : {}) };

  function note(): void {
    const verdict: GuardVerdict = { tool: call.tool, subject: callText(call.input), ...holds, tookMs: Math.round(tookMs), late };
    recorder.note("verdict", `${call.tool} was ${holds.verdict === "deny" ? "refused" : "asked about"}: ${holds.reason}`, verdict);
  }

  if (holds.verdict === "allow") return allowed(automated?.updatedInput, told);
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

const ALLOWED: Judgement = { verdict: "allow", reason: "", by: "" };

function verdictOf(automated: Automated | null): Judgement {
  const { verdict = "allow", reason = "An automation does not allow it.", by = "automation" } = automated ?? {};
  return { verdict, reason, by };
}

/** Choices are asked of a person always. */
function choiceOf({ tool }: ToolCall): Judgement {
  return tool === CHOICE_TOOL ? { verdict: "ask", reason: "", by: "choice" } : ALLOWED;
}

function askedCall({ tool, input }: ToolCall, hook: Json, { reason }: Judgement): AskedCall {
  const speaker = hook.agent_id === undefined ? "agent" : "sub-agent";
  return { key: textOf(hook.tool_use_id) ?? `${tool} ${JSON.stringify(input)}`, tool, input, why: reason, speaker };
}

/** Null is no opinion. */
function allowed(updatedInput: Json | undefined, told: { context?: string }): Told | null {
  if (updatedInput) return { ...told, verdict: "allow", reason: "", updatedInput };
  return told.context ? { ...told, verdict: "allow", reason: "" } : null;
}

/** Null when it takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ms, null);
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
  const { verdict, reason, updatedInput, context } = told;
  if (event === "BeforeTool") return verdict === "allow" ? {} : { decision: "deny", reason };
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: verdict,
      ...(reason ? { permissionDecisionReason: reason } : {}),
      ...(updatedInput ? { updatedInput } : {}),
      ...(context ? { additionalContext: context } : {}),
    },
  };
}

/** Events after which there is nothing to refuse any more: a verdict is a word to the agent. */
function eventAnswer(event: string, { verdict, reason, context }: Automated): object {
  return {
    ...(verdict === "deny" ? { decision: "block", reason: reason ?? "An automation says so." } : {}),
    ...(context ? { hookSpecificOutput: { hookEventName: event, additionalContext: context } } : {}),
  };
}
