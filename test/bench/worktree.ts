// A task's tree on a repository of 20,000 files, beside `git worktree add`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TreeOrder } from "../../src/worktrees/schema.ts";
import { type BenchHome, openBenchHome, run } from "./home.ts";
import { inTurn, timed } from "./measure.ts";
import { ms, type Row, row, times } from "./row.ts";

const FILES = 20_000;
const FOLDERS = 200;
const ROUNDS = 5;

export async function worktree(): Promise<Row[]> {
  const bench = await openBenchHome();
  try {
    fillRepository(bench);
    const { trees, git } = bench.ctx.outside;
    const { path, gitDir } = await git.inspect(bench.repo);
    const base = (await git.tip({ path, gitDir }, "HEAD")) ?? "";
    let number = 0;
    const took = await inTurn(ROUNDS, {
      ours: () => {
        number += 1;
        const { git: gitPath, tree: treePath, index: indexPath } = bench.home.paths.task(number);
        const task = { repo: { path, gitDir }, taskId: number, branch: `ccm/task-${number}`, gitPath, treePath, indexPath };
        const order: TreeOrder = { git: task, base, copies: [], level: "none", limits: { treeBytes: 1e9, fileBytes: 1e6 } };
        return timed(() => trees.create(order));
      },
      git: () => timed(() => bench.git("worktree", "add", "-q", "--detach", join(bench.home.root, `linked-${number}`))),
    });
    const ratio = took.ratio("ours", "git");
    return [
      row(
        "worktree ready, 20k files",
        "≤ 1.15 × git worktree add",
        `${times(ratio)} (${ms(took.of("ours"))})`,
        `git worktree add ${ms(took.of("git"))}`,
        ratio <= 1.15,
      ),
    ];
  } finally {
    await bench.close();
  }
}

function fillRepository({ repo, home }: BenchHome): void {
  for (let folder = 0; folder < FOLDERS; folder++) {
    mkdirSync(join(repo, `folder-${folder}`));
    for (let file = 0; file < FILES / FOLDERS; file++) {
      writeFileSync(join(repo, `folder-${folder}/file-${file}.txt`), `folder ${folder}, file ${file}\n`.repeat(60));
    }
  }
  for (const words of [
    ["add", "."],
    ["commit", "-q", "-m", "Many files"],
    ["gc", "-q"],
  ])
    run(["git", ...words], repo, home.env);
}
