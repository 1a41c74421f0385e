// What is downloaded and what lies on the disk, beside the runtime that both are made from. Takes minutes: level 19 is slow.
import { statSync } from "node:fs";
import { zstdCompressSync } from "bun";
import { binary } from "../support/binary.ts";
import { mb, type Row, row } from "./row.ts";

const LEVEL = 19;

export async function size(): Promise<Row[]> {
  const [ours, runtime] = [binary(), process.execPath];
  const [small, floor] = [await compressedMb(ours), await compressedMb(runtime)];
  return [
    row("executable", "none", mb(statSync(ours).size / 1e6), `the Bun runtime ${mb(statSync(runtime).size / 1e6)}`, null),
    row("executable, zstd -19", "≤ 45 MB", mb(small), `the Bun runtime ${mb(floor)}`, small <= 45),
  ];
}

async function compressedMb(path: string): Promise<number> {
  return zstdCompressSync(await Bun.file(path).bytes(), { level: LEVEL }).length / 1e6;
}
