// Watches the disk of CCM_HOME: says once when it gets low, and once when there is room again.
import type { Ctx } from "../kernel/context.ts";
import { appendEvent } from "../kernel/events.ts";
import type { Step } from "../kernel/module.ts";
import { diskVerdict } from "./rules.ts";

/** Between two looks: a build writes a gigabyte in less, but the floor is looked at before each start anyway. */
const LOOK_MS = 10_000;

/** What was said last is remembered for each daemon, which after a restart says it again. */
export function diskStep(): Step {
  const known = new WeakMap<Ctx, { next: number; verdict: "ok" | "warn" | "fail" }>();
  return {
    name: "disk",
    run(ctx) {
      const before = known.get(ctx) ?? { next: Number.NEGATIVE_INFINITY, verdict: "ok" };
      if (ctx.clock.elapsed() < before.next) return;
      const freeBytes = ctx.outside.machine.freeDiskBytes();
      const verdict = diskVerdict(freeBytes, ctx.config.limits);
      known.set(ctx, { next: ctx.clock.elapsed() + LOOK_MS, verdict });
      if (verdict !== before.verdict) tell(ctx, verdict, freeBytes);
    },
  };
}

function tell(ctx: Ctx, verdict: "ok" | "warn" | "fail", freeBytes: number): void {
  const { freeDiskMb, warnDiskMb } = ctx.config.limits;
  const data = { freeBytes, warnDiskMb, freeDiskMb, starts: verdict === "fail" ? "held" : "going on" };
  if (verdict !== "ok") ctx.log.warn("the disk of CCM_HOME gets full", data);
  ctx.db.transact(() =>
    appendEvent(ctx.db, ctx.clock.now(), { name: verdict === "ok" ? "disk.recovered" : "disk.ran-low", source: "daemon", data }),
  );
}
