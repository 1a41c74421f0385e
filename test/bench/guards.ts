// What judging a call costs the host of a run: the lines that agents send, and the longest of them.
import { judge } from "../../src/hooks/judge.ts";
import { guardRules } from "../../src/hooks/rules.ts";
import { PLACES } from "../hooks/places.ts";
import { ms, type Row, row } from "./row.ts";

const ROUNDS = 300;
/** As agents write them: short ones, chains, scripts by hand, files in here-documents. */
const LINES = [
  "ls -la",
  "npm test 2>&1 | tail -20",
  `cd ${PLACES.tree} && git add -A && git commit -m "Add a parser" && git log --oneline | head -3`,
  "find . -name '*.ts' -not -path './node_modules/*' | xargs grep -ln 'foo' | sort | uniq -c | sort -rn | head",
  'for f in src/*.ts; do if grep -q foo "$f"; then echo "$f"; sed -i "s/foo/bar/g" "$f"; fi; done',
  "git commit -m \"$(cat <<'EOF'\nAdd a parser\n\nIt reads.\nEOF\n)\"",
  'D=$(mktemp -d); cd "$D" && git init -q && git config user.email a@b && touch a && git add a && git commit -qm a; rm -rf "$D"',
  `cat > src/large.ts <<'EOF'\n${"export const line = 1;\n".repeat(400)}EOF`,
  "sh -c 'X=git; $X push' || env A=1 timeout 5 git push",
];

export async function guards(): Promise<Row[]> {
  const policy = { rules: guardRules({ deny: ["Bash(rm -rf /:*)"], ask: ["Bash(git tag:*)", "WebFetch"] }), places: PLACES };
  const once = (line: string) => {
    const beganMs = performance.now();
    judge({ tool: "Bash", input: { command: line }, cwd: PLACES.tree }, policy);
    return performance.now() - beganMs;
  };
  const cold = once(LINES[2] as string);
  const warm = LINES.map((line) => Array.from({ length: ROUNDS }, () => once(line)).sort((a, b) => a - b));
  const median = Math.max(...warm.map((times) => times[ROUNDS / 2] as number));
  const late = Math.max(...warm.map((times) => times[Math.floor(ROUNDS * 0.99)] as number));
  return [
    row(
      "a call judged in the host, the slowest of nine usual lines",
      "≤ 1 ms",
      ms(median),
      `99 of 100 within ${ms(late)}, the first call of a process ${ms(cold)}`,
      median <= 1,
    ),
  ];
}
