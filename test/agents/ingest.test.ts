// What hosts wrote comes into the database once: whatever the moment at which the daemon dies, and however the lines arrive.
import { beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { openQuestion } from "../../src/agents/actions.ts";
import { ingestRest, ingestRuns, judgeRuns, observationOf } from "../../src/agents/ingest.ts";
import type { HostState, Run, RunEvent } from "../../src/agents/schema.ts";
import * as table from "../../src/agents/table.ts";
import type { Ctx } from "../../src/kernel/context.ts";
import { newestEvents } from "../../src/kernel/events.ts";
import { mustFind } from "../../src/tasks/actions.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { moveThrough, startedRun } from "../support/progress.ts";
import { readSession } from "./sessions.ts";

const MINUTE = 60_000;

let home: CommandHome;
let ctx: Ctx;
let run: Run;
/** How the host looks. */
let host: HostState;
/** What the machine shows; the moments are the test's. */
let busyAt: number | null;

beforeEach(async () => {
  home = openCommandHome();
  await home.out("register-project", "--path", home.repository.path, "--name", "p", "--agent", "demo");
  await home.out("create-task", "--title", "Fix it", "--prompt", "Do it.");
  moveThrough(home.ctx, 1, "executing");
  run = startedRun(home.ctx, 1);
  host = { kind: "live", pid: 1 };
  busyAt = null;
  const pulse = () => ({ isLive: host.kind === "live", watchedAt: null, busyAt, gitAt: null });
  const hosts = { ...home.ctx.outside.hosts, look: () => host, pulse };
  ctx = { ...home.ctx, outside: { ...home.ctx.outside, hosts } };
  mkdirSync(dirname(eventsFile()), { recursive: true });
});

const eventsFile = () => home.paths.run(run.id).events;
const lines = (events: readonly RunEvent[]) => events.map((event) => `${JSON.stringify(event)}\n`).join("");
/** The host writes these, at the home's time. */
const write = (...events: Omit<RunEvent, "seq" | "at">[]) =>
  appendFileSync(eventsFile(), lines(events.map((event) => ({ seq: 1, at: ctx.clock.now(), ...event }))));
const logged = (name: string) => newestEvents(ctx.db, { runId: run.id, limit: 10_000 }).filter((event) => event.name === name);
const hook = (text: string, json: unknown): Omit<RunEvent, "seq" | "at"> => ({ kind: "hook", text, json });

describe("a session", () => {
  test("leaves its turns, its cost and what it is doing", () => {
    appendFileSync(eventsFile(), lines(readSession("two-turns")));
    expect(ingestRuns(ctx)).toBe(true);
    expect(logged("turn.ended").map(({ data }) => [data.turn, data.text])).toEqual([
      [1, "first answer"],
      [2, "second answer"],
    ]);
    expect(logged("turn.ended").map(({ data }) => data.costUsd)).toEqual([0.0125, expect.closeTo(0.00625, 6)]);
    expect(mustFind(ctx, 1).costUsd).toBeCloseTo(0.01875, 6);
    expect(observationOf(ctx, run.id)).toMatchObject({ activity: "idle", observed: { turns: 2 } });
  });

  test("of the next run adds to the task's cost", () => {
    appendFileSync(eventsFile(), lines(readSession("two-turns")));
    ingestRuns(ctx);
    table.setEnded(ctx.db, run.id, null, 1);
    table.setFinished(ctx.db, run.id, "stopped", "", 1);
    run = startedRun(ctx, 1);
    mkdirSync(dirname(eventsFile()), { recursive: true });
    appendFileSync(eventsFile(), lines(readSession("resumed")));
    ingestRuns(ctx);
    expect(mustFind(ctx, 1).costUsd).toBeCloseTo(0.03125, 6);
  });

  test("that a newer program resumes is not paid for twice", () => {
    ctx.db.sql.run("UPDATE runs SET session = 's'");
    run = { ...run, session: "s" };
    appendFileSync(eventsFile(), lines(readSession("two-turns-newer")));
    ingestRuns(ctx);
    table.setEnded(ctx.db, run.id, null, 1);
    table.setFinished(ctx.db, run.id, "stopped", "", 1);
    run = startedRun(ctx, 1);
    ctx.db.sql.run("UPDATE runs SET session = 's'");
    mkdirSync(dirname(eventsFile()), { recursive: true });
    appendFileSync(eventsFile(), lines(readSession("resumed-newer")));
    ingestRuns(ctx);
    expect(mustFind(ctx, 1).costUsd).toBeCloseTo(0.025, 6);
    expect(logged("turn.ended").map(({ data }) => data.costUsd)).toEqual([expect.closeTo(0.005, 6), expect.closeTo(0.005, 6)]);
  });

  test("keeps the time at which each thing happened", () => {
    const [first] = readSession("server-error");
    appendFileSync(eventsFile(), lines(readSession("server-error")));
    ingestRuns(ctx);
    expect(logged("request.retried")).toHaveLength(3);
    expect(logged("request.retried")[0]?.at).toBeGreaterThan(first?.at ?? Number.NaN);
    expect(logged("request.retried")[0]?.at).toBeLessThan((first?.at ?? 0) + 2_000);
  });

  test("with a question holds the task until it is answered", () => {
    const events = readSession("permission");
    appendFileSync(eventsFile(), lines(events.slice(0, 7)));
    ingestRuns(ctx);
    expect(openQuestion(ctx, 1)).toMatchObject({ tool: "Bash", input: { command: "git push origin main" } });
    expect(observationOf(ctx, run.id)?.activity).toBe("waiting");
    expect(logged("activity.changed").map(({ data }) => data.to)).toEqual(["waiting"]);
    appendFileSync(eventsFile(), lines(events.slice(7)));
    ingestRuns(ctx);
    expect(observationOf(ctx, run.id)?.observed.question).toBeNull();
  });
});

describe("hooks", () => {
  test("come into the log as a few words, and wake nobody", () => {
    write({ kind: "started", text: "claude" });
    ingestRuns(ctx);
    write(hook("PostToolUse", { tool_name: "Bash", tool_input: { command: "npm test" }, tool_response: { stdout: "x".repeat(10_000) } }));
    expect(ingestRuns(ctx)).toBe(false);
    expect(logged("hook.received")).toMatchObject([{ source: "agent", data: { event: "PostToolUse", tool: "Bash", subject: "npm test" } }]);
    expect(JSON.stringify(logged("hook.received")[0]?.data).length).toBeLessThan(2_000);
  });

  test("that were cut are told as their host read them whole", () => {
    const brief = { event: "PostToolUse", tool: "Write", subject: "big.txt", ok: true, lines: 100_000 };
    write({ ...hook("PostToolUse", { tool_name: "Write", tool_input: { content: "a…" } }), file: "7.txt", brief });
    ingestRuns(ctx);
    expect(logged("hook.received").map(({ data }) => data)).toEqual([{ ...brief, file: "7.txt" }]);
  });

  test("that no known agent sends are said to be odd", () => {
    write(hook("BrandNew", { message: "hi" }), hook("SessionEnd", { hook_event_name: "SessionEnd", session_id: "s" }));
    ingestRuns(ctx);
    const oddities = logged("hook.received").map(({ data }) => [data.event, data.odd]);
    expect(oddities.sort()).toEqual([
      ["BrandNew", "unknown event"],
      ["SessionEnd", "transcript_path is missing"],
    ]);
  });

  test("of which the stream tells, too, say so; of an agent without one they stand for it", () => {
    write(hook("Stop", { last_assistant_message: "Done." }));
    ingestRuns(ctx);
    expect(observationOf(ctx, run.id)?.observed.turns).toBe(1);
    ctx.db.sql.run("UPDATE runs SET session = 's'");
    write(hook("Stop", { last_assistant_message: "Done." }));
    ingestRuns(ctx);
    expect(observationOf(ctx, run.id)?.observed.turns).toBe(1);
    expect(logged("hook.received").map(({ data }) => data.again)).toEqual([undefined, true]);
  });

  test("with live text for a screen are only a sign of life", () => {
    write(hook("MessageDisplay", { delta: "a" }), hook("MessageDisplay", { delta: "b" }));
    ingestRuns(ctx);
    expect(logged("hook.received")).toEqual([]);
    expect(observationOf(ctx, run.id)?.observed.lastSignAt).toBe(ctx.clock.now());
  });
});

describe("messages", () => {
  test("are in the log when they are sent, and when the agent takes them", () => {
    const heard = { type: "user", isReplay: true, message: { role: "user", content: "Use tabs." } };
    write({ kind: "json", json: { ...heard, message: { content: "The whole prompt of the task." } } });
    write({ kind: "message", text: "Use tabs.", json: { delivered: true } }, { kind: "json", json: heard });
    ingestRuns(ctx);
    expect(logged("message.sent")).toMatchObject([{ data: { text: "Use tabs.", delivered: true } }]);
    expect(logged("message.heard")).toMatchObject([{ data: { text: "Use tabs." } }]);
  });

  test("that no agent got begin no turn", () => {
    write({ kind: "message", text: "Use tabs.", json: { delivered: false } });
    ingestRuns(ctx);
    expect(observationOf(ctx, run.id)?.observed).toMatchObject({ inTurn: false, unheard: 0 });
  });
});

describe("exactly once", () => {
  const numbered = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => hook("PostToolUse", { tool_name: "Bash", tool_input: { command: `step ${from + i}` } }));
  const subjects = () => logged("hook.received").map(({ data }) => data.subject);
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => `step ${i}`);

  test("a line is read when its end is there, byte by byte", () => {
    const bytes = Buffer.from(lines(numbered(0, 3).map((event, i) => ({ seq: i, at: 1, ...event }))));
    for (let i = 0; i < bytes.length; i += 7) {
      appendFileSync(eventsFile(), bytes.subarray(i, i + 7));
      ingestRuns(ctx);
    }
    expect(subjects()).toEqual(upTo(3));
  });

  test("more than fits at a time is read in parts, each of them once", () => {
    write(...numbered(0, 400).map((event) => ({ ...event, json: { ...(event.json as object), padding: "x".repeat(6_000) } })));
    let looks = 0;
    while (ingestRuns(ctx)) looks += 1;
    expect(looks).toBeGreaterThan(1);
    expect(subjects()).toEqual(upTo(400));
  });

  test("what was taken in when the daemon died is taken in whole or not at all", () => {
    write(...numbered(0, 50));
    let reads = 0;
    const dying = (at: number): Ctx => ({
      ...ctx,
      // The last thing that a chunk does before its commit is to judge the run, and that looks at the host.
      outside: {
        ...ctx.outside,
        hosts: {
          ...ctx.outside.hosts,
          look: () => {
            reads += 1;
            if (reads === at) throw new Error("killed");
            return host;
          },
        },
      },
    });
    expect(() => ingestRuns(dying(1))).toThrow("killed");
    expect(subjects()).toEqual([]);
    expect(observationOf(ctx, run.id)).toBeNull();
    write(...numbered(50, 60));
    ingestRuns(ctx);
    ingestRuns(ctx);
    expect(subjects()).toEqual(upTo(60));
  });

  test("the rest is read when the run is collected; a torn last line is left", () => {
    write(...numbered(0, 20));
    ingestRuns(ctx);
    write(...numbered(20, 500));
    appendFileSync(eventsFile(), '{"seq":9,"at":1,"kind":"ho');
    host = { kind: "died", tail: "", boot: "this" };
    ingestRest(ctx, run);
    ingestRest(ctx, run);
    expect(subjects()).toEqual(upTo(500));
    expect(observationOf(ctx, run.id)?.activity).toBe("finished");
  });

  test("a run that cannot be read stops no other", async () => {
    await home.out("create-task", "--title", "Second", "--prompt", "Do it.");
    moveThrough(home.ctx, 2, "executing");
    const broken = run;
    run = startedRun(home.ctx, 2);
    mkdirSync(dirname(eventsFile()), { recursive: true });
    write(...numbered(0, 3));
    const { hosts } = ctx.outside;
    const written = (runId: number) => {
      if (runId === broken.id) throw new Error("the disk is gone");
      return hosts.written(runId);
    };
    expect(() => ingestRuns({ ...ctx, outside: { ...ctx.outside, hosts: { ...hosts, written } } })).toThrow("the disk is gone");
    expect(subjects()).toEqual(upTo(3));
  });

  test("gates and set-up commands are not listened to", () => {
    ctx.db.sql.run("UPDATE runs SET kind = 'gate'");
    write(...numbered(0, 3));
    expect(ingestRuns(ctx)).toBe(false);
    ingestRest(ctx, { ...run, kind: "gate" });
    expect(subjects()).toEqual([]);
  });
});

describe("silence", () => {
  const tool = { type: "assistant", message: { content: [{ type: "tool_use", id: "t1", name: "Bash", input: { command: "npm test" } }] } };
  const init = { type: "system", subtype: "init", session_id: "s", model: "m" };
  const activity = () => observationOf(ctx, run.id);

  beforeEach(() => {
    write({ kind: "started", text: "claude" }, { kind: "json", json: init }, { kind: "json", json: tool });
    ingestRuns(ctx);
  });

  test("says for how long a tool has been at work", () => {
    home.clock.advance(7 * MINUTE);
    judgeRuns(ctx);
    expect(activity()).toMatchObject({ activity: "working", text: "runs npm test for 7 min" });
  });

  test("of a tool without processor time becomes a stall, told once", () => {
    home.clock.advance(11 * MINUTE);
    judgeRuns(ctx);
    judgeRuns(ctx);
    expect(activity()).toMatchObject({ activity: "stalled", text: "runs npm test, which shows no sign of life for 11 min" });
    expect(logged("activity.changed").map(({ data }) => [data.from, data.to])).toEqual([["working", "stalled"]]);
  });

  test("of a tool at work is none", () => {
    home.clock.advance(60 * MINUTE);
    busyAt = ctx.clock.now() - MINUTE;
    judgeRuns(ctx);
    expect(activity()).toMatchObject({ activity: "working", text: "runs npm test for 1 h" });
  });

  test("within seconds of a retry is no news; longer trouble is", () => {
    const retry = {
      type: "system",
      subtype: "api_retry",
      attempt: 1,
      max_retries: 10,
      retry_delay_ms: 500,
      error_status: 529,
      error: "overloaded",
    };
    write({ kind: "json", json: retry });
    ingestRuns(ctx);
    expect(activity()).toMatchObject({ activity: "working", text: "the provider is overloaded, tries again (1 of 10)" });
    home.clock.advance(15_000);
    write({ kind: "json", json: { ...retry, attempt: 4 } });
    ingestRuns(ctx);
    expect(activity()?.activity).toBe("overloaded");
    expect(logged("activity.changed").map(({ data }) => data.to)).toEqual(["overloaded"]);
  });

  test("changes nothing in the database while nothing changes", () => {
    judgeRuns(ctx);
    const before = ctx.db.changes();
    judgeRuns(ctx);
    ingestRuns(ctx);
    expect(ctx.db.changes()).toBe(before);
  });
});
