// CCM_HOME made, and `ccm status`: what is going on in it.
import { version } from "../../package.json" with { type: "json" };
import { liveRuns } from "../agents/actions.ts";
import type { Run } from "../agents/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { openDatabase } from "../kernel/database.ts";
import { createHome, currentCaller } from "../kernel/home.ts";
import { probeLock } from "../kernel/lock.ts";
import { migrate, requireSchema } from "../kernel/migrate.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "../kernel/migrations.ts";
import type { CommandHost } from "../kernel/module.ts";
import type { Paths } from "../kernel/paths.ts";
import { textFields } from "../kernel/text-table.ts";
import { needsOf } from "../progress/actions.ts";
import { listProjects } from "../projects/actions.ts";
import { countByState } from "../tasks/actions.ts";
import { TASK_STATES } from "../tasks/schema.ts";
import { describe } from "./daemon-actions.ts";
import { type DaemonFound, findDaemon } from "./daemon-file.ts";
import type { StatusShape } from "./shapes.ts";

/** Folders and database, migrated; under a running daemon the schema stays as it is. Faults: `denied`, `environment`, `conflict`. */
export function makeHome(paths: Paths): void {
  createHome(paths, currentCaller());
  const db = openDatabase(paths.database);
  try {
    if (probeLock(paths.lock)) requireSchema(db, SCHEMA_VERSION);
    else migrate(db, MIGRATIONS, paths.backups, Date.now());
  } finally {
    db.close();
  }
}

export async function status(host: CommandHost): Promise<void> {
  const ctx = await host.open();
  const found = findDaemon(ctx.paths);
  const now = lookAround(ctx, found);
  host.print(now, () => statusText(host, now, found));
}

/** Where everything stands, as scripts read it. */
export function lookAround(ctx: Ctx, found: DaemonFound): StatusShape {
  const projects = listProjects(ctx);
  const counts = projects.flatMap((project) => countByState(ctx, project.id));
  const tasks = TASK_STATES.flatMap((state) => {
    const count = counts.filter((one) => one.state === state).reduce((sum, one) => sum + one.count, 0);
    return count > 0 ? [[state, count] as const] : [];
  });
  return {
    home: ctx.paths.home,
    daemon: found.kind === "ready" ? describe(found.state, "running") : { state: found.kind === "busy" ? "busy" : "stopped", version },
    projects: projects.length,
    tasks: Object.fromEntries(tasks),
    // A row says that a run is to go on; only its host says that it does.
    runs: liveRuns(ctx)
      .filter((run) => ctx.outside.hosts.look(run.id).kind === "live")
      .map(describeRun),
    waitsForYou: needsOf(ctx).map((need) =>
      need.kind === "agent"
        ? { agent: need.breaker.agent, reason: need.breaker.kind, text: need.breaker.text }
        : { task: need.task.id, title: need.task.title, reason: need.task.waiting?.reason ?? "", text: need.task.waiting?.text ?? "" },
    ),
  };
}

function describeRun(run: Run): StatusShape["runs"][number] {
  return { run: run.id, task: run.taskId, kind: run.kind, agent: run.agent, since: new Date(run.startedAt ?? run.claimedAt).toISOString() };
}

function statusText(host: CommandHost, now: StatusShape, found: DaemonFound): string {
  const tasks = Object.entries(now.tasks).map(([state, count]) => `${count} ${state}`);
  return textFields(
    [
      ["daemon", daemonText(found)],
      ["page", pageText(found)],
      ["home", now.home],
      ["projects", now.projects === 0 ? "none yet; ccm register-project --path ." : String(now.projects)],
      ["tasks", tasks.join(", ") || "none"],
      ["at work", now.runs.map((run) => `r${run.run} ${run.agent} on task ${run.task}`).join(", ")],
      ...now.waitsForYou.map((need, at): [string, string] => [
        at === 0 ? "needs you" : "",
        "task" in need ? `task ${need.task}, ${need.title}: ${need.text}` : `agent ${need.agent}: ${need.text}`,
      ]),
    ],
    host.columns,
  );
}

function pageText(found: DaemonFound): string {
  const web = found.kind === "ready" ? found.state.web : null;
  if (!web) return "";
  return "url" in web ? `${web.url}; ccm open` : web.fault;
}

function daemonText(found: DaemonFound): string {
  if (found.kind === "absent") return "does not run; ccm start";
  if (found.kind === "busy") return "is starting or stopping";
  const { pid, startedAt, sandbox, profile } = found.state;
  const since = new Date(startedAt).toISOString().replace("T", " ").slice(0, 16);
  const level = sandbox === "none" ? "none, agents and gates can do all that you can" : (sandbox ?? "none works; ccm doctor says why");
  return `runs since ${since} UTC (process ${pid}, ${profile}), sandbox: ${level}`;
}
