// What other rooms may ask of this one: what a person has to do so that work goes on.
import { heldAgents } from "../agents/actions.ts";
import type { Breaker } from "../agents/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { activeBriefs } from "../tasks/actions.ts";
import { waitsForPerson } from "../tasks/rules.ts";
import type { TaskBrief } from "../tasks/schema.ts";

/** A task that goes on only when a person decides, answers or cleans up; or an agent that nothing starts with until they mend it. */
export type Need = { kind: "task"; task: TaskBrief } | { kind: "agent"; breaker: Breaker };

/** Troubles of an agent that do not pass by themselves. */
const PERSONS_TROUBLE: ReadonlySet<Breaker["kind"]> = new Set(["login", "billing", "missing"]);

/** Everything that needs a person, the oldest first. A login that fails is one thing, however many tasks wait for it. */
export function needsOf(ctx: Ctx): Need[] {
  const tasks = activeBriefs(ctx)
    .filter(waitsForPerson)
    .sort((a, b) => (a.waiting?.since ?? 0) - (b.waiting?.since ?? 0));
  const agents = heldAgents(ctx).filter((breaker) => PERSONS_TROUBLE.has(breaker.kind));
  return [...agents.map((breaker) => ({ kind: "agent" as const, breaker })), ...tasks.map((task) => ({ kind: "task" as const, task }))];
}
