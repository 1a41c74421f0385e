// Snapshots and steps back with the built executable: while an agent works, after its gate refused, and where they are refused.
import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HomeUnderTest } from "../support/home-under-test.ts";
import { expectFault, git, newHome, SLOW_MS } from "../support/home-with-project.ts";
import { waitFor } from "../support/wait.ts";

type Kept = { n: number; ref: string; commit: string; base: string; why: string; note: string; unfinished: string | null };

async function create(home: HomeUnderTest, prompt: string[]): Promise<number> {
  const words = prompt.map((line) => `demo: ${line}`).join("\n");
  return (await home.json<{ id: number }>("create-task", "--title", "A task", "--prompt", words)).id;
}

const kept = (home: HomeUnderTest, id: number) => home.json<Kept[]>("snapshots", String(id));
const tree = (home: HomeUnderTest, id: number) => home.paths.task(id).tree;

/** Waits until a file is in the task's tree. */
async function written(home: HomeUnderTest, id: number, file: string): Promise<void> {
  await waitFor(`"${file}" in the tree`, () => existsSync(join(tree(home, id), file)), SLOW_MS);
}

test(
  "a snapshot is taken beside an agent at work, and going back to it waits until the agent is stopped",
  async () => {
    const home = await newHome();
    await home.startDaemon();
    const id = await create(home, [
      "write one.txt 1",
      "commit first",
      "write two.txt 2",
      "await-message",
      "write three.txt 3",
      "await-message",
    ]);
    await written(home, id, "two.txt");

    const first = await home.json<Kept & { isNew: boolean }>("snapshot", String(id), "--note", "two files");
    expect(first).toMatchObject({ n: 1, why: "asked", note: "two files", unfinished: null, isNew: true });
    expect(git(home, home.repo, "ls-tree", "--name-only", first.ref)).toBe("README.md\none.txt\ntwo.txt");
    expect(await home.json<object>("snapshot", String(id))).toMatchObject({ n: 1, isNew: false });

    expectFault(await home.ccm("rollback", String(id), "--to", "1"), 4, /is at work on task/, /ccm pause-task/);
    await home.json("message", String(id), "go on");
    await written(home, id, "three.txt");
    await home.json("pause-task", String(id));
    await waitFor("the end of its agent", async () => (await home.json<unknown[]>("list-agents")).length === 0, SLOW_MS);

    expectFault(await home.ccm("rollback", String(id), "--to", "7"), 3, /no snapshot "7"/, /ccm snapshots/);
    expectFault(await home.ccm("rollback", String(id)), 2, /Which snapshot/, /--to N/);
    const back = await home.json<{ kept: number[]; commit: string }>("rollback", String(id), "--to", "1");
    expect(back.commit).toBe(first.commit);
    expect(existsSync(join(tree(home, id), "three.txt"))).toBe(false);
    expect(readFileSync(join(tree(home, id), "two.txt"), "utf8")).toContain("2");
    expect(git(home, home.repo, "rev-parse", `ccm/task-${id}`)).toBe(first.commit);

    const present = (await kept(home, id)).find(({ n }) => n === back.kept[0]);
    expect(present).toMatchObject({ why: "rollback", note: "before going back to 1" });
    expect(git(home, home.repo, "ls-tree", "--name-only", present?.ref ?? "")).toContain("three.txt");
    expect(git(home, home.repo, "fsck", "--strict")).not.toContain("error");
    expect(await home.json<object>("task-status", String(id))).toMatchObject({ state: "paused" });
  },
  SLOW_MS * 2,
);

test(
  "after every ten commits of an agent at work its state is kept",
  async () => {
    const home = await newHome();
    await home.startDaemon();
    const commits = Array.from({ length: 11 }, (_, i) => [`write f${i}.txt ${i}`, `commit c${i}`]).flat();
    const id = await create(home, [...commits, "await-message"]);
    await waitFor("a snapshot", async () => (await kept(home, id)).some(({ why }) => why === "commits"), SLOW_MS);
    const [first] = await kept(home, id);
    expect(Number(git(home, home.repo, "rev-list", "--count", `main..${first?.ref}`))).toBeGreaterThanOrEqual(10);
  },
  SLOW_MS * 2,
);

test(
  "what a person sends back is kept, an approval does not outlive a step back, and what is gone back to is checked anew",
  async () => {
    const home = await newHome();
    await home.json("edit-project", "repo", "--approval", "ask");
    await home.startDaemon();
    const id = await create(home, ["write a.txt 1"]);
    await home.json("wait", String(id), "--for", "approving", "--timeout", "60");
    await home.json("request-changes", String(id), "--comment", "demo: write b.txt 2");
    await waitFor("a snapshot", async () => (await kept(home, id)).some(({ why }) => why === "send-back"), SLOW_MS);
    await home.json("wait", String(id), "--for", "approving", "--timeout", "60");
    const before = await home.json<{ commit: string }>("diff", String(id));

    await home.json("rollback", String(id), "--to", "1");
    expectFault(
      await home.ccm("approve", String(id), "--commit", before.commit.slice(0, 12)),
      4,
      /changed while you were reading|being checked again/,
      /./,
    );
    await waitFor("the approval", async () => (await home.ccm("approve", String(id))).code === 0, SLOW_MS);
    await home.json("wait", String(id), "--for", "done", "--timeout", "60");
    expect(git(home, home.repo, "ls-tree", "--name-only", "main")).toBe("README.md\na.txt");
    expectFault(await home.ccm("rollback", String(id), "--to", "1"), 4, /is done/, /git revert/);
  },
  SLOW_MS * 3,
);

test(
  "a base that has moved on comes back into work that was taken back behind it",
  async () => {
    const home = await newHome();
    await home.json("edit-project", "repo", "--approval", "ask");
    await home.startDaemon();
    const id = await create(home, ["write a.txt 1", "commit one", "await-message", "write b.txt 2"]);
    await written(home, id, "a.txt");
    const first = await home.json<Kept>("snapshot", String(id));
    writeFileSync(join(home.repo, "person.txt"), "mine\n");
    git(home, home.repo, "add", ".");
    git(home, home.repo, "commit", "-q", "-m", "A person's");
    await home.json("message", String(id), "go on");
    await home.json("wait", String(id), "--for", "approving", "--timeout", "60");
    expect(git(home, home.repo, "ls-tree", "--name-only", `ccm/task-${id}`)).toContain("person.txt");

    await home.json("rollback", String(id), "--to", String(first.n));
    await waitFor("the approval", async () => (await home.ccm("approve", String(id))).code === 0, SLOW_MS);
    await home.json("wait", String(id), "--for", "done", "--timeout", "60");
    expect(git(home, home.repo, "ls-tree", "--name-only", "main")).toBe("README.md\na.txt\nperson.txt");
  },
  SLOW_MS * 3,
);

test(
  "without a daemon, without a tree and with the branch checked out it is refused, and nothing is changed",
  async () => {
    const home = await newHome();
    const id = await create(home, ["write a.txt 1", "fail"]);
    expectFault(await home.ccm("snapshot", String(id)), 5, /No daemon runs/, /ccm start/);
    expectFault(await home.ccm("rollback", String(id), "--to", "1"), 5, /No daemon runs/, /ccm start/);
    await home.json("pause-task", String(id));
    await home.startDaemon();
    expectFault(await home.ccm("snapshot", String(id)), 4, /has no tree yet/, /ccm plan/);
    expectFault(await home.ccm("snapshot", String(id), "--note", "two\nlines"), 2, /one line/, /few words/);
    expectFault(await home.ccm("snapshot", "99"), 3, /no task "99"/, /list-tasks/);
  },
  SLOW_MS * 2,
);
