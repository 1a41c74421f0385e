// What claude asks of a person, on its stream and before its tools: written down, answered, or the run is parked for it.

import { type Json, textOf } from "../kernel/json.ts";
import { matchesRule } from "./ask-rules.ts";
import type { TalkOptions } from "./host-conversation.ts";
import { allowedInput, CHOICE_TOOL } from "./question-text.ts";
import type { Answer, Question } from "./schema.ts";

type Wait = { question: Question; requestId: string; until: number };

/** The questions of one run. */
export class Asking {
  /** What a person said and no call has taken yet. */
  readonly #answers: Answer[];
  readonly #waits = new Map<string, Wait>();
  readonly #options: TalkOptions;

  constructor(options: TalkOptions) {
    this.#options = options;
    this.#answers = [...options.conversation.answers];
  }

  /** A `control_request` of the agent. */
  requested(requestId: string, request: Json): void {
    const { conversation, input, nowMs } = this.#options;
    if (request.subtype !== "can_use_tool") return void input.send(refusal(requestId, textOf(request.subtype) ?? ""));
    const question = questionOf(requestId, request);
    const known = this.#take(question);
    if (known) return this.#reply(requestId, { ...known, input: question.input }, question.key);
    this.#waits.set(question.key, { question, requestId, until: nowMs() + conversation.parkMs });
    this.#ask(question);
  }

  /** The agent does not wait for that answer any more. */
  cancelled(requestId: string): void {
    for (const [key, wait] of this.#waits) if (wait.requestId === requestId) this.#waits.delete(key);
  }

  /**
   * Answers a PreToolUse hook. A call that a person must allow ends the turn (`defer`): the run is parked without a
   * process, and going on with the session makes the same call again, then with the answer. A sub-agent cannot be
   * resumed, so it asks while it waits.
   */
  beforeTool(body: Json): object {
    const call = { tool: textOf(body.tool_name) ?? "", input: body.tool_input, key: textOf(body.tool_use_id) ?? "" };
    if (!this.#options.conversation.ask.some((rule) => matchesRule(rule, call))) return {};
    const known = this.#take(call);
    if (!known && body.agent_id !== undefined) return decided("ask", "A person must allow this.", {});
    if (!known) {
      this.#ask({ ...call, why: "" });
      return decided("defer", "", {});
    }
    this.#note(known, call.key);
    const isChoice = known.verdict === "allow" && call.tool === CHOICE_TOOL;
    const chosen = isChoice ? { updatedInput: allowedInput({ ...known, input: call.input }) } : {};
    return decided(known.verdict, known.text || "a person decided", chosen);
  }

  /** For the call that waits for it, else for the next one like it. */
  answered(answer: Answer): void {
    const wait = this.#waits.get(answer.key);
    this.#waits.delete(answer.key);
    if (wait) this.#reply(wait.requestId, { ...answer, input: wait.question.input }, answer.key);
    else this.#answers.push(answer);
  }

  look(): void {
    const { nowMs, park } = this.#options;
    for (const { until, question } of this.#waits.values())
      if (nowMs() >= until) park(`nobody has answered whether ${question.tool} may be used`);
  }

  #ask(question: Question): void {
    this.#options.recorder.note("question", `${question.tool} is asked of a person`, question);
  }

  #take(call: Pick<Question, "key" | "tool" | "input">): Answer | undefined {
    const isMeant = ({ key, tool, input }: Answer) => key === call.key || (tool === call.tool && Bun.deepEquals(input, call.input));
    const at = this.#answers.findIndex(isMeant);
    return at >= 0 ? this.#answers.splice(at, 1)[0] : undefined;
  }

  #reply(requestId: string, answer: Answer, key: string): void {
    const response =
      answer.verdict === "allow"
        ? { behavior: "allow", updatedInput: allowedInput(answer) }
        : { behavior: "deny", message: answer.text || "A person does not allow it. Find another way, or say why there is none." };
    this.#options.input.send({ type: "control_response", response: { subtype: "success", request_id: requestId, response } });
    this.#note(answer, key);
  }

  #note(answer: Answer, key: string): void {
    this.#options.recorder.note("answer", `a person said ${answer.verdict === "allow" ? "yes" : "no"}`, { ...answer, key });
  }
}

function questionOf(requestId: string, request: Json): Question {
  const tool = textOf(request.tool_name) ?? "";
  const why = textOf(request.decision_reason) || (tool === CHOICE_TOOL ? "" : (textOf(request.description) ?? ""));
  return { key: textOf(request.tool_use_id) || requestId, tool, input: request.input, why };
}

/** Source: https://code.claude.com/docs/en/hooks, "PreToolUse decision control". */
function decided(decision: "allow" | "deny" | "ask" | "defer", reason: string, more: object): object {
  const said = reason ? { permissionDecisionReason: reason } : {};
  return { hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: decision, ...said, ...more } };
}

/** A request that ccm does not know gets an error, since the agent waits for an answer. */
function refusal(requestId: string, subtype: string): object {
  return { type: "control_response", response: { subtype: "error", request_id: requestId, error: `ccm does not answer "${subtype}".` } };
}
