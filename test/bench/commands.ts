// Commands for people, beside an empty program built with the same settings: whole processes, processor time.
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { openBenchHome } from "./home.ts";
import { cpuOf, inTurn } from "./measure.ts";
import { clear, place } from "./places.ts";
import { fillQueue } from "./queue.ts";
import { ms, type Row, row, times } from "./row.ts";

const ROUNDS = 31;
const TASKS = 10_000;

export async function commands(): Promise<Row[]> {
  const bench = await openBenchHome();
  const folder = place();
  try {
    const empty = await emptyProgram(folder, "");
    fillQueue(bench.ctx.db, bench.projectId, TASKS);
    const { env } = bench.home;
    const cpu = await inTurn(ROUNDS, {
      empty: () => cpuOf([empty], env),
      version: () => cpuOf([binary(), "--version"], env),
      list: () => cpuOf([binary(), "list-tasks"], env),
      complete: () => cpuOf([binary(), "complete", "bash", "task-status", ""], env),
      node: () => (Bun.which("node") ? cpuOf(["node", "--eval", ""], env) : Number.NaN),
    });
    const floor = `empty program ${ms(cpu.of("empty"))}, node ${times(cpu.ratio("node", "empty"))}`;
    const line = (what: string, name: "version" | "list" | "complete", budget: number) =>
      row(
        what,
        `≤ ${budget} × an empty program`,
        `${times(cpu.ratio(name, "empty"))} (${ms(cpu.of(name))} of processor)`,
        floor,
        cpu.ratio(name, "empty") <= budget,
      );
    return [
      line("ccm --version", "version", 1.5),
      line("ccm list-tasks, 10k tasks", "list", 4),
      line("a Tab after ccm task-status, 10k tasks", "complete", 5),
    ];
  } finally {
    await clear(folder);
    await bench.close();
  }
}

/** A compiled program with the product's own settings. */
export async function emptyProgram(folder: string, source: string): Promise<string> {
  const [entry, outfile] = [join(folder, "empty.ts"), join(folder, "empty")];
  writeFileSync(entry, source);
  await Bun.build({
    entrypoints: [entry],
    minify: true,
    bytecode: true,
    splitting: true,
    format: "esm",
    compile: { outfile, execArgv: ["--smol"], jitPolicy: 100, autoloadDotenv: false, autoloadBunfig: false },
  });
  statSync(outfile);
  return outfile;
}
