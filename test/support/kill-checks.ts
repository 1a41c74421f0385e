// What must hold after any kill: merged once, what the gate passed on, nothing recorded twice, nothing left over.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readEvents } from "../../src/kernel/events.ts";
import { outputOf, processesOf } from "./home-under-test.ts";
import { describeTask, type Lane, type Victim } from "./kill-case.ts";
import { waitFor } from "./wait.ts";

/** Throws with everything that does not hold, and with the task's history. `name` is how its work is named. */
export async function checkAll(lane: Lane, taskId: number, name: string, victim: Victim): Promise<void> {
  const wrong = [
    ...(await mergedOnce(lane, taskId, name)),
    ...recordedOnce(lane, taskId),
    ...(victim === "daemon" ? noRunLost(lane, taskId) : []),
    ...(await agreesWithItself(lane)),
    ...repositoryIsWhole(lane, taskId),
    ...(await survivors(lane)),
    ...leftovers(lane),
    ...printed(lane),
  ];
  if (wrong.length > 0) throw new Error(`${wrong.join("\n")}\n${await describeTask(lane, taskId)}`);
}

type Status = { state: string; result: string; commit: string };

async function mergedOnce({ home, db, git }: Lane, taskId: number, name: string): Promise<string[]> {
  const task = await home.json<Status>("task-status", String(taskId));
  const trailers = git("log", "--format=%(trailers:key=Ccm-Task,valueonly,separator=%x20)", "main").split("\n");
  const events = readEvents(db, { after: 0, limit: 1_000, taskId });
  const checked = events.filter((event) => event.name === "gate.passed").at(-1)?.data.commit;
  return expectAll({
    "the task": [`${task.state} ${task.result}`, "done merged"],
    "commits of the task on the base": [trailers.filter((line) => line.split(" ")[0] === String(taskId)).length, 1],
    "the base": [git("rev-parse", "main"), checked],
    "the commit recorded": [task.commit, checked],
    "the work": [git("show", `main:${name}-first.txt`, `main:${name}-second.txt`), "one\ntwo"],
  });
}

const ONCE = ["task.created", "task.approved", "task.merged", "worktree.created", "worktree.discarded"];
const ONCE_A_RUN = ["run.claimed", "run.started", "run.ended", "run.finished"];

function recordedOnce({ db }: Lane, taskId: number): string[] {
  const events = readEvents(db, { after: 0, limit: 1_000, taskId });
  const names = events.map((event) => (event.runId ? `r${event.runId} ${event.name}` : event.name));
  const runs = new Set(events.flatMap((event) => event.runId ?? []));
  const once = [...ONCE, ...[...runs].flatMap((run) => ONCE_A_RUN.map((name) => `r${run} ${name}`))];
  return expectAll(Object.fromEntries(once.map((name) => [`records of ${name}`, [names.filter((one) => one === name).length, 1]])));
}

/** The daemon's death costs no run: one agent, one gate. */
function noRunLost({ db }: Lane, taskId: number): string[] {
  const runs = db.sql
    .query<{ kind: string; outcome: string }, [number]>("SELECT kind, outcome FROM runs WHERE task_id = ? ORDER BY id")
    .all(taskId);
  return expectAll({ "the runs": [runs.map((run) => `${run.kind} ${run.outcome}`).join(), "agent passed,gate passed"] });
}

async function agreesWithItself({ home }: Lane): Promise<string[]> {
  return (await home.json<unknown[]>("fsck")).map((found) => `ccm fsck: ${JSON.stringify(found)}`);
}

/** A quarantine of a killed import stays for a while, as git's own do; a lock would stay for ever. */
function repositoryIsWhole({ git, repo }: Lane, taskId: number): string[] {
  const files = readdirSync(join(repo, ".git"), { recursive: true, encoding: "utf8" });
  const trash = `refs/ccm/trash/${taskId}`;
  return expectAll({
    "git fsck": [git("fsck", "--strict", "--no-dangling", "--no-progress"), ""],
    "the person's checkout": [git("status", "--porcelain"), ""],
    HEAD: [git("symbolic-ref", "HEAD"), "refs/heads/main"],
    "refs of the task": [git("for-each-ref", "--format=%(refname)", "refs/heads/ccm", "refs/ccm/base"), ""],
    "its trash": [git("for-each-ref", "--format=%(refname)", trash), trash],
    "locks in the repository": [files.filter((name) => name.endsWith(".lock")).join(), ""],
  });
}

/** Processes of this home besides its daemon; git of the daemon may just be ending. */
async function survivors({ home }: Lane): Promise<string[]> {
  const others = () => processesOf(home.root).filter((found) => found.pid !== home.daemonPid);
  await waitFor("the last processes to end", () => others().length === 0).catch(() => {});
  return others().map((found) => `still there: ${found.pid} ${found.command} in ${found.cwd}`);
}

/** Everything a home may hold once its tasks are done. */
const EXPECTED = [
  /^(ccm\.db|ccm\.db-wal|ccm\.db-shm|daemon\.lock|config\.yaml|token)$/,
  /^(tasks|runs|trash|logs|backups)$/,
  /^logs\/daemon\.log$/,
  /^runs\/\d+$/,
  /^runs\/\d+\/(spec\.json|started\.json|endpoint\.json|exit\.json|lock|host\.log|sandbox\.json|cgroups\.json|events\.jsonl|output|requests|spool)$/,
  /^trash\/\d+(\/.*)?$/,
  /^automations(\/(shipped\.json|enabled|lib(\/ccm\.bash)?|available(\/\d\d-[a-z-]+)?))?$/,
];

function leftovers({ home }: Lane): string[] {
  const names = readdirSync(home.paths.home, { recursive: true, encoding: "utf8" });
  return names.filter((name) => !EXPECTED.some((pattern) => pattern.test(name))).map((name) => `left in CCM_HOME: ${name}`);
}

function printed({ home }: Lane): string[] {
  const output = outputOf(home.root);
  return output === "" ? [] : [`the daemon printed: ${output}`];
}

/** One line for each pair that differs. */
function expectAll(pairs: Record<string, [is: unknown, should: unknown]>): string[] {
  return Object.entries(pairs).flatMap(([what, [is, should]]) =>
    is === should ? [] : [`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(should)}`],
  );
}
