// A task's tree on a repository of 20,000 files, beside `git worktree add`.
import { join } from "node:path";
import type { TreeOrder } from "../../src/worktrees/schema.ts";
import { type BenchHome, openBenchHome } from "./home.ts";
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
        const order: TreeOrder = { git: task, base, copies: [], level: "none", hide: [], limits: { treeBytes: 1e9, fileBytes: 1e6 } };
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

/** Straight into a pack, as a clone would have it; the repository's own checkout is not needed. */
function fillRepository({ repo, home, git }: BenchHome): void {
  const files = Array.from({ length: FILES }, (_, at) => {
    const text = `file ${at}\n`.repeat(100);
    return `M 100644 inline folder-${at % FOLDERS}/file-${at}.txt\ndata ${text.length}\n${text}\n`;
  });
  const commit = `commit refs/heads/many\ncommitter Ada <ada@example.org> 0 +0000\ndata 5\nMany\n${files.join("")}`;
  const ended = Bun.spawnSync(["git", "fast-import", "--quiet"], { cwd: repo, env: home.env, stdin: Buffer.from(commit) });
  if (ended.exitCode !== 0) throw new Error(`git fast-import: ${ended.stderr}`);
  git("symbolic-ref", "HEAD", "refs/heads/many");
}
