// Live agents that do not get on, in the loop: what is said to them, what ends them, and what is written down about it.
import { beforeEach, describe, expect, test } from "bun:test";
import { breakersOf } from "../../src/agents/recovery/breakers.ts";
import { stepLiveness } from "../../src/agents/recovery/live-step.ts";
import type { Run, RunRequest } from "../../src/agents/schema.ts";
import { fresh } from "../../src/agents/signs/observe.ts";
import type { Activity, Observed } from "../../src/agents/signs/signs.ts";
import * as table from "../../src/agents/table.ts";
import type { Ctx } from "../../src/kernel/context.ts";
import { newestEvents } from "../../src/kernel/events.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { moveThrough, startedRun } from "../support/progress.ts";

const MINUTE_MS = 60_000;

let home: CommandHome;
let ctx: Ctx;
let run: Run;

beforeEach(async () => {
  home = openCommandHome();
  ctx = home.ctx;
  await home.out("register-project", "--path", home.repository.path, "--name", "p", "--agent", "demo");
  await home.out("create-task", "--title", "Fix it", "--prompt", "Do it.");
  moveThrough(ctx, 1, "executing");
  run = startedRun(ctx, 1);
});

/** The agent speaks, and shows this. */
function shows(activity: Activity, part: Partial<Observed> = {}): void {
  ctx.db.sql.run("UPDATE runs SET session = 's'");
  if (!table.findObservation(ctx.db, run.id)) table.insertObservation(ctx.db, run.id, fresh(ctx.clock.now()));
  ctx.db.sql.run("UPDATE observations SET observed = ?", [JSON.stringify({ ...fresh(ctx.clock.now()), ...part })]);
  table.setActivity(ctx.db, run.id, { activity, text: "nothing heard", since: ctx.clock.now() });
}

/** What hosts were asked for since the last time. */
const asked = (): RunRequest[] => home.requests.splice(0).map(({ request }) => request);
const logged = (name: string) => newestEvents(ctx.db, { runId: run.id, limit: 100 }).filter((event) => event.name === name);

describe("an agent that shows no sign of life", () => {
  test("is spoken to, then interrupted, then ended, each a minute after the other at least", () => {
    shows("stalled");
    stepLiveness(ctx);
    stepLiveness(ctx);
    expect(asked()).toEqual([{ kind: "message", text: expect.stringContaining("Nothing was heard of you") }]);
    home.clock.advance(MINUTE_MS);
    stepLiveness(ctx);
    expect(asked()).toMatchObject([{ kind: "interrupt" }, { kind: "message" }]);
    home.clock.advance(MINUTE_MS);
    stepLiveness(ctx);
    expect(asked()).toEqual([{ kind: "stop", how: "gently" }]);
    expect(table.findRun(ctx.db, run.id)).toMatchObject({ stopWanted: "it showed no sign of life", stopSent: true });
    home.clock.advance(MINUTE_MS);
    stepLiveness(ctx);
    expect(asked()).toEqual([]);
  });

  test("and each act is in the log with its reason", () => {
    shows("stalled");
    stepLiveness(ctx);
    expect(logged("agent.nudged")).toMatchObject([{ source: "daemon", data: { how: "nudge", why: "nothing heard" } }]);
  });
});

test("an agent that knows no sessions shows nothing, and is left alone", () => {
  shows("stalled");
  ctx.db.sql.run("UPDATE runs SET session = NULL");
  stepLiveness(ctx);
  expect(asked()).toEqual([]);
});

test("a long limit ends the run, and nothing more of the agent is started before", () => {
  const resetsAt = ctx.clock.now() + 3 * 60 * MINUTE_MS;
  shows("limited", { limit: { status: "rejected", window: "five_hour", used: null, resetsAt } });
  stepLiveness(ctx);
  expect(asked()).toMatchObject([{ kind: "stop" }]);
  const [breaker] = breakersOf(ctx);
  expect(breaker).toMatchObject({ agent: "demo", kind: "limit", openedAt: ctx.clock.now() });
  expect(breaker?.retryAt).toBeGreaterThanOrEqual(resetsAt);
});

describe("a breaker", () => {
  const open = (openedAt: number) =>
    table.putBreaker(ctx.db, {
      agent: "demo",
      kind: "provider",
      failures: 2,
      text: "could not reach its provider.",
      openedAt,
      retryAt: openedAt + MINUTE_MS,
      fingerprint: null,
    });

  test("closes when an agent that was started since calls a tool: its provider answers", () => {
    open(run.claimedAt);
    shows("working", { toolCalls: 1 });
    stepLiveness(ctx);
    expect(breakersOf(ctx)).toEqual([]);
  });

  test.each([
    ["it has said nothing yet", {}, 0],
    ["its last request was refused", { toolCalls: 1, refusal: "overloaded" }, 0],
    ["it was started before", { toolCalls: 1 }, 1],
  ])("stays open when %s", (_, part, later) => {
    open(run.claimedAt + later);
    shows("working", part);
    stepLiveness(ctx);
    expect(breakersOf(ctx)).toHaveLength(1);
  });
});
