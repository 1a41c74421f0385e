// A tiny task from the queue to the merged commit, and where its time goes, beside the same steps by hand.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../src/kernel/events.ts";
import { waitFor } from "../support/wait.ts";
import { type BenchHome, openBenchHome, run } from "./home.ts";
import { inTurn, median, timed } from "./measure.ts";
import { ms, type Row, row, times } from "./row.ts";

const ROUNDS = 7;

/** From one event to another, at its first time. */
const PHASES = [
  ["tree", "task.moved", "worktree.created"],
  ["agent's start", "worktree.created", "run.started"],
  ["agent", "run.started", "run.ended"],
  ["commit and import", "run.ended", "work.imported"],
  ["gate and merge", "work.imported", "task.merged"],
] as const;

export async function pipeline(): Promise<Row[]> {
  const bench = await openBenchHome();
  try {
    await bench.start();
    const tasks: Event[][] = [];
    const took = await inTurn(ROUNDS, {
      ours: async () => {
        const events = await throughTheQueue(bench, tasks.length);
        tasks.push(events);
        return between(events, "task.created", "task.merged");
      },
      byHand: () => timed(() => byHand(bench, tasks.length)),
    });
    const parts = PHASES.map(([what, from, to]) => `${what} ${median(tasks.map((events) => between(events, from, to)))}`);
    const beside = `by hand, unsandboxed, without an agent ${ms(took.of("byHand"))} (${times(took.ratio("ours", "byHand"))})`;
    return [
      row("a tiny task, queue → merged", "none", ms(took.of("ours")), beside, null),
      row("… of it, in ms", "none", parts.join(", "), "medians", null),
    ];
  } finally {
    await bench.close();
  }
}

async function throughTheQueue(bench: BenchHome, number: number): Promise<Event[]> {
  const task = bench.create(`demo: write file-${number}.txt one\ndemo: commit Write a file`);
  await waitFor("the merge", () => bench.events(task).some(({ name }) => name === "task.merged"));
  return bench.events(task);
}

function between(events: Event[], from: string, to: string): number {
  const at = (name: string) => events.find((event) => event.name === name)?.at ?? Number.NaN;
  return at(to) - at(from);
}

function byHand({ repo, git, home }: BenchHome, number: number): void {
  const tree = join(home.root, `by-hand-${number}`);
  const inTree = (...words: string[]) => run(["git", ...words], tree, home.env);
  git("worktree", "add", "-q", "-b", `by-hand-${number}`, tree);
  writeFileSync(join(tree, `by-hand-${number}.txt`), "one\n");
  inTree("add", ".");
  inTree("commit", "-q", "-m", "Write a file");
  run(["sh", "-c", "test -f README.md"], tree, home.env);
  run(["git", "merge", "-q", "--ff-only", `by-hand-${number}`], repo, home.env);
  git("worktree", "remove", tree);
  git("branch", "-q", "-d", `by-hand-${number}`);
}
