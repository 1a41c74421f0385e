// The loop under a simulated clock with seeded faults: for at least 200 seeds every invariant holds.
import { expect, test } from "bun:test";
import { simulate } from "./simulate.ts";

/** Fewest seeds a run of the suite tries, whatever the machine's speed. */
const SEEDS = 200;
/** More are tried until this much time has passed. */
const BUDGET_MS = 45_000;
/** The fewest seeds take 20 s; a machine that is busy with other things may need many times as long. */
const MOST_MS = 20 * 60_000;

test(
  "daemons, hosts and agents that die, hang and lie lose no work and merge nothing twice",
  async () => {
    const first = Number(process.env.CCM_SIM_SEED ?? Math.floor(Math.random() * 1e9));
    const started = performance.now();
    let seeds = 0;
    while (seeds < SEEDS || performance.now() - started < BUDGET_MS) {
      const { seed, violations } = await simulate(first + seeds);
      expect(violations, `seed ${seed}: repeat with \`bun run sim --seeds 1 --from ${seed}\``).toEqual([]);
      seeds += 1;
    }
    console.log(`${seeds} seeds from ${first}`);
  },
  { timeout: MOST_MS },
);

test("the same seed gives the same simulation", async () => {
  const [a, b] = [await simulate(7), await simulate(7)];
  expect([...a.tally]).toEqual([...b.tally]);
  expect(a.simulatedMs).toBe(b.simulatedMs);
});
