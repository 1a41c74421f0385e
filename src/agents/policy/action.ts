// `ccm policy`: what agents may do and who said so, and what a changed policy would have made of what they did.
import { guardWishSchema } from "../../hooks/shapes.ts";
import type { Ctx } from "../../kernel/context.ts";
import { unwrap } from "../../kernel/fault.ts";
import { pastTime, readText } from "../../kernel/input.ts";
import type { CommandHost } from "../../kernel/module.ts";
import { checkFile } from "../../kernel/yaml-file.ts";
import { projectNamed, projectOf } from "../../projects/actions.ts";
import type { Project } from "../../projects/schema.ts";
import { type Policy, policyHere, type Tried } from "./policy.ts";
import { type Replay, replayPolicy } from "./replay.ts";
import type { PolicyShape, ReplayShape } from "./shapes.ts";
import { policyText, replayText } from "./text.ts";

export type TestOptions = { since: string; project?: string; with?: string };

/** Bytes of a policy: some hundred rules are 20 kB. */
const POLICY_BYTES = 1_000_000;

/** Faults: `not_found` for an unknown project; those of its repository's settings. */
export async function showPolicy(host: CommandHost, options: { project?: string }): Promise<void> {
  const ctx = await host.open();
  const project = namedProject(ctx, options.project);
  const policy = await policyHere(ctx, project);
  host.print(policyShape(policy, project), () => policyText(host, policy, project));
}

/** Faults: `not_found`, `invalid` for a time that is none, and for a file that is no policy. */
export async function testPolicy(host: CommandHost, options: TestOptions): Promise<void> {
  const ctx = await host.open();
  const since = pastTime(options.since, ctx.clock.now());
  const project = namedProject(ctx, options.project);
  const tried = options.with === undefined ? null : await readPolicy(options.with, project);
  const replay = await replayPolicy(ctx, { since, project, tried });
  host.print(replayShape(ctx, replay, since), () => replayText(host, replay, since));
}

function namedProject(ctx: Ctx, name: string | undefined): Project | null {
  return name === undefined ? null : projectNamed(ctx, name);
}

async function readPolicy(path: string, project: Project | null): Promise<Tried> {
  return triedPolicy(await readText(path, "policy", POLICY_BYTES), path, project);
}

/** A text as the `guards` of the configuration or of a project: instead of what stands there. Faults: `invalid`, which name `file`. */
export function triedPolicy(text: string, file: string, project: Project | null): Tried {
  const guards = unwrap(checkFile(guardWishSchema, text, file, "It holds what the section `guards` holds: classes, deny, ask, allow."));
  return { guards, for: project ? "project" : "configuration" };
}

/** A policy as scripts read it. */
export function policyShape(policy: Policy, project: Project | null): PolicyShape {
  return { project: project?.name ?? null, approval: project?.approval ?? null, ...policy };
}

/** What a replay found, as scripts read it. */
export function replayShape(ctx: Ctx, { runs, calls, changes, unreplayed }: Replay, since: number): ReplayShape {
  return {
    since: new Date(since).toISOString(),
    runs,
    calls,
    changes: changes.map(({ run, at, ...rest }) => ({
      run: run.id,
      task: run.taskId,
      project: projectOf(ctx, run.projectId).name,
      at: new Date(at).toISOString(),
      ...rest,
    })),
    unreplayed: { runsWithoutRecord: unreplayed["no record"], cutCalls: unreplayed.cut, callsOfAutomations: unreplayed.automation },
  };
}
