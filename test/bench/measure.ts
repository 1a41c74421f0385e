// Times, processor time and memory: taken in turn with what they are compared to, given as medians.
import { readdirSync, readFileSync } from "node:fs";

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Figures of several works that were done in turn, so that whatever else the machine did met all of them alike. */
export type Series<Name extends string> = { of(name: Name): number; ratio(name: Name, to: Name): number; all(name: Name): number[] };

/** Does every work once a round; each gives its own figure. `ratio` is the median of the rounds' quotients. */
export async function inTurn<Name extends string>(
  rounds: number,
  works: Record<Name, () => number | Promise<number>>,
): Promise<Series<Name>> {
  const figures = new Map<string, number[]>(Object.keys(works).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name in works) figures.get(name)?.push(await works[name]());
  }
  const all = (name: Name) => figures.get(name) ?? [];
  return {
    all,
    of: (name) => median(all(name)),
    ratio: (name, to) => median(all(name).map((figure, round) => figure / (all(to)[round] ?? Number.NaN))),
  };
}

/** Wall time in ms. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Processor time in ms of a whole process and of those it waited for (wait4), which must succeed. */
export function cpuOf(argv: string[], env: Record<string, string>): number {
  const child = Bun.spawnSync(argv, { env, stdio: ["ignore", "pipe", "inherit"] }); // As scripts read it: /dev/null counts as a terminal at first.
  if (child.exitCode !== 0) throw new Error(`${argv.join(" ")} ended with ${child.exitCode}.`);
  return Number(child.resourceUsage.cpuTime.total) / 1_000;
}

/** Memory of a process in MB: resident, and what nobody shares with it (proc_pid_smaps(5)). */
export function memoryOf(pid: number): { residentMb: number; privateMb: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const mb = (name: string) => (Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(text)?.[1]) * 1_024) / 1e6;
  return { residentMb: mb("Rss"), privateMb: mb("Private_Clean") + mb("Private_Dirty") };
}

/** Processor time in ms that all threads of a process have used so far; to the nanosecond, where /proc/PID/stat counts in 10 ms. */
export function cpuSoFar(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const ns = threads.map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]));
  return ns.reduce((sum, one) => sum + one, 0) / 1e6;
}
