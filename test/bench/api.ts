// Lists of the API on a home with 100k tasks and 1M events: the first page, one far behind, and what is searched.
import { encodeCursor } from "../../src/kernel/paging.ts";
import { SIZES } from "./large-home.ts";
import { answersOf } from "./pages.ts";
import type { Row } from "./row.ts";

const HALF = SIZES.tasks / 2;

const PATHS = {
  "50 tasks": "/tasks",
  "50 tasks behind 50,000": `/tasks?cursor=${encodeCursor("tasks-newest", [HALF, HALF])}`,
  "1,000 tasks": "/tasks?limit=1000",
  "tasks in a state": "/tasks?state=failed",
  "tasks by cost": "/tasks?sort=cost",
  "tasks by words that none has": "/tasks?words=nothing-like-it",
  "one task": `/tasks/${SIZES.tasks}`,
  "results of a project": "/recent-results?project=infra",
  approvals: "/approvals",
  plan: "/plan",
  "50 runs": "/agents?all=true",
  "50 newest events": "/events",
  "1,000 events behind 500,000": `/events?after=${SIZES.events / 2}&limit=1000`,
  "events of a task": `/events?after=0&task=${SIZES.tasks}`,
  "events by a name that none has": "/events?after=0&name=nothing.happened",
};

export const api = (): Promise<Row[]> =>
  answersOf("API", Object.fromEntries(Object.entries(PATHS).map(([name, path]) => [name, `/api/v1${path}`])));
