// The page on the policy: what holds for agents of a project, or of those that say nothing, and what another would have done.
import * as v from "valibot";
import {
  PolicyCommands,
  PolicyHeading,
  type PolicyOf,
  type PolicyPlaceLine,
  PolicySandbox,
  type PolicyTrial,
  PolicyTry,
} from "../../views/policy.tsx";
import type { Ctx } from "../kernel/context.ts";
import { aboutField } from "../kernel/fault.ts";
import { pastTime } from "../kernel/input.ts";
import { once } from "../kernel/once.ts";
import { type Asked, type Done, type FormRoute, form, type Page, type PageRoute } from "../kernel/page.ts";
import { printable } from "../kernel/text-table.ts";
import { when } from "../kernel/time-text.ts";
import { projectNamed } from "../projects/actions.ts";
import type { Project } from "../projects/schema.ts";
import { triedPolicy } from "./policy/action.ts";
import { type Policy, policyHere, type Tried } from "./policy/policy.ts";
import { type Replay, replayPolicy } from "./policy/replay.ts";
import { type ChangedKind, kindsOf, OUTSIDE_TEXT, totalText, unreplayedLines, valueText } from "./policy/text.ts";

/** Characters of a policy that a form takes: some hundred rules. */
const POLICY_CHARACTERS = 20_000;
/** A month, as on the command line. */
const SINCE = "30d";

export const policyPages: readonly PageRoute[] = [
  { path: "/policy", area: "health", show: showPolicy },
  { path: "/projects/:name/policy", area: "projects", show: showPolicy },
];

export const policyForms: readonly FormRoute[] = [tryForm("/policy"), tryForm("/projects/:name/policy")];

/** What was tried last since the daemon started, and on which page. */
let last: { projectId: number | null; values: { since: string; guards: string }; trial: PolicyTrial } | null = null;

function showPolicy(ctx: Ctx, asked: Asked): Page {
  const project = projectOn(ctx, asked);
  const of = project && { name: project.name, href: `/projects/${encodeURIComponent(project.name)}` };
  const policy = once(() => policyHere(ctx, project));
  return {
    title: project ? `Policy of ${project.name}` : "Policy",
    name: "policy",
    sections: [
      { kind: "still", id: "heading", html: () => PolicyHeading({ of }) },
      { kind: "still", id: "commands", html: async () => PolicyCommands(await policy()) },
      { kind: "still", id: "sandbox", html: async () => PolicySandbox({ places: placesOf(await policy()), outside: OUTSIDE_TEXT }) },
      { kind: "live", id: "try", html: () => PolicyTry(tryProps(asked, project, of)) },
    ],
  };
}

function projectOn(ctx: Ctx, { params }: Asked): Project | null {
  return params.name === undefined ? null : projectNamed(ctx, params.name);
}

const NAMES: Record<string, string> = {
  level: "Level",
  network: "Network",
  hosts: "Hosts",
  ports: "Ports",
  hide: "Hidden",
  readOnly: "Read-only",
  unixSockets: "Unix sockets",
};

/** What runs get: hosts and ports only where the network is one of hosts, or of ports; what is the machine's alone is with its settings. */
function placesOf({ sandbox }: Policy): PolicyPlaceLine[] {
  const network = sandbox.find(({ key }) => key === "network")?.value;
  return sandbox
    .filter(({ key }) => key in NAMES && ((key !== "hosts" && key !== "ports") || key === network))
    .map(({ key, value, from }) => ({ name: NAMES[key] ?? key, value: shownValue(value), from: from.join(", ") }));
}

function shownValue(value: Policy["sandbox"][number]["value"]): string {
  return typeof value === "boolean" ? (value ? "yes" : "no") : printable(valueText(value));
}

function tryProps({ csrf, typed }: Asked, project: Project | null, of: PolicyOf) {
  const own = last?.projectId === (project?.id ?? null) ? last : null;
  const action = of ? `${of.href}/policy` : "/policy";
  return { action, csrf, typed, of, values: own?.values ?? { since: SINCE, guards: "" }, trial: own?.trial ?? null };
}

function tryForm(path: string): FormRoute {
  return form({
    path,
    fields: v.object({
      guards: v.pipe(v.string(), v.maxLength(POLICY_CHARACTERS, `At most ${POLICY_CHARACTERS.toLocaleString("en")} characters.`)),
      since: v.optional(v.string(), SINCE),
    }),
    page: ({ params }) => (params.name === undefined ? path : `/projects/${encodeURIComponent(params.name)}/policy`),
    section: "try",
    async act(ctx, values, asked): Promise<Done> {
      const project = projectOn(ctx, asked);
      const since = pastTime(values.since, ctx.clock.now());
      const replay = await replayPolicy(ctx, { since, project, tried: triedOf(values.guards, project) });
      last = { projectId: project?.id ?? null, values, trial: trialOf(replay, since, ctx.clock.now()) };
      return { said: last.trial.total };
    },
  });
}

/** An empty text tries nothing else than what holds. */
function triedOf(text: string, project: Project | null): Tried {
  try {
    return text.trim() === "" ? null : triedPolicy(text, "the text", project);
  } catch (thrown) {
    throw aboutField(thrown, "guards");
  }
}

/** What the page keeps of a replay, which can be long. */
function trialOf(replay: Replay, since: number, at: number): PolicyTrial {
  const { kinds, more } = kindsOf(replay);
  const rest = more > 0 ? [`${more} kinds of calls more: \`ccm policy test --json\` has all.`] : [];
  return {
    at: when(at),
    total: totalText(replay, since),
    lines: kinds.map(lineOf),
    unread: [...rest, ...unreplayedLines(replay.unreplayed)],
  };
}

function lineOf({ times, last: { run, tool, subject, was, is, reason, by } }: ChangedKind): PolicyTrial["lines"][number] {
  return {
    ...{ was, is, times, call: printable(`${tool}(${subject})`) },
    run: { text: `r${run.id}`, href: `/tasks/${run.taskId}/log?run=r${run.id}` },
    why: printable(`${reason}${by ? ` (${by})` : ""}`.trim()),
  };
}
