// Requests: a command asks, the daemon answers, and nobody waits for a daemon that is not there.
import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { realClock } from "../../src/kernel/clock.ts";
import type { Ctx } from "../../src/kernel/context.ts";
import { openDatabase } from "../../src/kernel/database.ts";
import { Fault } from "../../src/kernel/fault.ts";
import { createJobs } from "../../src/kernel/jobs.ts";
import { takeLock } from "../../src/kernel/lock.ts";
import { migrate } from "../../src/kernel/migrate.ts";
import { MIGRATIONS } from "../../src/kernel/migrations.ts";
import { type Answers, askDaemon, stepRequests } from "../../src/kernel/requests.ts";
import { temporaryHome } from "../support/folders.ts";

function homeWithDaemon(answers: Answers) {
  const paths = temporaryHome();
  mkdirSync(paths.home);
  const db = openDatabase(paths.database);
  migrate(db, MIGRATIONS, paths.backups, 0);
  const jobs = createJobs(realClock, () => {});
  // The daemon beats whenever the one who asks lets time pass.
  const sleep = async () => {
    stepRequests(ctx, answers);
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const ctx = { paths, db, clock: { ...realClock, sleep }, jobs } as unknown as Ctx;
  const lock = takeLock(paths.lock);
  const end = () => {
    lock?.release();
    db.close();
  };
  return { ctx, end };
}

test("the answer comes back as it was given", async () => {
  const { ctx, end } = homeWithDaemon({ double: async (_ctx, { n }) => ({ twice: Number(n) * 2 }) });
  expect(await askDaemon(ctx, "double", { n: 21 })).toEqual({ twice: 42 });
  end();
});

test("a Fault of the answer is the Fault of the question", async () => {
  const { ctx, end } = homeWithDaemon({
    fail: async () => {
      throw new Fault("conflict", "It is busy.", "Wait.");
    },
  });
  const refused = (kind: string) => askDaemon(ctx, kind, {}).catch((fault: Fault) => fault.toJSON());
  expect(await refused("fail")).toEqual({ code: "conflict", message: "It is busy.", hint: "Wait." });
  expect(await refused("unheard")).toMatchObject({ code: "invalid", message: expect.stringContaining('"unheard"') });
  end();
});

test("without a daemon the question ends at once", async () => {
  const { ctx, end } = homeWithDaemon({});
  end();
  const db = openDatabase(ctx.paths.database);
  const question = askDaemon({ ...ctx, db }, "x", {});
  expect(await question.catch((fault: Fault) => fault.toJSON())).toMatchObject({
    code: "unavailable",
    hint: expect.stringContaining("ccm start"),
  });
  db.close();
});
