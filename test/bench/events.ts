// Storing events: how many a second, and what one costs in a log of a thousand and of a million.
import { appendEvent, type NewEvent } from "../../src/kernel/events.ts";
import { type BenchHome, openBenchHome } from "./home.ts";
import { inTurn, median, timed } from "./measure.ts";
import { type Row, row, times, us } from "./row.ts";

const FEW = 1_000;
const MANY = 1_000_000;
/** Events of one transaction: what hosts have written since the last tick. */
const BATCH = 100;
const BATCHES = 200;
const ROUNDS = 2_000;

/** About what a tool call of an agent says. */
const EVENT: NewEvent = {
  name: "hook.received",
  source: "agent",
  projectId: 1,
  taskId: 1,
  data: { tool: "Edit", path: "src/kernel/events.ts", text: "x".repeat(250) },
};

export async function events(): Promise<Row[]> {
  const few = await openBenchHome();
  const many = await openBenchHome();
  try {
    fill(few, FEW);
    fill(many, MANY);
    const one = await inTurn(ROUNDS, { few: () => appendBatch(few, 1), many: () => appendBatch(many, 1) });
    const batches: number[] = [];
    for (let i = 0; i < BATCHES; i++) batches.push(await appendBatch(many, BATCH));
    const perSecond = (BATCH / median(batches)) * 1_000;
    const growth = one.of("many") / one.of("few");
    return [
      row(
        "events stored (100 a transaction, into 1M)",
        "≥ 20,000/s",
        `${Math.round(perSecond / 100) * 100}/s`,
        `one a transaction ${Math.round(10 / one.of("many")) * 100}/s`,
        perSecond >= 20_000,
      ),
      row(
        "storing one event, 1k → 1M in the log",
        "≤ 1.5 × (flat)",
        `${times(growth)} (${us(one.of("few"))} → ${us(one.of("many"))})`,
        "",
        growth <= 1.5,
      ),
    ];
  } finally {
    await many.close();
    await few.close();
  }
}

function appendBatch({ ctx }: BenchHome, count: number): Promise<number> {
  return timed(() =>
    ctx.db.transact(() => {
      for (let i = 0; i < count; i++) appendEvent(ctx.db, i, EVENT);
    }),
  );
}

function fill({ ctx }: BenchHome, count: number): void {
  ctx.db.sql.run(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
     INSERT INTO events (at, name, source, project_id, task_id, data)
     SELECT i, 'hook.received', 'agent', 1, i % 1000, ?2 FROM n`,
    [count, JSON.stringify(EVENT.data)],
  );
}
