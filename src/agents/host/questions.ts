// What claude asks of a person, on its stream and before its tools: written down, answered, or the run is parked for it.

import { type Json, textOf } from "../../kernel/json.ts";
import { redactDeep } from "../../kernel/redact.ts";
import { allowedInput, CHOICE_TOOL } from "../question-text.ts";
import type { Answer, Question } from "../schema.ts";
import type { Input } from "./input.ts";
import type { Recorder } from "./record.ts";

export type AskingOptions = {
  /** What a person said to questions of earlier runs. */
  answers: readonly Answer[];
  /** How long a question on the agent's stream waits with its process alive, in ms. */
  parkMs: number;
  /** `defer`: the agent ends by itself at a call that waits for a person, and makes it again when its session goes on. */
  way: "defer" | "end";
  input: Pick<Input, "send">;
  recorder: Pick<Recorder, "note">;
  /** Ends the run as parked: a person's answer starts it again. */
  park(text: string): void;
  nowMs(): number;
};

/** A call that a person must allow. A sub-agent has no session that could go on. */
export type AskedCall = Question & { speaker: "agent" | "sub-agent" };

/** What an agent is told before a call of a tool. `reason` is for the agent; `defer` ends its turn at this call. */
export type Decision = { verdict: "allow" | "deny" | "ask" | "defer"; reason: string; updatedInput?: Json };

type Wait = { question: Question; requestId: string; until: number };

/** The questions of one run. */
export class Asking {
  /** What a person said and no call has taken yet. */
  readonly #answers: Answer[];
  readonly #waits = new Map<string, Wait>();
  readonly #options: AskingOptions;

  constructor(options: AskingOptions) {
    this.#options = options;
    this.#answers = [...options.answers];
  }

  /** A `control_request` of the agent. */
  requested(requestId: string, request: Json): void {
    const { parkMs, input, nowMs } = this.#options;
    if (request.subtype !== "can_use_tool") return void input.send(refusal(requestId, textOf(request.subtype) ?? ""));
    const question = questionOf(requestId, request);
    const known = this.#take(question);
    if (known) return this.#reply(requestId, { ...known, input: question.input }, question.key);
    this.#waits.set(question.key, { question, requestId, until: nowMs() + parkMs });
    this.#ask(question);
  }

  /** The agent does not wait for that answer any more. */
  cancelled(requestId: string): void {
    for (const [key, wait] of this.#waits) if (wait.requestId === requestId) this.#waits.delete(key);
  }

  /**
   * What is said to a call that a person must allow: what a person has said, or the question is noted and the run parked
   * without a process. A session that goes on makes the same call again, then with the answer. A sub-agent cannot be
   * resumed, so it asks on the stream while it waits.
   */
  decide({ speaker, ...call }: AskedCall): Decision & { how: "answered" | "asked" } {
    const known = this.#take(call);
    if (known) return { how: "answered", ...this.#told(known, call) };
    const { way, park } = this.#options;
    if (way === "defer" && speaker === "sub-agent") return { how: "asked", verdict: "ask", reason: "A person must allow this." };
    this.#ask(call);
    if (way === "defer") return { how: "asked", verdict: "defer", reason: "" };
    park(`nobody has answered whether ${call.tool} may be used`);
    return { how: "asked", verdict: "deny", reason: "A person is asked whether this may be. You will be started again with the answer." };
  }

  #told(known: Answer, call: Question): Decision {
    this.#note(known, call.key);
    const told = { verdict: known.verdict, reason: known.text || "a person decided" };
    const isChoice = known.verdict === "allow" && call.tool === CHOICE_TOOL;
    return isChoice ? { ...told, updatedInput: allowedInput({ ...known, input: call.input }) } : told;
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
    const recorded = redactDeep(call.input); // As the question was, which was asked by way of the record.
    const isMeant = ({ key, tool, input }: Answer) => key === call.key || (tool === call.tool && Bun.deepEquals(input, recorded));
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

/** A request that ccm does not know gets an error, since the agent waits for an answer. */
function refusal(requestId: string, subtype: string): object {
  return { type: "control_response", response: { subtype: "error", request_id: requestId, error: `ccm does not answer "${subtype}".` } };
}
