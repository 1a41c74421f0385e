// The host's side of a talk with claude over stream-json: what was heard, what interrupts, and when it is over.

import { type Json, jsonOf, textOf } from "../../kernel/json.ts";
import { messageText } from "../recovery/unheard.ts";
import type { Conversation, RunRequest } from "../schema.ts";
import type { Input } from "./input.ts";
import type { Asking } from "./questions.ts";
import type { Recorder } from "./record.ts";

export type Talk = {
  /** A line of the agent's stream, as it came. */
  frame(frame: Json): void;
  request(request: Exclude<RunRequest, { kind: "stop" }>): void;
  /** Looks whether something has waited too long. */
  look(): void;
  /** Messages that the agent did not take. */
  undelivered(): string[];
};

export type TalkOptions = {
  conversation: Conversation;
  prompt: string;
  input: Pick<Input, "message" | "send" | "close">;
  recorder: Pick<Recorder, "note">;
  asking: Asking;
  /** Ends the run as parked: a person's answer starts it again. */
  park(text: string): void;
  /** The agent ends by itself at a call that waits for a person: the run counts as parked. */
  deferred(): void;
  /** Ends the agent that does not end by itself after its last turn. */
  abandon(text: string): void;
  nowMs(): number;
};

/** Most messages that are kept for the next run; a person who writes more than that reads the first ones back. */
const UNDELIVERED = 50;
/** An agent whose work in the background is done begins its next turn within this, if it does at all. */
const AFTER_BACKGROUND_MS = 15_000;
/** From the end of its input to its exit a claude needs 0.1 s; with servers and hooks of a person's own some seconds. */
const CLOSING_MS = 30_000;

/** The prompt itself is already sent. */
export function createTalk(options: TalkOptions): Talk {
  const { asking } = options;
  const turns = new Turns(options);
  return {
    frame(frame) {
      if (frame.type === "user" && frame.isReplay === true) turns.heard(messageText(frame));
      else if (frame.type === "assistant" || (frame.type === "system" && frame.subtype === "init")) turns.began();
      else if (frame.type === "system") turns.background(frame);
      else if (frame.type === "control_request") asking.requested(textOf(frame.request_id) ?? "", jsonOf(frame.request));
      else if (frame.type === "control_cancel_request") asking.cancelled(textOf(frame.request_id) ?? "");
      else if (frame.type === "result") turns.ended(frame);
    },
    request(request) {
      if (request.kind === "message") turns.message(request.text);
      else if (request.kind === "interrupt") turns.interrupt();
      else asking.answered(request.answer);
    },
    look() {
      asking.look();
      turns.look();
    },
    undelivered: () => turns.unheard(),
  };
}

/** `resting`: between turns, until something begins or `due`. `closing`: its input is closed, and it must end by itself. */
type State = "working" | "resting" | "interrupted" | "closing";

/** Whose turn it is, and what was not heard yet. */
class Turns {
  readonly #options: TalkOptions;
  readonly #unheard: string[];
  readonly #background = new Set<string>();
  #state: State = "working";
  #due = Number.POSITIVE_INFINITY;
  #interrupts = 0;
  #isInterrupting = false;

  constructor(options: TalkOptions) {
    this.#options = options;
    this.#unheard = options.conversation.silent ? [] : [options.prompt];
  }

  began(): void {
    if (this.#state === "resting" || this.#state === "interrupted") this.#become("working", Number.POSITIVE_INFINITY);
  }

  heard(text: string): void {
    const at = this.#unheard.findIndex((one) => one.trim() === text.trim());
    if (at >= 0) this.#unheard.splice(at, 1);
  }

  /** Claude 2.1: `task_started`, then `task_updated` with a final status, then `task_notification`. */
  background(frame: Json): void {
    const id = textOf(frame.task_id) ?? "";
    const isOver = frame.subtype === "task_notification" || (jsonOf(frame.patch).status ?? "running") !== "running";
    if (frame.subtype === "task_started") this.#background.add(id);
    else if (!isOver || !this.#background.delete(id)) return;
    if (this.#background.size === 0 && this.#state === "resting") this.#become("resting", AFTER_BACKGROUND_MS);
  }

  /** The end of a turn is the end of the talk, unless somebody still has something to say or something goes on beside it. */
  ended(result: Json): void {
    const { prompt, conversation, recorder, deferred } = this.#options;
    // A prompt of a megabyte is not echoed in a line that is looked at; an answered one was heard.
    if (this.#unheard[0] === prompt) this.#unheard.shift();
    if (result.terminal_reason === "tool_deferred") deferred();
    const wasInterrupted = this.#isInterrupting;
    this.#isInterrupting = false;
    if (this.#state === "closing") return;
    if (this.#unheard.length > 0) return this.#become("working", Number.POSITIVE_INFINITY);
    if (wasInterrupted) {
      recorder.note("note", "the agent waits for what a person says next");
      return this.#become("interrupted", conversation.idleMs);
    }
    if (this.#background.size > 0) this.#become("resting", conversation.idleMs);
    else this.#close();
  }

  message(text: string): void {
    const { input, recorder } = this.#options;
    const delivered = this.#state !== "closing" && input.message(text);
    recorder.note("message", text, { delivered });
    if (this.#unheard.length < UNDELIVERED) this.#unheard.push(text);
    if (delivered) this.began();
    else recorder.note("note", "the agent takes no messages now; this one is kept for the next run");
  }

  interrupt(): void {
    const { input, recorder } = this.#options;
    if (this.#state !== "working") return recorder.note("note", "there is no turn to interrupt");
    this.#isInterrupting = true;
    this.#interrupts += 1;
    recorder.note("interrupt", "a person interrupts the turn");
    input.send({ type: "control_request", request_id: `ccm-${this.#interrupts}`, request: { subtype: "interrupt" } });
  }

  look(): void {
    const { nowMs, abandon, park } = this.#options;
    if (nowMs() < this.#due) return;
    this.#due = Number.POSITIVE_INFINITY;
    if (this.#state === "closing") abandon("the agent did not end after its last turn");
    else if (this.#state === "interrupted") park("nobody has said how to go on after the interrupt");
    else this.#close();
  }

  unheard(): string[] {
    return this.#unheard.filter((text) => text !== this.#options.prompt);
  }

  #become(state: State, forMs: number): void {
    this.#state = state;
    this.#due = this.#options.nowMs() + forMs;
  }

  #close(): void {
    this.#become("closing", CLOSING_MS);
    this.#options.input.close();
  }
}
