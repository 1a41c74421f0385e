// What an automation's end means, by the protocol of Claude Code's hooks, and what the agent is answered. Pure.
// Source: https://code.claude.com/docs/en/hooks, "Hook output".
import { isJson, type Json, jsonOf, textOf } from "../../kernel/json.ts";
import { VERDICTS, type Verdict } from "../rules.ts";
import type { AutomationSaid, AutomationsOutcome } from "../schema.ts";

/** How an automation ended, as far as its meaning goes. */
export type Ended = {
  code: number | null;
  signal: string | null;
  isLate: boolean;
  output: { text: string; isCut: boolean };
  errors: { text: string };
};

/** What Claude Code takes from hooks at most, in characters; from several automations together. */
const CONTEXT_CHARACTERS = 10_000;
const REASON_CHARACTERS = 2_000;
/** Of an error that is named in a sentence. */
const LINE_CHARACTERS = 200;
const REFUSED = 2;

/** Events at which what an automation prints as plain text is for the agent. */
const HEARD_PLAIN = ["UserPromptSubmit", "SessionStart", "BeforeAgent"];
/** Events whose answer may have context in it; others are answered without. */
const TAKES_CONTEXT = [
  ...["PreToolUse", "PostToolUse", "PostToolUseFailure", "PostToolBatch", "UserPromptSubmit", "SessionStart", "SubagentStart", "Setup"],
  ...["BeforeAgent", "AfterTool"],
];
const TOOL_EVENTS = ["PreToolUse", "BeforeTool"];

export const NOTHING_SAID: AutomationSaid = { verdict: null, reason: "", context: "", updatedInput: null, updatedOutput: null, stop: null };

/** What it said; a text instead says how it failed. Exit code 2 refuses, whatever else it printed. */
export function readAnswer(name: string, event: string, end: Ended): AutomationSaid | string {
  if (end.isLate) return "it did not end in time and was killed.";
  if (end.signal !== null) return `it was ended by ${end.signal}.`;
  const errors = end.errors.text.trim();
  if (end.code === REFUSED) return { ...NOTHING_SAID, verdict: "deny", reason: cut(errors, REASON_CHARACTERS) || noReason(name) };
  if (end.code !== 0) return `it exited with ${end.code}${errors ? `: ${cut(errors.split("\n").at(-1) ?? "", LINE_CHARACTERS)}` : "."}`;
  const text = end.output.text.trim();
  if (!text.startsWith("{"))
    return HEARD_PLAIN.includes(event) ? { ...NOTHING_SAID, context: cut(text, CONTEXT_CHARACTERS) } : NOTHING_SAID;
  if (end.output.isCut) return "it printed more than an answer can be.";
  const answer = parsed(text);
  return answer ? readJson(name, event, answer) : `what it printed is no JSON: ${cut(text, LINE_CHARACTERS)}`;
}

function noReason(name: string): string {
  return `The automation "${name}" refuses it and gave no reason. Do it another way, or say why it has to be done.`;
}

function parsed(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : null;
  } catch {
    return null;
  }
}

function readJson(name: string, event: string, answer: Json): AutomationSaid | string {
  const specific = jsonOf(answer.hookSpecificOutput);
  const word = textOf(specific.permissionDecision) ?? textOf(answer.decision);
  const verdict = word === null ? null : VERDICT_WORDS[word];
  if (verdict === undefined) return `"${cut(word ?? "", LINE_CHARACTERS)}" is no decision; allow, ask and deny are.`;
  const reason = textOf(specific.permissionDecisionReason) ?? textOf(answer.reason) ?? "";
  const isRefusal = verdict === "deny" || verdict === "ask";
  return {
    verdict: TOOL_EVENTS.includes(event) ? verdict : verdict === "deny" ? "deny" : null,
    reason: cut(reason, REASON_CHARACTERS) || (isRefusal ? noReason(name) : ""),
    context: cut(textOf(specific.additionalContext) ?? "", CONTEXT_CHARACTERS),
    updatedInput: isJson(specific.updatedInput) ? specific.updatedInput : null,
    updatedOutput: specific.updatedToolOutput ?? null,
    stop: answer.continue === false ? cut(textOf(answer.stopReason) ?? reason, REASON_CHARACTERS) || noReason(name) : null,
  };
}

/** The words of newer and older versions. */
const VERDICT_WORDS: Record<string, Verdict | undefined> = {
  allow: "allow",
  approve: "allow",
  ask: "ask",
  defer: "ask",
  deny: "deny",
  block: "deny",
};

/** What they have said so far and what one more says: the more severe verdict with its reason, contexts one after another. */
export function withSaid(before: AutomationsOutcome, name: string, said: AutomationSaid): AutomationsOutcome {
  const isMore = said.verdict !== null && (before.verdict === null || VERDICTS.indexOf(said.verdict) > VERDICTS.indexOf(before.verdict));
  return {
    ...before,
    ...(isMore ? { verdict: said.verdict, reason: said.reason, by: name } : {}),
    context: cut([before.context, said.context].filter(Boolean).join("\n"), CONTEXT_CHARACTERS),
    updatedInput: said.updatedInput ?? before.updatedInput,
    updatedOutput: said.updatedOutput ?? before.updatedOutput,
    stop: said.stop ?? before.stop,
  };
}

/** The agent's answer at any event but the call of a tool, `{}` for nothing. A refused prompt is not heard, a refused end goes on. */
export function hookAnswer(event: string, outcome: AutomationsOutcome): object {
  const { verdict, reason, context, updatedOutput, stop } = outcome;
  const isContext = context !== "" && TAKES_CONTEXT.includes(event);
  const specific = {
    ...(isContext ? { additionalContext: context } : {}),
    ...(updatedOutput !== null && event === "PostToolUse" ? { updatedToolOutput: updatedOutput } : {}),
  };
  return {
    ...(verdict === "deny" ? { decision: "block", reason } : {}),
    ...(stop === null ? {} : { continue: false, stopReason: stop }),
    ...(Object.keys(specific).length > 0 ? { hookSpecificOutput: { hookEventName: event, ...specific } } : {}),
  };
}

function cut(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, characters - 1).toWellFormed()}…` : text.toWellFormed();
}
