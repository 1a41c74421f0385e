// `ccm view <run>`: a run as people read it, live; typed lines go to the agent, and leaving leaves the run alone.
import { statSync } from "node:fs";
import { Fault, isFault } from "../../kernel/fault.ts";
import { homeFrom, type Paths, pathsAt } from "../../kernel/paths.ts";
import { followPrints } from "../../kernel/prints-file.ts";
import { ownCommand } from "../../kernel/process.ts";
import { redactStored } from "../../kernel/redact.ts";
import { createHosts } from "../outside.ts";
import { isQuestion } from "../question-text.ts";
import { readEventsFrom } from "../run-files.ts";
import type { ExitRecord, HostState, Question, RunEvent, RunRequest } from "../schema.ts";
import { answerHint, HELP, typedLine } from "./input.ts";
import { createScreen } from "./text.ts";

/** Where the view begins: with the first event, or with what the last few screens hold. */
export type ViewFrom = "start" | "end";

/** How often files are looked at: below what people notice while much happens, and when nothing does, at a tenth of the cost. */
const POLL_MS = 100;
const QUIET_POLL_MS = 500;
/** Looks that found nothing after which it is quiet. */
const QUIET_LOOKS = 20;
/** Bytes of events that are shown when the view begins at the end. */
const END_BYTES = 20_000;

/** `ccm view [--end] <run>`. */
export async function main(words: string[]): Promise<number> {
  const from: ViewFrom = words.includes("--end") ? "end" : "start";
  const runId = Number(words.find((word) => !word.startsWith("-"))?.replace(/^r/, ""));
  try {
    if (!Number.isSafeInteger(runId)) throw new Fault("invalid", `"ccm view ${words.join(" ")}" names no run.`, "Try `ccm view r12`.");
    await viewRun(pathsAt(homeFrom(process.env)), runId, from);
    return process.exit(0);
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    process.stderr.write(`${thrown.message} ${thrown.hint}\n`);
    return 2;
  }
}

/**
 * Prints the run's events until it has ended, then how it ended, which it returns; null for a run whose host died.
 * Lines typed meanwhile go to the agent. Faults: `not_found`.
 */
export async function viewRun(paths: Paths, runId: number, from: ViewFrom): Promise<ExitRecord | null> {
  const hosts = createHosts({ paths, executable: ownCommand() });
  if (hosts.look(runId).kind === "absent")
    throw new Fault("not_found", `There is no run "r${runId}".`, "`ccm list-agents` shows the runs.");
  const view = createView((request) => hosts.request(runId, request));
  const stopReading = onTypedLine(view.typed);
  const events = paths.run(runId).events;
  const lookAtPrints = followPrints(paths.prints);
  let position = from === "end" ? startOfEnd(events) : 0;
  for (let quiet = 0; ; quiet++) {
    lookAtPrints();
    const state = hosts.look(runId);
    const next = showFrom(events, position, view);
    if (next !== position) quiet = 0;
    position = next;
    if (state.kind !== "live" && state.kind !== "new") {
      stopReading();
      return view.end(state);
    }
    await Bun.sleep(quiet < QUIET_LOOKS ? POLL_MS : QUIET_POLL_MS);
  }
}

type View = { show(event: RunEvent): void; typed(text: string): void; end(state: HostState): ExitRecord | null };

/** What is shown and typed; a question stays open until its answer is seen. */
function createView(send: (request: RunRequest) => void): View {
  const { stdin, stdout } = process;
  const screen = createScreen(() => (stdout.isTTY ? stdout.columns : null));
  const canType = stdin.isTTY && stdout.isTTY;
  const say = (text: string) => stdout.write(screen.say(text));
  let question: Question | null = null;
  if (canType) say("What you type goes to the agent; /help says more; Ctrl-C leaves.");
  return {
    show(event) {
      stdout.write(screen.event(event));
      if (event.kind === "answer") question = null;
      if (event.kind !== "question" || !isQuestion(event.json)) return;
      question = event.json;
      if (canType) say(answerHint(question));
    },
    typed(text) {
      const typed = typedLine(text, question);
      if (typed?.kind === "send") send(typed.request);
      else if (typed?.kind === "refuse") say(typed.text);
      else if (typed?.kind === "more") stdout.write(screen.more(typed.number));
      else if (typed?.what === "help") HELP.forEach(say);
      else if (typed) {
        screen.fold(typed.what);
        say(typed.what === "folded" ? "Long texts are folded from now on." : "Long texts are shown whole from now on.");
      }
    },
    end(state) {
      const exit = state.kind === "ended" ? state.exit : null;
      stdout.write(screen.outcome(exit));
      return exit;
    },
  };
}

/** Shows all whole events from this position on and returns the next one. */
function showFrom(path: string, position: number, view: View): number {
  for (let at = position; ; ) {
    const { events, next } = readEventsFrom(path, at);
    for (const event of events) view.show(withoutStored(event));
    if (next === at) return at;
    at = next;
  }
}

/** A secret may have been stored after its host has written the event. Taken out before lines are wrapped, which would divide it. */
function withoutStored(event: RunEvent): RunEvent {
  const json = JSON.stringify(event);
  const rest = redactStored(json);
  return rest === json ? event : JSON.parse(rest);
}

/** Reading from the middle of a line is harmless: what is left of it is no JSON, as a torn line is not. */
function startOfEnd(path: string): number {
  try {
    return Math.max(0, statSync(path).size - END_BYTES);
  } catch {
    return 0;
  }
}

/** Without a person at standard input nothing is read: a script that runs a view in the background must not feed it. */
function onTypedLine(typed: (text: string) => void): () => void {
  const input = process.stdin;
  if (!input.isTTY) return () => {};
  let rest = "";
  const take = (chunk: Buffer) => {
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) typed(line);
  };
  input.on("data", take);
  return () => {
    input.off("data", take);
    input.pause();
  };
}
