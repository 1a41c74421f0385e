// Where a conversation is in its script: read from the conversation itself, as a model would, so that an agent which died
// and came back is told what is missing, and nothing twice.
import { type Block, type Body, blocksOf, type Message, textOf } from "./model-request.ts";
import type { Step, Track } from "./model-script.ts";

/** The id of the nth call of a step. It names the step, so that its answer says how far the conversation is. */
export function callId(track: string, step: number, nth: number, salt: string): string {
  return `toolu_${track}_${step}_${nth}_${salt}`;
}

const CALL_ID = /^toolu_([a-z0-9-]+)_(\d+)_\d+_/;

/** How a summary made by a compaction says where the script was. */
export const placeSentence = (track: string, step: number) => `The script ${track} goes on at step ${step}.`;
const PLACE_SENTENCE = /The script ([a-z0-9-]+) goes on at step (\d+)\./g;

/** The track of a conversation: by its first message, or by the summary that took its place. */
export function trackOf(tracks: readonly Track[], messages: readonly Message[]): Track | undefined {
  const first = textOf(messages.find(({ role }) => role === "user")?.content);
  return tracks.find(({ prompt, name }) => first.includes(prompt) || first.includes(`The script ${name} goes on at step`));
}

/** The step that comes next, leaving out troubles that `isOver`. */
export function nextStep(track: Track, body: Body, isOver: (step: number) => boolean): number {
  const answered = new Set(body.messages.flatMap((message) => blocksOf(message).flatMap(answerOf)));
  let next = 0;
  for (const message of body.messages) {
    if (message.role === "assistant") next = after(track, next, blocksOf(message), answered) ?? next;
    else if (isEnough(track.steps[next], message)) next += 1;
    else for (const [, name, step] of textOf(message.content).matchAll(PLACE_SENTENCE)) if (name === track.name) next = Number(step);
  }
  while (isTrouble(track.steps[next]) && isOver(next)) next += 1;
  return next;
}

const answerOf = (block: Block): string[] => (block.type === "tool_result" && block.tool_use_id ? [block.tool_use_id] : []);
const isTrouble = (step: Step | undefined): boolean => step !== undefined && step.kind !== "reply";

/** The step after this message of the model, or null when the message is not one of the script's. */
function after(track: Track, next: number, blocks: readonly Block[], answered: ReadonlySet<string>): number | null {
  for (const { id } of blocks) {
    const [, name, step] = CALL_ID.exec(id ?? "") ?? [];
    if (name === track.name && answered.has(id ?? "")) return endlessText(track.steps[Number(step)]) ? Number(step) : Number(step) + 1;
  }
  const said = blocks.map((block) => block.text ?? "").join("");
  if (said.trim() === "") return null;
  // An interrupted message has the beginning of its step.
  const found = track.steps.findIndex(
    (step, at) => at >= next && step.kind === "reply" && !step.calls && step.say?.startsWith(said.trim()),
  );
  return found === -1 ? null : found + 1;
}

const endlessText = (step: Step | undefined): string | undefined => (step?.kind === "reply" ? step.endlessUntilTold : undefined);

function isEnough(step: Step | undefined, { content }: Message): boolean {
  const text = endlessText(step);
  return text !== undefined && textOf(content).includes(text);
}
