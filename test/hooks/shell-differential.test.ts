// The parser against a real bash: whatever bash runs was seen before, and where everything is known, nothing else was.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programOf } from "../../src/hooks/shell/program-names.ts";
import { runsOf } from "../../src/hooks/shell/run.ts";
import { shellAt } from "../../src/hooks/shell/state.ts";
import { isElastic, isKnown, maybe, NAME, shown } from "../../src/hooks/shell/values.ts";
import { chance } from "../support/random.ts";
import { lineOf, ranByBash, STUBS } from "./shell-lines.ts";

const SLOW_MS = 300_000;
/** Another one finds others: `CCM_TEST_SEED=5 bun test …`. */
const SEED = Number(process.env.CCM_TEST_SEED ?? 1);
const LINES = Number(process.env.CCM_TEST_LINES ?? 200);

/** Whether these words, of which some are not known, may be those. */
function fits(words: readonly string[], real: readonly string[]): boolean {
  const [word, ...rest] = words;
  if (word === undefined) return real.length === 0;
  if (isElastic(word) || word.includes(NAME))
    return Array.from({ length: real.length + 1 }, (_, taken) => taken).some((taken) => fits(rest, real.slice(taken)));
  return real.length > 0 && maybe(word, real[0] as string) && fits(rest, real.slice(1));
}

function compared(how: "straight" | "any") {
  const folder = mkdtempSync(join(tmpdir(), "ccm-shell-"));
  const source = chance(SEED);
  const lines = Array.from({ length: LINES }, () => lineOf(source, how));
  try {
    return ranByBash(lines, folder).map((real, at) => {
      const line = lines[at] as string;
      const { ran } = runsOf(line, shellAt(join(folder, "at", String(at)), join(folder, "home"), folder, 2_000));
      const seen = ran.map(({ words: [program = "", ...words] }) => [programOf(program), ...words]);
      return { line, real, seen };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test(
  "what bash runs of a line, the parser has seen",
  () => {
    const cases = compared("any");
    const missed = cases.flatMap(({ line, real, seen }) =>
      real
        .filter((words) => !seen.some((one) => fits(one, words)))
        .map((words) => ({ line, bash: words, seen: seen.map((one) => one.map(shown).join("|")) })),
    );
    expect(cases.flatMap(({ real }) => real).length).toBeGreaterThan(LINES);
    expect(missed).toEqual([]);
  },
  SLOW_MS,
);

test(
  "of a line in which everything is known and runs once, it has seen nothing else",
  () => {
    const told = compared("straight").map(({ line, real, seen }) => ({
      line,
      real,
      seen: seen.filter(([program]) => STUBS.includes(program ?? "")),
    }));
    // Of a line that ends in the middle of something, bash runs nothing and the parser sees what it would have been.
    const isWhole = (line: string) => Bun.spawnSync(["bash", "-n", "-c", line], { stderr: "ignore" }).exitCode === 0;
    const known = told.filter(({ line, seen }) => seen.flat().every(isKnown) && isWhole(line));
    const text = (commands: string[][]) => [...new Set(commands.map((words) => words.join("|")))].sort();
    const different = known.filter(({ real, seen }) => text(real).join("\n") !== text(seen).join("\n"));
    expect(known.length).toBeGreaterThan(LINES / 10);
    expect(different.map(({ line, real, seen }) => ({ line, bash: text(real), seen: text(seen) }))).toEqual([]);
  },
  SLOW_MS,
);
