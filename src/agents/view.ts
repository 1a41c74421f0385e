// `ccm view <run>`: a run as people read it, live; typed lines go to the agent, and leaving leaves the run alone.
import { statSync } from "node:fs";
import { Fault, isFault } from "../kernel/fault.ts";
import { homeFrom, type Paths, pathsAt } from "../kernel/paths.ts";
import { ownCommand } from "../kernel/process.ts";
import { createHosts } from "./outside.ts";
import { readEventsFrom } from "./run-files.ts";
import type { ExitRecord, HostState } from "./schema.ts";
import { type Screen, shownEvent, shownOutcome } from "./view-text.ts";

/** Where the view begins: with the first event, or with what the last few screens hold. */
export type ViewFrom = "start" | "end";

/** How often files are looked at: below what people notice. */
const POLL_MS = 100;
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
 * Lines typed meanwhile become messages to the agent. Faults: `not_found`.
 */
export async function viewRun(paths: Paths, runId: number, from: ViewFrom): Promise<ExitRecord | null> {
  const hosts = createHosts({ paths, executable: ownCommand() });
  if (hosts.look(runId).kind === "absent")
    throw new Fault("not_found", `There is no run "r${runId}".`, "`ccm list-agents` shows the runs.");
  const screen: Screen = { columns: process.stdout.isTTY ? process.stdout.columns : null };
  const stopReading = onTypedLine((text) => hosts.request(runId, { kind: "message", text }));
  const events = paths.run(runId).events;
  let position = from === "end" ? startOfEnd(events) : 0;
  for (;;) {
    const state = hosts.look(runId);
    position = showFrom(events, position, screen);
    if (state.kind !== "live" && state.kind !== "new") {
      stopReading();
      return end(state, screen);
    }
    await Bun.sleep(POLL_MS);
  }
}

/** Prints all whole events from this position on and returns the next one. */
function showFrom(path: string, position: number, screen: Screen): number {
  for (let at = position; ; ) {
    const { events, next } = readEventsFrom(path, at);
    for (const event of events) process.stdout.write(shownEvent(event, screen));
    if (next === at) return at;
    at = next;
  }
}

/** Reading from the middle of a line is harmless: what is left of it is no JSON, as a torn line is not. */
function startOfEnd(path: string): number {
  try {
    return Math.max(0, statSync(path).size - END_BYTES);
  } catch {
    return 0;
  }
}

function end(state: HostState, screen: Screen): ExitRecord | null {
  const exit = state.kind === "ended" ? state.exit : null;
  process.stdout.write(shownOutcome(exit, screen));
  return exit;
}

/** Without a person at standard input nothing is read: a script that runs a view in the background must not feed it. */
function onTypedLine(send: (text: string) => void): () => void {
  const input = process.stdin;
  if (!input.isTTY) return () => {};
  let rest = "";
  const take = (chunk: Buffer) => {
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") send(line.trim());
  };
  input.on("data", take);
  return () => {
    input.off("data", take);
    input.pause();
  };
}
