// Claiming the next task out of ten and out of a million, and how long it would take without the queue's index.
import { queuedWants } from "../../src/dispatch/table.ts";
import { moveTask, mustFind } from "../../src/tasks/actions.ts";
import { type BenchHome, openBenchHome } from "./home.ts";
import { inTurn, median } from "./measure.ts";
import { fillQueue } from "./queue.ts";
import { type Row, row, times, us } from "./row.ts";

const FEW = 10;
const MANY = 1_000_000;
/** Queued tasks that dispatch looks at in a tick. */
const LOOK_AHEAD = 20;
const ROUNDS = 400;
const SLOW_ROUNDS = 3;

export async function claim(): Promise<Row[]> {
  const few = await openBenchHome();
  const many = await openBenchHome();
  try {
    fillQueue(few.ctx.db, few.projectId, FEW);
    fillQueue(many.ctx.db, many.projectId, MANY);
    const took = await inTurn(ROUNDS, { few: () => claimNext(few), many: () => claimNext(many) });
    const growth = took.of("many") / took.of("few");
    const without = median(Array.from({ length: SLOW_ROUNDS }, () => lookWithoutIndex(many)));
    return [
      row(
        "claim of the next task, 10 → 1M queued",
        "≤ 1.5 × (flat)",
        `${times(growth)} (${us(took.of("few"))} → ${us(took.of("many"))})`,
        `without the index ${us(without)}: ${times(without / took.of("many"))}`,
        growth <= 1.5,
      ),
    ];
  } finally {
    await many.close();
    await few.close();
  }
}

/** As dispatch does it, but for the wait for the disk; the task goes back afterwards, so that the queue keeps its length. */
function claimNext({ ctx, projectId }: BenchHome): number {
  const start = performance.now();
  const want = queuedWants(ctx.db, projectId, LOOK_AHEAD)[0];
  if (!want || !moveTask(ctx, { task: mustFind(ctx, want.taskId), to: "executing" })) throw new Error("Nothing was claimed.");
  const took = performance.now() - start;
  ctx.db.sql.run("UPDATE tasks SET state = 'queued' WHERE id = ?", [want.taskId]);
  return took;
}

function lookWithoutIndex({ ctx, projectId }: BenchHome): number {
  const statement = ctx.db.sql.query(
    `SELECT id, title FROM tasks NOT INDEXED WHERE project_id = ?1 AND state = 'queued' AND unmet = 0
     ORDER BY priority, created_at, id LIMIT ?2`,
  );
  const start = performance.now();
  statement.all(projectId, LOOK_AHEAD);
  return performance.now() - start;
}
