// How many simulated lives of the whole loop fit into a second: what decides how many a night can look at.
import { simulate } from "../sim/simulate.ts";
import { type Row, row } from "./row.ts";

const MEASURE_MS = 10_000;

export async function simulation(): Promise<Row[]> {
  const start = performance.now();
  let seeds = 0;
  let simulatedMs = 0;
  while (performance.now() - start < MEASURE_MS) simulatedMs += (await simulate(++seeds)).simulatedMs;
  const seconds = (performance.now() - start) / 1_000;
  return [
    row(
      "simulation",
      "none",
      `${(seeds / seconds).toFixed(1)} seeds/s`,
      `each second simulates ${Math.round(simulatedMs / 60_000 / seconds)} minutes`,
      null,
    ),
  ];
}
