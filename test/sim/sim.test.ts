// The loop under a simulated clock with seeded faults: for 200 seeds every invariant holds.
import { expect, test } from "bun:test";
import { simulate } from "./simulate.ts";

/** Other ones each time the suite runs; `bun run sim` tries as many as one likes. */
const SEEDS = 200;
/** They take 20 s; a machine that is busy with other things may need many times as long. */
const MOST_MS = 20 * 60_000;

test(
  "daemons, hosts and agents that die, hang and lie lose no work and merge nothing twice",
  async () => {
    const first = Number(process.env.CCM_SIM_SEED ?? Math.floor(Math.random() * 1e9));
    for (let seed = first; seed < first + SEEDS; seed++) {
      const { violations } = await simulate(seed);
      expect(violations, `seed ${seed}: repeat with \`bun run sim --seeds 1 --from ${seed}\``).toEqual([]);
    }
    console.log(`${SEEDS} seeds from ${first}`);
  },
  { timeout: MOST_MS },
);

test("the same seed gives the same simulation", async () => {
  const [a, b] = [await simulate(7), await simulate(7)];
  expect([...a.tally]).toEqual([...b.tally]);
  expect(a.simulatedMs).toBe(b.simulatedMs);
});
