// Live agents in the loop: each that does not get on is spoken to, interrupted, or ended, as its policy says.
import type { Ctx } from "../../kernel/context.ts";
import { mustFind, record } from "../../tasks/actions.ts";
import { liveRuns } from "../actions.ts";
import { stopReason } from "../rules.ts";
import type { Run } from "../schema.ts";
import { sendStop } from "../start.ts";
import * as table from "../table.ts";
import { breakersOf, noteAnswer, openBreaker } from "./breakers.ts";
import { actOn, type LiveAct } from "./live-recovery.ts";

/**
 * Looks at every live run of an agent that speaks; others show nothing that could be judged. Rows only: what agents
 * show was read, and what it means was judged, before.
 */
export function stepLiveness(ctx: Ctx): void {
  const held = new Set(breakersOf(ctx).map(({ agent }) => agent));
  for (const run of liveRuns(ctx)) {
    if (run.kind !== "agent" || run.state !== "running" || run.session === null) continue;
    if (stopReason(run, mustFind(ctx, run.taskId))) continue;
    const known = table.findObservation(ctx.db, run.id);
    if (!known) continue;
    if (held.has(run.agent)) noteAnswer(ctx, run, known.observed);
    const verdict = { activity: known.activity, text: known.activityText, since: known.activitySince };
    const { observed, nudges: acts, nudgedAt: actedAt } = known;
    apply(ctx, run, actOn({ verdict, observed, acts, actedAt, now: ctx.clock.now() }), acts);
  }
}

function apply(ctx: Ctx, run: Run, act: LiveAct, acts: number): void {
  switch (act.act) {
    case "leave":
      return;
    case "nudge":
    case "interrupt":
      return speak(ctx, run, act, acts);
    case "end":
      return sendStop(ctx, run, act.why);
    case "wait-out":
      openBreaker(ctx, run, act);
      return sendStop(ctx, run, act.why);
  }
}

/** Counted before it is said: a word that is lost is made up for by the next rung, one that is said twice is noise. */
function speak(ctx: Ctx, run: Run, act: LiveAct & { act: "nudge" | "interrupt" }, acts: number): void {
  ctx.db.transact(() => {
    table.setNudged(ctx.db, run.id, acts + 1, ctx.clock.now());
    const { act: how, why, text } = act;
    record(ctx, { id: run.taskId, projectId: run.projectId }, "agent.nudged", "daemon", { how, why, text }, run.id);
    ctx.db.afterCommit(() => {
      if (how === "interrupt") ctx.outside.hosts.request(run.id, { kind: "interrupt" });
      ctx.outside.hosts.request(run.id, { kind: "message", text });
    });
  });
}
