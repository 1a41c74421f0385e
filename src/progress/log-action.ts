// `ccm logs`: the recorded events in words, once or as they come.
import { findRun, runMeant } from "../agents/actions.ts";
import type { Run } from "../agents/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { type Event, lastSeq, newestEvents, readEvents } from "../kernel/events.ts";
import { Fault } from "../kernel/fault.ts";
import { taskNumber, wholeNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { listProjects, projectNamed } from "../projects/actions.ts";
import { mustFind } from "../tasks/actions.ts";
import { isFinal } from "../tasks/rules.ts";
import { createLogText } from "./log-text.ts";
import { isNoise } from "./rules.ts";
import type { EventShape } from "./shapes.ts";

export type LogOptions = { project?: string; follow?: boolean; all?: boolean; limit: string };

/** Most events that are shown at the start, and read at one look. */
const LIST_LIMIT = 10_000;
/** Events that are read for one that is shown: about so many hooks of an agent come to one that people need to see. */
const READ_FOR_ONE = 20;
/** Between two looks: people do not notice it. */
const LOOK_MS = 100;

type Wanted = { projectId?: number; taskId?: number; runId?: number };

/** Faults: `not_found` for what does not exist, `invalid` for a task and a project at once. */
export async function logs(host: CommandHost, id: string | undefined, options: LogOptions): Promise<void> {
  const limit = wholeNumber(options.limit, "limit", 1, LIST_LIMIT);
  const ctx = await host.open();
  const wanted = meant(ctx, id, options.project);
  const isShown = (event: Event) => host.json || options.all === true || !isNoise(event.name, event.data);
  const show = printer(ctx, host, wanted);
  let cursor = lastSeq(ctx.db);
  const first = newestEvents(ctx.db, { ...wanted, limit: Math.min(LIST_LIMIT, limit * READ_FOR_ONE) })
    .filter(isShown)
    .slice(-limit);
  if (!options.follow) return show.all(first);
  for (const event of first) show.one(event);
  cursor = Math.max(cursor, first.at(-1)?.seq ?? 0);
  while (!isOver(ctx, wanted)) {
    await ctx.clock.sleep(LOOK_MS);
    const events = readEvents(ctx.db, { ...wanted, after: cursor, limit: LIST_LIMIT });
    for (const event of events.filter(isShown)) show.one(event);
    cursor = events.at(-1)?.seq ?? cursor;
  }
}

function meant(ctx: Ctx, id: string | undefined, project: string | undefined): Wanted {
  if (id !== undefined && project !== undefined)
    throw new Fault("invalid", `"${id}" and --project are given at once.`, "A task and a run belong to one project; give one of the two.");
  if (project !== undefined) return { projectId: projectNamed(ctx, project).id };
  if (id === undefined) return {};
  if (!id.startsWith("r")) return { taskId: mustFind(ctx, taskNumber(id)).id };
  const run = runMeant(ctx, id, "newest");
  return { taskId: run.taskId, runId: run.id };
}

/** Nothing more comes of a task that has ended, and of a run that is finished. */
function isOver(ctx: Ctx, wanted: Wanted): boolean {
  if (wanted.runId !== undefined) return findRun(ctx, wanted.runId)?.state === "finished";
  return wanted.taskId !== undefined && isFinal(mustFind(ctx, wanted.taskId).state);
}

type Printer = { one(event: Event): void; all(events: readonly Event[]): void };

function printer(ctx: Ctx, host: CommandHost, wanted: Wanted): Printer {
  const names = new Map(listProjects(ctx).map((project) => [project.id, project.name]));
  const text = createLogText(host, {
    about: wanted.taskId === undefined ? "everything" : "one task",
    projectName: (id) => names.get(id) ?? `project ${id}`,
    outputOf: (runId) => failedOutput(findRun(ctx, runId)),
  });
  const words = (events: readonly Event[]) => events.map(text);
  return {
    one: (event) => host.stream(eventShape(event), () => words([event]).join("\n")),
    all: (events) => host.print(events.map(eventShape), () => words(events).join("\n") || "Nothing has happened yet."),
  };
}

/** An event as scripts read it. */
export function eventShape(event: Event): EventShape {
  return { ...event, at: new Date(event.at).toISOString() };
}

/** The end of what a run printed that did not pass: the reason is mostly there. */
function failedOutput(run: Run | null): string {
  return run?.outcome === "passed" || run?.outcome === "stopped" ? "" : (run?.exit?.tail ?? "");
}
