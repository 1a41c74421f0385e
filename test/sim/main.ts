// `bun run sim --seeds N [--from S]`: simulations for as long as one likes; prints what was found and the seeds to repeat it.
import { parseArgs } from "node:util";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: { seeds: { type: "string", default: "1000" }, from: { type: "string", default: "1" } },
});
const from = Number(values.from);
const to = from + Number(values.seeds);
const tally = new Map<string, number>();
let broken = 0;
const started = performance.now();
for (let seed = from; seed < to; seed++) {
  const report = await simulate(seed);
  for (const [what, count] of report.tally) tally.set(what, (tally.get(what) ?? 0) + count);
  if (report.violations.length === 0) continue;
  broken += 1;
  console.log(`seed ${seed}:\n  ${report.violations.join("\n  ")}`);
}
for (const [what, count] of [...tally].sort()) console.log(`${String(count).padStart(9)}  ${what}`);
console.log(`${to - from} seeds in ${((performance.now() - started) / 1000).toFixed(1)} s, ${broken} with violations`);
process.exitCode = broken > 0 ? 1 : 0;
