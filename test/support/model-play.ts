// Playing tracks to many conversations at once: which step is next, which troubles are over, and what waits for the test.
import { nextStep, placeSentence, trackOf } from "./model-place.ts";
import type { Body } from "./model-request.ts";
import { type Places, type Step, say, type Track } from "./model-script.ts";
import type { Manner } from "./model-stream.ts";

export type Conversation = { body: Body; places: Places; isCompaction: boolean };
/** Without a track the conversation is none of the script's: the CLI asks for a title, say. */
export type Played = { track: Track | undefined; step: number; reply: Step };

export type Play = {
  /** The step to play now; a trouble counts each time that it is played, for each session. */
  next(conversation: Conversation): Played;
  mannerOf(reply: Step): Manner;
  release(name: string): void;
};

export function openPlay(tracks: readonly Track[]): Play {
  const troubles = new Map<string, number>();
  const gates = new Map<string, PromiseWithResolvers<void>>();

  function gate(name: string): PromiseWithResolvers<void> {
    const known = gates.get(name) ?? Promise.withResolvers<void>();
    gates.set(name, known);
    return known;
  }

  return {
    next({ body, places, isCompaction }) {
      const track = trackOf(tracks, body.messages);
      if (!track) return { track, step: -1, reply: say("Fine.") };
      const key = (step: number) => `${places.session} ${track.name} ${step}`;
      const step = nextStep(track, body, (at) => (troubles.get(key(at)) ?? 0) >= timesOf(track.steps[at]));
      if (isCompaction)
        return { track, step, reply: say(`<summary>We are in the middle of it. ${placeSentence(track.name, step)}</summary>`) };
      const reply = track.steps[step] ?? say("There is nothing more to say.");
      if (reply.kind !== "reply") troubles.set(key(step), (troubles.get(key(step)) ?? 0) + 1);
      return { track, step, reply };
    },
    mannerOf(reply) {
      if (reply.kind === "reply")
        return { pauseMs: reply.pauseMs ?? 0, until: reply.until ? gate(reply.until).promise : null, end: "whole" };
      const end = reply.kind === "break" ? { type: reply.type, message: reply.message } : reply.kind === "hang" ? "hang" : "drop";
      return { pauseMs: 0, until: null, end };
    },
    release: (name) => gate(name).resolve(),
  };
}

const timesOf = (step: Step | undefined): number => (step && step.kind !== "reply" ? step.times : 0);
