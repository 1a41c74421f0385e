// The simulated person: queues tasks, commits on the base branch, leaves the checkout dirty, decides, cancels, retries.
import { answerQuestion, openQuestion } from "../../src/agents/actions.ts";
import { approve, reject, requestChanges } from "../../src/decisions/actions.ts";
import type { Ctx } from "../../src/kernel/context.ts";
import { Fault } from "../../src/kernel/fault.ts";
import { leaveRequest } from "../../src/kernel/requests.ts";
import { insertProject } from "../../src/projects/table.ts";
import { createTask, listTasks, pauseTask } from "../../src/tasks/actions.ts";
import { cancelTask, resumeTask, retryTask, trustTask } from "../../src/tasks/persons-word.ts";
import { isHeldByAgent, RIGHTS } from "../../src/tasks/rules.ts";
import { snapshotsOf } from "../../src/worktrees/actions.ts";
import { Killed, type World } from "./world.ts";

/** One project of a random kind and a handful of tasks, some after others. */
export function prepareQueue(world: World, ctx: Ctx): void {
  const gates: Record<string, string> = world.chance(0.8) ? { full: "npm test" } : {};
  const project = ctx.db.transact(() =>
    insertProject(ctx.db, {
      uuid: ctx.ids.uuid(),
      name: "sim",
      path: "/repo",
      gitDir: "/repo/.git",
      base: "main",
      agent: world.pick(["demo", "claude"]),
      approval: world.pick(["ask", "auto"] as const),
      settings: { gates, setup: world.chance(0.3) ? "npm ci" : null, copies: [], env: {}, sandbox: {}, guards: {}, roles: {} },
      authorName: "p",
      authorEmail: "p@example.org",
      createdAt: ctx.clock.now(),
    }),
  );
  const tasks = 2 + Math.floor(world.random() * 5);
  for (let i = 1; i <= tasks; i++) {
    const after = i > 1 && world.chance(0.2) ? [i - 1] : [];
    createTask(ctx, project.id, {
      title: `Task ${i}`,
      prompt: "Do it.",
      kind: "custom",
      priority: world.pick(["urgent", "high", "normal", "low"] as const),
      after,
      ...(world.chance(0.3) ? { source: "https://example.org/1" } : {}),
    });
  }
}

/** Now and then a person does something, sensible or not; what the state does not allow is refused with a Fault. */
export function actAsPerson(world: World, ctx: Ctx): void {
  if (!world.chance(0.04)) return;
  const { id } = world.pick(listTasks(ctx, { limit: 100 }));
  attempt(() =>
    world.pick([
      () => commitOnBase(world),
      () => world.repo.touchCheckout(),
      () => world.repo.checkOut(world.pick(["main", null, "other"])),
      () => cancelTask(ctx, id),
      () => pauseTask(ctx, id),
      () => resumeTask(ctx, id),
      () => retryTask(ctx, id),
      ...Array.from({ length: 6 }, () => () => approve(ctx, id, "p")),
      ...Array.from({ length: 3 }, () => () => retryTask(ctx, id)),
      () => leaveRequest(ctx, "snapshot", { taskId: id, note: world.pick(["", "a word"]), by: "p" }),
      ...Array.from({ length: 3 }, () => () => takeBack(world, ctx)),
      () => trustTask(ctx, id, [world.pick(RIGHTS)]),
      () => reject(ctx, id, "p", "no"),
      () => answerQuestion(ctx, id, { verdict: world.pick(["allow", "deny"]), text: "", by: "p" }),
      () => requestChanges(ctx, id, "p", "Use good words; it did not pass my eyes."),
      () => reboot(world),
      () => stayAway(world),
    ])(),
  );
}

/** In the end the person cleans up: commits, resumes, approves, asks to go on where nothing else helps. */
export function settleAsPerson(world: World, ctx: Ctx): void {
  world.repo.dirty = false;
  for (const task of listTasks(ctx, { limit: 100 })) {
    if (task.state === "paused") attempt(() => resumeTask(ctx, task.id));
    if (openQuestion(ctx, task.id)) attempt(() => answerQuestion(ctx, task.id, { verdict: "allow", text: "", by: "p" }));
    if (isHeldByAgent(task) && world.chance(0.02)) attempt(() => resumeTask(ctx, task.id));
    if (task.state === "approving") attempt(() => approve(ctx, task.id, "p"));
    if (task.waiting?.reason === "conflict") attempt(() => requestChanges(ctx, task.id, "p", "Merge it."));
    if (task.state === "queued" && task.waiting?.reason === "dependency") attempt(() => retryOrCancelDependency(ctx, task.id));
  }
}

function retryOrCancelDependency(ctx: Ctx, id: number): void {
  const blocker = listTasks(ctx, { limit: 100 }).find((task) => task.id < id && (task.state === "failed" || task.state === "cancelled"));
  if (blocker) cancelTask(ctx, id);
}

/** Mostly of a task that may be taken back; of one at work it is refused. */
function takeBack(world: World, ctx: Ctx): void {
  const kept = listTasks(ctx, { limit: 100 }).flatMap(({ id, state }) => (state === "done" ? [] : snapshotsOf(ctx, id)));
  if (kept.length === 0) return;
  const { taskId, n } = world.pick(kept);
  if (world.chance(0.3)) attempt(() => pauseTask(ctx, taskId));
  leaveRequest(ctx, "rollback", { taskId, to: n, by: "p" });
}

function commitOnBase(world: World): void {
  const { repo } = world;
  const tip = repo.refs.get("refs/heads/main") ?? "";
  const path = world.pick(["readme", "shared", `note-${repo.commits.size}`]);
  const commit = repo.commit({ ...repo.files(tip), [path]: `person ${repo.commits.size}` }, [tip], "by the person");
  repo.refs.set("refs/heads/main", commit);
  world.personal.push(commit);
}

/** Everything stops at once: daemon and hosts; survivors do not survive this. */
function reboot(world: World): void {
  world.count("reboot");
  world.boots += 1;
  for (const host of world.hosts.values()) {
    if (host.state === "live") host.state = "died";
    host.survivor = false;
    host.lateUntil = 0;
  }
  world.crash();
  world.clock.jump(60_000);
}

const DAY_MS = 24 * 60 * 60_000;

/** Longer than a tree stays that waits for a person, and at times than it stays in the trash. */
function stayAway(world: World): void {
  world.count("person away");
  world.clock.jump(world.pick([8, 16]) * DAY_MS);
  world.jumps += 1;
}

function attempt(act: () => unknown): void {
  try {
    act();
  } catch (thrown) {
    if (!(thrown instanceof Fault) && !(thrown instanceof Killed)) throw thrown;
  }
}
