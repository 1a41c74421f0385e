// The rooms in their order: what ccm consists of. Each room imports only rooms above it.
import { agents, treesOfAgents } from "./agents/module.ts";
import { decisions } from "./decisions/module.ts";
import { dispatch } from "./dispatch/module.ts";
import { hooks } from "./hooks/module.ts";
import type { Module, Step } from "./kernel/module.ts";
import type { Operation } from "./kernel/operation.ts";
import type { Routes } from "./kernel/page.ts";
import type { Answers } from "./kernel/requests.ts";
import { merge } from "./merge/module.ts";
import { progress } from "./progress/module.ts";
import { projects } from "./projects/module.ts";
import { review } from "./review/module.ts";
import { secrets } from "./secrets/module.ts";
import { setup } from "./setup/module.ts";
import { tasks, tasksOfProjects } from "./tasks/module.ts";
import { web } from "./web/module.ts";
import { worktrees } from "./worktrees/module.ts";

export const modules: readonly Module[] = [
  secrets,
  hooks,
  projects,
  tasksOfProjects,
  tasks,
  worktrees,
  treesOfAgents,
  agents,
  dispatch,
  review,
  decisions,
  merge,
  progress,
  setup,
  web,
];

/** Every room's part of the loop, in the order of the rooms. */
export async function allSteps(): Promise<Step[]> {
  return (await Promise.all(modules.map((module) => module.steps?.() ?? []))).flat();
}

/** What the daemon answers for commands, by the kind of request. */
export async function allAnswers(): Promise<Answers> {
  return Object.assign({}, ...(await Promise.all(modules.map((module) => module.answers?.() ?? {}))));
}

/** What every room shows on the web, and what the API takes. */
export async function allRoutes(): Promise<Routes[]> {
  const routes = await Promise.all(modules.flatMap((module) => module.routes?.() ?? []));
  return [...routes, { operations: await allOperations() }];
}

/** The operations of the API, in the order of the rooms. */
export async function allOperations(): Promise<Operation[]> {
  return (await Promise.all(modules.map((module) => module.operations?.() ?? []))).flat();
}
