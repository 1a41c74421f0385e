// Taking stored secrets out: what it adds to a line that a host records, and to an event that the daemon stores.
import { join } from "node:path";
import { HOST_ENGINE } from "../../src/agents/outside.ts";
import { inTurn, median } from "./measure.ts";
import { clear, place } from "./places.ts";
import { mb, type Row, row } from "./row.ts";

const ROUNDS = 7;
const SCRIPT = join(import.meta.dir, "recording.ts");

type Figures = { us: number; mb: number };

export async function secrets(): Promise<Row[]> {
  const folder = place();
  try {
    const memory = { none: [] as number[], ten: [] as number[], many: [] as number[] };
    const record = (name: keyof typeof memory, count: number) => () => {
      const child = Bun.spawnSync([process.execPath, "--smol", SCRIPT, folder, String(count)], { env: { ...process.env, ...HOST_ENGINE } });
      const figures = JSON.parse(child.stdout.toString()) as Figures;
      memory[name].push(figures.mb);
      return figures.us;
    };
    const lines = await inTurn(ROUNDS, { none: record("none", 0), ten: record("ten", 10), many: record("many", 100) });
    const ten = lines.of("ten") - lines.of("none");
    const micro = (value: number) => `${value.toFixed(1)} µs`;
    return [
      row(
        "a line of 500 characters in a host, 10 secrets stored",
        "≤ 10 µs more",
        `${micro(ten)} more (${micro(lines.of("none"))} → ${micro(lines.of("ten"))})`,
        `100 secrets: ${micro(lines.of("many"))}`,
        ten <= 10,
      ),
      row(
        "a host's memory, 10 secrets stored",
        "≤ 2 MB more",
        `${mb(median(memory.ten) - median(memory.none))} more`,
        `100 secrets: ${mb(median(memory.many) - median(memory.none))}`,
        median(memory.ten) - median(memory.none) <= 2,
      ),
    ];
  } finally {
    await clear(folder);
  }
}
