// From the start of a run's command to its end: output, requests, limits, and stopping.
import type { Subprocess } from "bun";
import { messageOf } from "../../kernel/fault.ts";
import type { RunPaths } from "../../kernel/paths.ts";
import { type Identity, processOf, signalGroup } from "../../kernel/process.ts";
import { takeRequests } from "../run-files.ts";
import type { ExitReason, ExitRecord, RunRequest, RunSpec } from "../schema.ts";
import { type Claim, endSurvivors } from "../survivors.ts";
import { openRunAutomations } from "./automations.ts";
import type { Cage } from "./cage.ts";
import type { HostedCommand } from "./command.ts";
import { createTalk, type Talk } from "./conversation.ts";
import { createGuard } from "./guard.ts";
import { placesOf } from "./guard-places.ts";
import { type Input, openInput, takesInput } from "./input.ts";
import { Asking } from "./questions.ts";
import type { Recorder } from "./record.ts";
import { createWatch } from "./watch.ts";
import type { Wire } from "./wire.ts";

export type Supervision = {
  spec: RunSpec;
  run: RunPaths;
  command: HostedCommand;
  claim: Claim;
  wire: Wire;
  cage: Cage;
  /** Whether a signal asked the host to end. */
  asked: () => boolean;
  startedAt: number;
  /** Messages that the command did not take, for the next run. */
  undelivered: string[];
};

type Child = Subprocess<"pipe" | "ignore", "pipe", "pipe">;

/** How often requests, signals and deadlines are looked at: what a person waits after `ccm stop-agent`. */
const TICK_MS = 200;
/** Output still in the pipes after the last process died is there at once; longer means somebody else holds the pipe. */
const DRAIN_MS = 2_000;

/** Automations of the agent's last events end in time, or with the run. */
const SETTLE_MS = 10_000;

/** Runs the command to its end and proves that nothing is left. Throws when it cannot be started. */
export async function supervise(supervision: Supervision): Promise<ExitRecord> {
  const { spec, command, wire, claim, cage } = supervision;
  const { recorder } = wire;
  const automations = await openRunAutomations(spec, supervision.run, recorder);
  const child = start(command, spec);
  const isCaged = cage.hold(child.pid);
  const startedMs = performance.now();
  recorder.note("started", `started ${spec.kind} "${spec.title}"`, { pid: child.pid, level: spec.sandbox.level });
  const input = openInput(spec, typeof child.stdin === "object" ? child.stdin : undefined);
  const ending = createEnding(child, supervision);
  const asking = openAsking(supervision, input, ending);
  const talk = openTalk(supervision, input, ending, asking);
  wire.connect({
    frame: talk?.frame ?? (() => recorder.result() && input.close()),
    hook: createGuard({
      policy: { rules: spec.guard, places: placesOf(spec) },
      automations,
      asking,
      recorder,
      nowMs: () => performance.now(),
    }),
  });
  const watch = createWatch(process.pid, spec.limits, [spec.treePath, spec.gitPath, supervision.run.spool], spec.gitPath);

  const onOutput = () => {
    if (recorder.full()) ending.end("outputBytes", `the run folder is full: ${spec.limits.outputBytes} bytes are allowed`);
  };
  const drained = Promise.allSettled([
    drain(child.stdout, recorder.reader("output"), onOutput),
    drain(child.stderr, recorder.reader("error-output"), onOutput),
  ]);
  const tick = guarded(() => {
    for (const request of takeRequests(supervision.run)) obey(request, talk, input, supervision, ending);
    talk?.look();
    wire.tick();
    if (supervision.asked()) ending.end("stopped", "the host was asked to end");
    const elapsedMs = performance.now() - startedMs;
    if (elapsedMs > spec.limits.runMs)
      ending.end("runMs", `${Math.round(elapsedMs / 1000)} s have passed, ${spec.limits.runMs / 1000} s are allowed`);
    const breach = watch.look(elapsedMs, new Set([child.pid, ...(automations?.pids() ?? [])])) ?? cage.breach();
    if (breach) ending.end(breach.limit, breach.text);
    ending.press();
  }, recorder);
  tick();
  const timer = setInterval(tick, TICK_MS);
  await child.exited;
  clearInterval(timer);

  if (ending.reason() === "exited") await Promise.race([automations?.settled(), Bun.sleep(SETTLE_MS)]);
  await isCaged;
  const late = child.exitCode === 0 ? undefined : cage.breach();
  if (late) ending.end(late.limit, late.text);
  await leaveNothing(claim, recorder);
  cage.open();
  await Promise.race([drained, Bun.sleep(DRAIN_MS)]);
  guarded(wire.close, recorder)();
  supervision.undelivered.push(...(talk?.undelivered() ?? []));
  return conclude(supervision, child, ending.reason(), watch.peakMemoryBytes);
}

function openAsking({ spec, wire }: Supervision, input: Input, ending: Ending): Asking {
  return new Asking({
    answers: spec.answers,
    parkMs: spec.conversation?.parkMs ?? 0,
    way: spec.conversation ? "defer" : "end",
    input,
    recorder: wire.recorder,
    park: (text) => ending.end("parked", text),
    nowMs: () => performance.now(),
  });
}

/** Null for a command that is only given its prompt. */
function openTalk({ spec, wire }: Supervision, input: Input, ending: Ending, asking: Asking): Talk | null {
  if (!spec.conversation) return null;
  return createTalk({
    conversation: spec.conversation,
    prompt: spec.prompt,
    input,
    asking,
    recorder: wire.recorder,
    park: (text) => ending.end("parked", text),
    deferred: () => ending.settle("parked"),
    abandon: (text) => ending.end("stopped", text),
    nowMs: () => performance.now(),
  });
}

/** Its own session, so that a signal to its group reaches the command and not the host. */
function start(command: HostedCommand, spec: RunSpec): Child {
  return Bun.spawn(command.argv, {
    cwd: command.cwd,
    env: command.env,
    stdin: takesInput(spec) ? "pipe" : "ignore",
    stdout: "pipe",
    stderr: "pipe",
    detached: true,
  });
}

/** Reading waits for writing to the disk, so a command that prints faster than that is slowed down by its pipe. */
async function drain(stream: ReadableStream<Uint8Array>, reader: ReturnType<Recorder["reader"]>, afterEach: () => void): Promise<void> {
  for await (const chunk of stream) {
    reader.push(chunk);
    afterEach();
  }
  reader.end();
  afterEach();
}

/** Most of the messages that are kept for the next run; a person who writes more than that reads the first ones back. */
const UNDELIVERED = 50;

function obey(
  request: RunRequest,
  talk: Talk | null,
  input: Input,
  { wire: { recorder }, undelivered }: Supervision,
  ending: Ending,
): void {
  if (request.kind === "stop") return ending.end("stopped", "a stop was asked for", request.how);
  if (talk) return talk.request(request);
  if (request.kind !== "message") return recorder.note("note", `the agent cannot be told: ${request.kind}`);
  const delivered = input.message(request.text);
  recorder.note("message", request.text, { delivered });
  if (delivered || undelivered.length >= UNDELIVERED) return;
  undelivered.push(request.text);
  recorder.note("note", "the agent takes no messages now; this one is kept for the next run");
}

type Ending = {
  /** Begins the end: SIGINT, and SIGKILL after the limit `stopMs`, or SIGKILL at once. The first reason stays. */
  end(reason: ExitReason, text: string, how?: "gently" | "now"): void;
  /** The command ends by itself, and for this reason. */
  settle(reason: ExitReason): void;
  /** Kills when the time has come, and again until the command is gone. */
  press(): void;
  reason(): ExitReason;
};

function createEnding(child: Child, { spec, wire: { recorder }, claim }: Supervision): Ending {
  const leader: Identity = { pid: child.pid, startTicks: processOf(child.pid)?.startTicks ?? 0 };
  let reason: ExitReason | undefined;
  let isEnding = false;
  let killAtMs = Number.POSITIVE_INFINITY;
  let isKilling = false;

  return {
    end(why, text, how = "gently") {
      if (!isEnding) {
        isEnding = true;
        reason ??= why;
        recorder.note(why === "stopped" || why === "parked" ? "stop" : "limit", text, { reason: why, how });
        if (how === "gently") signalGroup(leader, "SIGINT");
      }
      killAtMs = Math.min(killAtMs, how === "now" ? 0 : performance.now() + spec.limits.stopMs);
    },
    settle(why) {
      reason ??= why;
    },
    press() {
      if (performance.now() < killAtMs || isKilling) return;
      isKilling = true;
      endSurvivors(claim, process.pid, new Set([child.pid]))
        .catch((thrown) => recorder.note("note", messageOf(thrown)))
        .finally(() => (isKilling = false));
    },
    reason: () => reason ?? "exited",
  };
}

/** What the command left behind is ended; what cannot be is named, and `reap` refuses the tree to the next run. */
async function leaveNothing(claim: Claim, recorder: Recorder): Promise<void> {
  try {
    const ended = await endSurvivors(claim, process.pid);
    if (ended.length > 0) recorder.note("note", `ended what was left: ${ended.map((one) => one.command.slice(0, 80)).join(", ")}`);
  } catch (thrown) {
    recorder.note("note", messageOf(thrown));
  }
}

function conclude(
  { wire: { recorder }, startedAt, undelivered }: Supervision,
  child: Child,
  reason: ExitReason,
  peakMemoryBytes: number,
): ExitRecord {
  const signal = child.signalCode === null ? null : String(child.signalCode);
  const code = signal === null ? child.exitCode : null;
  const how = signal === null ? `exited with ${code}` : `was ended by ${signal}`;
  recorder.note("exited", `the command ${how}${reason === "exited" ? "" : ` (${reason})`}`);
  recorder.close();
  return {
    code,
    signal,
    reason,
    startedAt,
    endedAt: Date.now(),
    peakMemoryBytes,
    outputBytes: recorder.bytes(),
    tail: recorder.tail(),
    result: recorder.result(),
    undelivered,
  };
}

/** A look that fails (a full disk, a process that belongs to another user) must not end the run. */
function guarded(act: () => void, recorder: Recorder): () => void {
  return () => {
    try {
      act();
    } catch (thrown) {
      recorder.note("note", messageOf(thrown));
    }
  };
}
