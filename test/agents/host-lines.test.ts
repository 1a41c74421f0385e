// Lines out of any bytes, however they are cut into chunks.
import { expect, test } from "bun:test";
import { HELD_LINE_BYTES, readLines } from "../../src/agents/host/lines.ts";
import { mulberry32 } from "../../src/kernel/ids.ts";

/** What the reader makes of these chunks: each line, long ones marked. */
function linesOf(chunks: readonly Uint8Array[]): { text: string; long: boolean }[] {
  const lines: { text: string; long: boolean }[] = [];
  const reader = readLines(
    (line) => lines.push({ text: Buffer.from(line).toString("latin1"), long: false }),
    () => {
      const parts: Buffer[] = [];
      return {
        write: (bytes) => parts.push(Buffer.from(bytes)),
        end: () => lines.push({ text: Buffer.concat(parts).toString("latin1"), long: true }),
      };
    },
  );
  for (const chunk of chunks) {
    const passing = Uint8Array.from(chunk);
    reader.push(passing);
    passing.fill(0);
  }
  reader.end();
  return lines;
}

const bytes = (text: string) => Buffer.from(text, "latin1");

test.each([
  ["nothing", [], []],
  ["a line, an empty one, and a rest without newline", ["a\n\nrest"], ["a", "", "rest"]],
  ["a line cut in three", ["o", "n", "e\n"], ["one"]],
  ["a carriage return stays", ["50%\r100%\n"], ["50%\r100%"]],
] as [string, string[], string[]][])("%s", (_, chunks, expected) => {
  expect(linesOf(chunks.map(bytes)).map((line) => line.text)).toEqual(expected);
});

test("a line that is just held, and one that is one byte longer", () => {
  const [held, long] = ["x".repeat(HELD_LINE_BYTES), "y".repeat(HELD_LINE_BYTES + 1)];
  expect(linesOf([bytes(`${held}\n${long}\nend`)])).toEqual([
    { text: held, long: false },
    { text: long, long: true },
    { text: "end", long: false },
  ]);
});

test("any bytes in any chunks are the lines that splitting them at once gives", () => {
  const random = mulberry32(7);
  for (let round = 0; round < 50; round++) {
    const all = Buffer.from(Array.from({ length: 2_000 }, () => (random() < 0.05 ? 10 : Math.floor(random() * 256))));
    const chunks: Buffer[] = [];
    for (let at = 0; at < all.length; ) {
      const size = 1 + Math.floor(random() * 300);
      chunks.push(all.subarray(at, at + size));
      at += size;
    }
    const expected = all.toString("latin1").split("\n");
    if (expected.at(-1) === "") expected.pop();
    expect(linesOf(chunks).map((line) => line.text)).toEqual(expected);
  }
});
