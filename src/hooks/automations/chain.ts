// The automations of one run: for each event those that are for it, one after another by name, one failing not stopping the others.
import { lstatSync, mkdirSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { messageOf } from "../../kernel/fault.ts";
import { type Json, jsonOf, textOf } from "../../kernel/json.ts";
import { pathsAt } from "../../kernel/paths.ts";
import { cleanEnvironment, ownCommand } from "../../kernel/process.ts";
import { redact, redactStored } from "../../kernel/redact.ts";
import type { SecretPlace } from "../../secrets/schema.ts";
import { quoted } from "../claude-settings.ts";
import type { AutomationOrder, AutomationPlace, AutomationRecord, AutomationSaid, Automations, AutomationsOutcome } from "../schema.ts";
import { hookAnswer, NOTHING_SAID, readAnswer, withSaid } from "./answer.ts";
import { patternOf } from "./header.ts";
import { type ProcessEnd, runProcess } from "./process.ts";
import { automationPlaces, dangerOf, refusedSecret } from "./safety.ts";
import { createTurns } from "./turns.ts";

/** Agents call several tools at once; what is more waits, and its time runs. */
const AT_ONCE = 4;
/** What all automations of an event that holds up no call may take together; each has its own deadline. */
const EVENT_MS = 120_000;
/** Characters of error output that the record of a start keeps. */
const SAID_CHARACTERS = 2_000;
const TOOL_CHARACTERS = 100;
/** What an automation gets of the environment; the rest is said below. */
const VARIABLES = ["PATH", "HOME", "USER", "LANG", "TMPDIR"];

const NOTHING: AutomationsOutcome = { ...NOTHING_SAID, by: "", late: null };

export function createAutomations(orders: readonly AutomationOrder[], place: AutomationPlace): Automations {
  const sorted = [...orders].sort((a, b) => (a.name < b.name ? -1 : 1));
  const pids = new Set<number>();
  const turns = createTurns(AT_ONCE);

  async function runFor(event: string, body: unknown, budgetMs: number): Promise<AutomationsOutcome> {
    const untilMs = performance.now() + budgetMs;
    let outcome = NOTHING;
    let fields: Json = { ...jsonOf(body), hook_event_name: event };
    await turns.take();
    try {
      for (const order of sorted.filter((one) => isMeant(one, event, fields))) {
        const said = await runOne(order, { event, fields, leftMs: untilMs - performance.now() }, place, pids);
        if (said === "late") return { ...outcome, late: order.name };
        outcome = withSaid(outcome, order.name, said);
        if (outcome.verdict === "deny") break;
        if (said.updatedInput) fields = { ...fields, tool_input: said.updatedInput };
      }
    } finally {
      turns.give();
    }
    return outcome;
  }

  return {
    areFor: (event) => orders.some(({ events }) => events.includes(event)),
    run: runFor,
    answer: async (event, body) => hookAnswer(event, await runFor(event, body, EVENT_MS)),
    pids: () => pids,
    settled: turns.idle,
  };
}

function isMeant({ events, matcher }: AutomationOrder, event: string, fields: Json): boolean {
  if (!events.includes(event)) return false;
  const subject = textOf(fields.tool_name) ?? textOf(fields.source) ?? textOf(fields.trigger) ?? textOf(fields.notification_type);
  return subject === null || (patternOf(matcher)?.test(subject.slice(0, TOOL_CHARACTERS)) ?? true);
}

type Asked = { event: string; fields: Json; leftMs: number };

/** `late`: the time for all was over before this one was done. One that is no longer enabled says nothing. */
async function runOne(order: AutomationOrder, asked: Asked, place: AutomationPlace, pids: Set<number>): Promise<AutomationSaid | "late"> {
  if (asked.leftMs <= 0) return "late";
  const tried = await tryOne(order, asked, place, pids);
  if (tried === null) return NOTHING_SAID;
  const { said, end } = tried;
  const isLate = end?.isLate === true && asked.leftMs <= order.deadlineMs;
  place.record(recordOf(order, asked, said, end));
  if (isLate) return "late";
  if (typeof said !== "string") return said;
  const reason = `The automation "${order.name}" could not judge it: ${said}`;
  return order.failure === "deny" ? { ...NOTHING_SAID, verdict: "deny", reason } : NOTHING_SAID;
}

async function tryOne(
  order: AutomationOrder,
  { event, fields, leftMs }: Asked,
  place: AutomationPlace,
  pids: Set<number>,
): Promise<{ said: AutomationSaid | string; end: ProcessEnd | null } | null> {
  if (isGone(order.path)) return null;
  const danger = dangerOf(place.home, order.path) ?? refusedSecret(order);
  if (danger) return { said: danger, end: null };
  let pid = 0;
  try {
    const stateFolder = join(place.stateFolder, order.name);
    mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
    const end = await runProcess(
      {
        path: order.path,
        cwd: stateFolder, // Never the tree: programs read settings from where they are started.
        env: { ...(await secretsOf(order, place)), ...environmentOf(place, event, stateFolder) },
        input: new TextEncoder().encode(JSON.stringify(fields)),
        deadlineMs: Math.min(order.deadlineMs, leftMs),
      },
      (started) => {
        pid = started;
        pids.add(pid);
      },
    );
    return { said: readAnswer(order.name, event, withoutSecrets(end)), end };
  } catch (thrown) {
    return { said: `it cannot be started: ${messageOf(thrown)}`, end: null };
  } finally {
    pids.delete(pid);
  }
}

/** What it says is for the agent, which gets no secret: an error may name an address with a token in it. */
function withoutSecrets(end: ProcessEnd): ProcessEnd {
  const clean = <T extends { text: string }>(kept: T) => ({ ...kept, text: redactStored(kept.text) });
  return { ...end, output: clean(end.output), errors: clean(end.errors) };
}

/** Taken out of `enabled` while its run goes on: a person has switched it off. */
function isGone(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined;
}

/** No token of the run is among them, and nothing that the project or the agent set. */
function environmentOf(place: AutomationPlace, event: string, stateFolder: string): Record<string, string> {
  const env = cleanEnvironment(VARIABLES, process.env);
  const { taskId, runId } = place;
  return {
    ...env,
    PATH: (env.PATH ?? "").split(":").filter(isAbsolute).join(":") || "/usr/local/bin:/usr/bin:/bin",
    CCM_HOME: place.home,
    CCM_EVENT: event,
    CCM_STATE: stateFolder,
    CCM_TREE: place.tree,
    CCM_LIB: automationPlaces(place.home).library,
    CCM_SELF: ownCommand().map(quoted).join(" "),
    ...(taskId === null ? {} : { CCM_TASK: String(taskId) }),
    ...(runId === null ? {} : { CCM_RUN: String(runId) }),
  };
}

/** Read when it is started, so that nobody holds them in between. */
async function secretsOf({ secrets }: AutomationOrder, { home }: AutomationPlace): Promise<Record<string, string>> {
  if (secrets.length === 0) return {};
  const { openSecrets } = await import("../../secrets/actions.ts");
  return openSecrets(pathsAt(home), secrets as SecretPlace[]);
}

function recordOf(
  order: AutomationOrder,
  { event, fields }: Asked,
  said: AutomationSaid | string,
  end: ProcessEnd | null,
): AutomationRecord {
  const isFailure = typeof said === "string";
  return {
    name: order.name,
    event,
    tool: (textOf(fields.tool_name) ?? "").slice(0, TOOL_CHARACTERS),
    ok: !isFailure,
    why: isFailure ? redact(said) : "",
    verdict: isFailure ? null : said.verdict,
    reason: isFailure ? "" : redact(said.reason),
    context: isFailure ? 0 : said.context.length,
    code: end?.code ?? null,
    tookMs: end?.tookMs ?? 0,
    said: redact(end?.errors.text ?? "").slice(-SAID_CHARACTERS),
  };
}
