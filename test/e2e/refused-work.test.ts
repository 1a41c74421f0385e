// Work that may not come in, from a real agent to what a person sees of it: refused once, kept, taken or done again.
import { beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { expectWhole, git, newHome, SLOW_MS, statusOf, type Task, waitForState } from "../support/home-with-project.ts";

beforeAll(() => {
  binary();
}, 120_000);

const ask = (home: Awaited<ReturnType<typeof newHome>>, ...directives: string[]) =>
  home.json<Task>("create-task", "--title", "work", "--prompt", directives.map((line) => `demo: ${line}`).join("\n"));

test(
  "a link that leads out: the task says so at once, the work can be looked at, and taken",
  async () => {
    const home = await newHome();
    await home.startDaemon();
    const task = await ask(home, "run ln -s /etc/hosts hosts", "write good.txt done", "commit Both");
    const failed = await waitForState(home, task, "failed");
    expect(failed.error).toMatchObject({
      message: 'What the agent committed on "ccm/task-1" may not come in: the link "hosts" leads out of the tree, to "/etc/hosts".',
      hint: expect.stringContaining("git merge refs/ccm/refused/1"),
    });
    expect((await home.ccm("task-status", "1")).stdout).toMatch(/leads\s+out\s+of\s+the\s+tree/);
    expect((await home.json<{ name: string }[]>("audit")).map(({ name }) => name)).toContain("work.refused");
    expect(git(home, home.repo, "diff", "--name-only", "main", "refs/ccm/refused/1")).toBe("good.txt\nhosts");
    expect(git(home, home.repo, "fsck", "--strict", "--no-dangling", "--no-progress")).toBe("");
    git(home, home.repo, "merge", "-q", "refs/ccm/refused/1");
    expect(readFileSync(join(home.repo, "good.txt"), "utf8")).toBe("done\n");
    await expectWhole(home, 1);
  },
  SLOW_MS,
);

test(
  "objects that git does not take: nothing of them is in the repository, the files are in the tree, and another try is honest",
  async () => {
    const home = await newHome();
    await home.startDaemon();
    const script = join(home.repo, "spoil.sh");
    writeFileSync(
      script,
      `set -e
if [ -n "$(git branch --list 'ccm-aside-*')" ]; then echo honest > good.txt; git add good.txt; git commit -q -m Honest; exit; fi
blob=$(echo x | git hash-object -w --stdin)
printf "100644 .GIT\\0" > raw && printf "$(echo $blob | sed 's/../\\\\x&/g')" >> raw
tree=$(git hash-object -t tree --literally -w raw) && rm raw
git update-ref HEAD "$(git commit-tree -p HEAD -m Hostile "$tree")"
git reset -q --mixed HEAD~1 && git update-ref HEAD "$(git commit-tree -p HEAD -m Hostile "$tree")"
`,
    );
    git(home, home.repo, "add", ".");
    git(home, home.repo, "commit", "-q", "-m", "A script");
    const task = await ask(home, "run bash spoil.sh");
    const failed = await waitForState(home, task, "failed");
    expect(failed.error?.message).toMatch(/could not be imported: .*(hasDotgit|\.git)/);
    expect(failed.error?.hint).toContain(`The files are in "${home.paths.task(1).tree}"`);
    expect(git(home, home.repo, "for-each-ref", "--format=%(refname)", "refs/ccm/refused")).toBe("");
    expect(git(home, home.repo, "fsck", "--strict", "--no-dangling", "--no-progress")).toBe("");
    await home.json("retry-task", "1");
    const done = await waitForState(home, task, "done");
    expect(done.result).toBe("merged");
    expect(readFileSync(join(home.repo, "good.txt"), "utf8")).toBe("honest\n");
    expect(existsSync(join(home.repo, ".GIT"))).toBe(false);
    expect((await statusOf(home, task)).error).toBeNull();
  },
  SLOW_MS,
);

test.if(Bun.which("git-lfs") !== null)(
  "large files are in the agent's tree, and what it adds is in the person's checkout after the merge",
  async () => {
    const home = await newHome();
    git(home, home.repo, "lfs", "install", "--skip-repo");
    writeFileSync(join(home.repo, ".gitattributes"), "*.bin filter=lfs diff=lfs merge=lfs -text\n");
    writeFileSync(join(home.repo, "model.bin"), "weights\n");
    git(home, home.repo, "add", ".");
    git(home, home.repo, "commit", "-q", "-m", "Large files");
    await home.startDaemon();
    const task = await ask(home, "run grep -q weights model.bin && echo more >> model.bin", "write new.bin content");
    expect((await waitForState(home, task, "done")).result).toBe("merged");
    expect(git(home, home.repo, "show", "main:new.bin")).toStartWith("version https://git-lfs");
    expect(readFileSync(join(home.repo, "new.bin"), "utf8")).toBe("content\n");
    expect(readFileSync(join(home.repo, "model.bin"), "utf8")).toBe("weights\nmore\n");
    expect(git(home, home.repo, "status", "--porcelain")).toBe("");
    expect(git(home, home.repo, "lfs", "fsck")).toContain("OK");
  },
  SLOW_MS,
);
