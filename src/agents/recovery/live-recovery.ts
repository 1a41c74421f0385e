// What is done about a live agent that does not get on: nothing, a word, an interrupt, or the end of its run. Pure.

import type { Activity, Observed, Verdict } from "../signs/signs.ts";
import { STUCK } from "./failure.ts";

export type LiveFacts = {
  verdict: Verdict;
  observed: Pick<Observed, "limit" | "retrying" | "repeated">;
  /** What was done about it in this run so far, and when last; null for never. */
  acts: number;
  actedAt: number | null;
  now: number;
};

export type LiveAct =
  | { act: "leave" }
  | { act: "nudge" | "interrupt"; why: string; text: string }
  /** Its run ends for this reason; what its end means is judged then. */
  | { act: "end"; why: string }
  /** The wait is so long that it is cheaper without a process: the run ends, and nothing of the agent starts before. */
  | { act: "wait-out"; kind: "limit" | "provider"; until: number; why: string };

/** Time that an agent has to show that it heard: one request to its provider, with a slow answer. */
export const HEAR_MS = 60_000;

/** A wait that is longer ends the run: an idle claude keeps 225 MB and one of the machine's slots. */
export const LONG_WAIT_MS = 10 * 60_000;

/** What is tried in turn. After the last rung the run is over, and its end has its own bounds. */
const LADDERS: Partial<Record<Activity, readonly ("nudge" | "interrupt" | "end")[]>> = {
  stalled: ["nudge", "interrupt", "end"],
  looping: ["nudge", "end"],
};

/**
 * The next act. An agent whose own program waits and tries again is left alone, unless that takes long; whoever waits for
 * a person waits. What is broken ends by itself: its host closes a conversation that nobody goes on with.
 */
export function actOn(facts: LiveFacts): LiveAct {
  const { verdict, acts, actedAt, now } = facts;
  const wait = longWait(facts);
  if (wait) return wait;
  const ladder = LADDERS[verdict.activity];
  if (!ladder || (actedAt !== null && actedAt <= now && now - actedAt < HEAR_MS)) return { act: "leave" };
  const rung = ladder[Math.min(acts, ladder.length - 1)] ?? "end";
  if (verdict.activity === "looping")
    return rung === "end" ? { act: "end", why: STUCK.looping } : { act: "nudge", why: verdict.text, text: loopText(facts) };
  return rung === "end" ? { act: "end", why: STUCK.stalled } : { act: rung, why: verdict.text, text: STALL_TEXT[rung] };
}

function longWait({ verdict, observed, now }: LiveFacts): LiveAct | null {
  const isLong = (until: number | null | undefined): until is number => typeof until === "number" && until - now > LONG_WAIT_MS;
  if (verdict.activity === "limited" && isLong(observed.limit?.resetsAt))
    return { act: "wait-out", kind: "limit", until: observed.limit.resetsAt, why: verdict.text };
  if (verdict.activity === "overloaded" && isLong(observed.retrying?.until))
    return { act: "wait-out", kind: "provider", until: observed.retrying.until, why: verdict.text };
  return null;
}

/** What ccm says itself begins so: for the agent, and to tell it from a person's words that were not heard. */
const FROM_CCM = "[ccm] ";

/** Of messages that no agent heard, those of people: what ccm said about a run is over with it. */
export function saidByPeople(messages: readonly string[]): string[] {
  return messages.filter((message) => !message.startsWith(FROM_CCM));
}

const STALL_TEXT = {
  nudge: `${FROM_CCM}Nothing was heard of you for a while. If a command does not end or waits for input, stop it and find another way. Then go on with the task.`,
  interrupt: `${FROM_CCM}Your turn was interrupted because nothing was heard of you for long. Look at where you are in the tree, leave what hung, and go on with the task another way.`,
} as const;

function loopText({ observed: { repeated } }: LiveFacts): string {
  const calls = repeated
    ? `the same ${repeated.tool} call ${repeated.count} times, with the same answer each time`
    : "the same again and again";
  return `${FROM_CCM}You have made ${calls}. Once more will not change it. Say what you expect to happen, find out why it does not, and take another way; if there is none, say so and finish with what you have.`;
}
