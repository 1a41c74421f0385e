// Pages of a home with 100k tasks and 1M events: what each takes of the daemon's processor, and how long it is.
import { openLargeHome, SIZES } from "./large-home.ts";
import { cpuSoFar, inTurn, median, timed } from "./measure.ts";
import { ms, type Row, row } from "./row.ts";

const PATHS = {
  Home: "/",
  Tasks: "/tasks",
  "Tasks, the board": "/tasks?view=board",
  "Tasks, searched": "/tasks?q=login",
  "New task": "/tasks/new",
  Approvals: "/approvals",
  Agents: "/agents",
  Projects: "/projects",
  "one project": "/projects/storefront",
  Health: "/health",
  "one task": `/tasks/${SIZES.tasks}`,
  "one task's log": `/tasks/${SIZES.tasks}/log`,
  "one task's diff": `/tasks/${SIZES.tasks}/diff`,
};
const ROUNDS = 15;
/** Asked for before the figures: what is loaded with the first request is not a page's. */
const WARM_UP = 2;

export const pages = (): Promise<Row[]> => answersOf("page", PATHS);

/** What each of these takes; `kind` says what they are. */
export async function answersOf(kind: string, paths: Readonly<Record<string, string>>): Promise<Row[]> {
  const large = await openLargeHome();
  const bytes = new Map<string, number>();
  const cpu = new Map<string, number[]>();
  const ask = async (name: string, path: string) => {
    const before = cpuSoFar(large.pid);
    const answer = await large.get(path);
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}.`);
    bytes.set(name, answer.bytes);
    cpu.set(name, [...(cpu.get(name) ?? []), cpuSoFar(large.pid) - before]);
  };
  try {
    for (let i = 0; i < WARM_UP; i++) for (const [name, path] of Object.entries(paths)) await ask(name, path);
    cpu.clear();
    const works = Object.entries({ floor: "/healthz", ...paths }).map(([name, path]) => [name, () => timed(() => ask(name, path))]);
    const wall = await inTurn(ROUNDS, Object.fromEntries(works) as Record<string, () => Promise<number>>);
    const floor = median(cpu.get("floor") ?? []);
    return Object.keys(paths).map((name) => {
      const own = median(cpu.get(name) ?? []);
      const length = `${((bytes.get(name) ?? 0) / 1_000).toFixed(0)} kB, answered in ${ms(wall.of(name))}; /healthz ${ms(floor)}`;
      return row(`${kind}: ${name}`, "≤ 20 ms in the server", `${ms(own)} of its processor`, length, own <= 20);
    });
  } finally {
    await large.close();
  }
}
