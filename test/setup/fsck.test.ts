// A real home with real trees, runs and refs, damaged in every way that fsck knows, repaired, and at work again.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ctx } from "../../src/kernel/context.ts";
import { openUp } from "../../src/kernel/open-folders.ts";
import { pathsAt } from "../../src/kernel/paths.ts";
import { type Identity, isAlive, processOf } from "../../src/kernel/process.ts";
import { openContext } from "../../src/open.ts";
import { registerProject } from "../../src/projects/actions.ts";
import { startDaemon, stopDaemon } from "../../src/setup/daemon-actions.ts";
import { stopRuns } from "../../src/setup/emergency.ts";
import { check } from "../../src/setup/fsck.ts";
import { makeHome } from "../../src/setup/home-actions.ts";
import { surveyHome } from "../../src/setup/survey.ts";
import { createTask, mustFind } from "../../src/tasks/actions.ts";
import { cancelTask } from "../../src/tasks/persons-word.ts";
import { findWorktree } from "../../src/worktrees/actions.ts";
import { GIT_ENVIRONMENT } from "../support/repository.ts";
import { waitFor } from "../support/wait.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "ccm-fsck-")));
const paths = pathsAt(join(root, "home"));
const repository = join(root, "repository");
const before = process.env.CCM_HOME;
let ctx: Ctx;
let projectId: number;

/** A task that waits for approval with its work on its branch, and one whose agent is at work. */
let waiting: number;
let working: number;

beforeAll(async () => {
  process.env.CCM_HOME = paths.home;
  mkdirSync(repository);
  git("init", "--quiet", "--initial-branch=main");
  git("commit", "--quiet", "--allow-empty", "--message=First");
  makeHome(paths);
  writeFileSync(paths.config, 'limits:\n  stopSeconds: 1\nwindows:\n  tmux: "off"\n');
  ctx = openContext();
  const settings = { gates: {}, setup: null, copies: [], env: {}, sandbox: {}, guards: {}, roles: {} };
  projectId = (await registerProject(ctx, { path: repository, agent: "demo", approval: "ask", settings })).id;
  waiting = newTask("demo: write work.txt of the agent");
  working = newTask("demo: say at work\ndemo: sleep 600");
  await startDaemon(paths, { profile: "minimal" });
  await waitFor("a task that waits for approval", () => mustFind(ctx, waiting).state === "approving");
  await waitFor("an agent at work", () => liveRun() !== undefined && agentsOf(liveRun() ?? 0).length > 0);
  await stopDaemon(paths);
}, 60_000);

afterAll(async () => {
  await stopDaemon(paths);
  await stopRuns(ctx);
  ctx.db.close();
  if (before === undefined) delete process.env.CCM_HOME;
  else process.env.CCM_HOME = before;
  openUp(root);
  rmSync(root, { recursive: true, force: true });
}, 60_000);

describe("a home in order", () => {
  test("has no differences, with an agent at work and without a daemon", async () => {
    expect(await check(ctx, { repair: true, scope: "all" })).toEqual([]);
  });
});

describe("each damage is named, repaired, and then gone", () => {
  const task = () => paths.task(waiting);
  const cases: [string, () => void, string, () => void][] = [
    [
      "a folder of no task, with somebody's work in it",
      () => write(join(paths.tasks, "900", "work.txt"), "precious"),
      '"tasks/900" belongs to no task.',
      () => expect(readFileSync(join(paths.trash, trashed("900"), "work.txt"), "utf8")).toBe("precious"),
    ],
    [
      "a stray file",
      () => write(join(paths.tasks, "notes"), "x"),
      '"tasks/notes" belongs to no task.',
      () => expect(trashed("notes")).toBeString(),
    ],
    [
      "a branch that was deleted",
      () => git("update-ref", "-d", `refs/heads/ccm/task-${waiting}`),
      `"refs/heads/ccm/task-${1}" is gone.`,
      () => expect(git("show", `ccm/task-${waiting}:work.txt`)).toBe("of the agent"),
    ],
    [
      "a base that is not pinned any more",
      () => git("update-ref", "-d", `refs/ccm/base/${waiting}`),
      `"refs/ccm/base/${1}" is gone.`,
      () => expect(git("rev-parse", `refs/ccm/base/${waiting}`)).toBe(mustFind(ctx, waiting).baseCommit ?? ""),
    ],
    [
      "files that were left half-written",
      () => {
        write(join(paths.home, "config.yaml.4194303.tmp"), "half");
        write(join(paths.backups, "before-schema-2.db.part"), "half");
      },
      `"${join(paths.home, "config.yaml.4194303.tmp")}" was left half-written.`,
      () => expect(existsSync(join(paths.backups, "before-schema-2.db.part"))).toBe(false),
    ],
    [
      "a tree whose private git directory is gone",
      () => {
        write(join(task().tree, "unsaved.txt"), "precious");
        rmSync(task().git, { recursive: true });
      },
      `The tree of task ${1} is not whole.`,
      () => {
        expect(readFileSync(join(paths.trash, trashed(String(waiting)), "tree/unsaved.txt"), "utf8")).toBe("precious");
        expect(findWorktree(ctx, waiting)?.state).toBe("restoring");
      },
    ],
  ];
  test.each(cases)("%s", async (_, damage, text, proof) => {
    damage();
    const dry = await check(ctx, { repair: false, scope: "all" });
    expect(dry.map((finding) => finding.text)).toContain(text);
    expect(dry.every((finding) => !finding.done)).toBe(true);
    const findings = await check(ctx, { repair: true, scope: "all" });
    expect(findings.filter((finding) => finding.failed !== null || !finding.done)).toEqual([]);
    expect(await check(ctx, { repair: true, scope: "all" })).toEqual([]);
    proof();
  });

  test("a ref of no task is named and stays, and its number is not given again", async () => {
    git("update-ref", "refs/ccm/trash/950", "HEAD");
    const findings = await check(ctx, { repair: true, scope: "all" });
    expect(findings).toContainEqual(
      expect.objectContaining({ text: '"refs/ccm/trash/950" belongs to no task.', done: false, repair: null }),
    );
    expect(git("rev-parse", "refs/ccm/trash/950")).toBe(git("rev-parse", "HEAD"));
    expect(newTask("demo: no-change")).toBe(951);
    cancelTask(ctx, 951);
    git("update-ref", "-d", "refs/ccm/trash/950");
  });

  test("a run folder of no run stays, and its number is not given again", async () => {
    write(join(paths.runs, "970", "events.jsonl"), "{}\n");
    const findings = await check(ctx, { repair: true, scope: "all" });
    expect(findings.map((finding) => [finding.text, finding.done])).toEqual([
      ["There are runs up to number 970, and the database knows of 2.", true],
      ["Run folders that are not in the database: r970.", false],
    ]);
    expect(existsSync(join(paths.runs, "970", "events.jsonl"))).toBe(true);
    rmSync(join(paths.runs, "970"), { recursive: true });
  });

  test("what outlived a finished run is killed", async () => {
    const finished = ctx.db.sql.query<{ id: number }, []>("SELECT id FROM runs WHERE state = 'finished'").get()?.id ?? 0;
    const child = Bun.spawn(["sleep", "600"], { env: { CCM_RUN_SPOOL: paths.run(finished).spool }, detached: true });
    await waitFor("its start", () => agentsOf(finished).length > 0);
    const [finding] = await check(ctx, { repair: true, scope: "home" });
    expect(finding).toMatchObject({ text: `Run r${finished} is over and has processes: ${child.pid}.`, done: true });
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
    expect(await check(ctx, { repair: true, scope: "home" })).toEqual([]);
  });
});

test("a tree that vanished is there again when the daemon has started, with the work that was committed", async () => {
  rmSync(paths.task(waiting).root, { recursive: true, force: true });
  await startDaemon(paths, { profile: "minimal" });
  const file = join(paths.task(waiting).tree, "work.txt");
  await waitFor("the tree", () => findWorktree(ctx, waiting)?.state === "ready" && existsSync(file));
  expect(readFileSync(file, "utf8")).toBe("of the agent\n");
  expect(mustFind(ctx, waiting).state).toBe("approving");
  await stopDaemon(paths);
  expect(await check(ctx, { repair: true, scope: "all" })).toEqual([]);
});

test("a run whose folder vanished is killed before another works in its tree", async () => {
  const run = liveRun() ?? 0;
  const agents = agentsOf(run);
  expect(agents.length).toBeGreaterThan(0);
  rmSync(paths.run(run).root, { recursive: true });
  const findings = await check(ctx, { repair: true, scope: "home" });
  expect(findings.map((finding) => [finding.text.replace(/:.*/, ""), finding.done])).toEqual([
    [`Run r${run} has lost its folder and has processes`, true],
  ]);
  expect(agents.filter(isAlive)).toEqual([]);
  await startDaemon(paths, { profile: "minimal" });
  await waitFor("the next run", () => (liveRun() ?? 0) > run && agentsOf(liveRun() ?? 0).length > 0);
  await stopDaemon(paths);
});

test("a host whose run the database has forgotten is asked to stop", async () => {
  const run = liveRun() ?? 0;
  ctx.db.sql.run("DELETE FROM observations WHERE run_id = ?", [run]);
  ctx.db.sql.run("DELETE FROM runs WHERE id = ?", [run]);
  const findings = await check(ctx, { repair: true, scope: "home" });
  expect(findings).toMatchObject([{ text: `Run r${run} is at work and is not in the database.`, done: true }]);
  await waitFor("the end of the host", () => ctx.outside.hosts.look(run).kind === "ended");
  expect(await check(ctx, { repair: true, scope: "home" })).toMatchObject([
    { text: `Run folders that are not in the database: r${run}.`, repair: null },
  ]);
});

test("thousands of old tasks and runs cost nothing that a start would notice", () => {
  ctx.db.transact(() => {
    const task = ctx.db.sql.query(
      `INSERT INTO tasks (id, uuid, project_id, title, prompt, kind, priority, state, branch, created_at, updated_at, state_since, finished_at)
       VALUES (?1, 't' || ?1, ?2, 'Old', 'Old', 'custom', 2, 'done', 'ccm/task-' || ?1, 0, 0, 0, 0)`,
    );
    const run = ctx.db.sql.query(
      `INSERT INTO runs (id, uuid, task_id, project_id, kind, state, agent, attempt, cause, claimed_at) VALUES (?1, 'r' || ?1, ?1, ?2, 'agent', 'finished', 'demo', 1, 'test', 0)`,
    );
    const tree = ctx.db.sql.query(
      "INSERT INTO worktrees (task_id, state, setup, created_at, updated_at) VALUES (?, 'purged', 'none', 0, 0)",
    );
    for (let id = 2_000; id < 5_000; id++) {
      task.run(id, projectId);
      run.run(id, projectId);
      tree.run(id);
      mkdirSync(paths.run(id).root);
    }
  });
  surveyHome(ctx);
  const from = performance.now();
  const facts = surveyHome(ctx);
  console.log(`fsck looks at a home with ${facts.runs.length} run folders in ${(performance.now() - from).toFixed(0)} ms`);
  expect(facts.trees.length).toBeLessThan(10);
});

function newTask(prompt: string): number {
  return createTask(ctx, projectId, { title: "A task", prompt, kind: "custom", priority: "normal", after: [] }).id;
}

function liveRun(): number | undefined {
  return ctx.db.sql.query<{ id: number }, [number]>("SELECT id FROM runs WHERE task_id = ? AND state = 'running'").get(working)?.id;
}

/** The processes of a run, its host included. */
function agentsOf(runId: number): Identity[] {
  return (
    surveyHome(ctx)
      .processes.find((fact) => fact.runId === runId)
      ?.processes.filter(({ pid }) => processOf(pid)?.name !== "unshare") ?? []
  );
}

function trashed(name: string): string {
  return readdirSync(paths.trash).find((found) => found.startsWith(`${name}.aside-`)) ?? "";
}

function write(path: string, text: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
}

function git(...words: string[]): string {
  const run = Bun.spawnSync(["git", ...words], { cwd: repository, env: GIT_ENVIRONMENT, stdin: "ignore" });
  if (run.exitCode !== 0) throw new Error(`git ${words.join(" ")} failed: ${run.stderr.toString()}`);
  return run.stdout.toString().trim();
}
