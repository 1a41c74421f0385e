// The API's operations on the whole: the daemon, what runs, what needs a person, and whether all is well.
import { type Operation, readOperation } from "../kernel/operation.ts";
import { findDaemon } from "./daemon-file.ts";
import { runningChecks } from "./doctor.ts";
import { lookAround } from "./home-actions.ts";
import { healthSchema, statusSchema } from "./shapes.ts";

const status = readOperation({
  path: "/status",
  name: "status",
  summary: "Show the daemon, the projects, and what needs you",
  answer: statusSchema,
  run: (ctx) => lookAround(ctx, findDaemon(ctx.paths)),
});

const health = readOperation({
  path: "/health",
  name: "health",
  summary: "Say whether work goes on: daemon, loop, disk, memory, sandbox, agents",
  description: "200 also when something fails: `ok` says so. `/healthz`, which needs no token, says only that the daemon answers.",
  answer: healthSchema,
  async run(ctx) {
    const checks = await runningChecks(ctx);
    return { ok: checks.every((check) => check.verdict !== "fail"), checks };
  },
});

export const setupOperations: readonly Operation[] = [status, health];
