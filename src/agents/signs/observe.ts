// What is known of a run: each sign folded into what the signs before it added up to. Pure; its size has a bound.
import { billOf, NO_BILL } from "./bill.ts";
import { notedCall, withoutTrail } from "./repetition.ts";
import type { Beside, Bill, Observed, OpenTool, Sign, TurnEnd } from "./signs.ts";

/** Calls under way at once that are kept; agents make up to about ten. */
const OPEN_TOOLS = 50;
/** Sub-agents, and shells in the background, that are kept. */
const BESIDE = 30;
/** Characters of the last words that are kept, and of the input of a question that is shown. */
const TEXT_CHARACTERS = 500;
const INPUT_CHARACTERS = 4_000;

/** A run of which nothing is known yet; `carried` is the last bill of the session that it goes on with. */
export function fresh(at: number, carried: Bill | null = null): Observed {
  return {
    session: null,
    model: null,
    version: null,
    startedAt: at,
    lastSignAt: at,
    lastProgressAt: at,
    inTurn: false,
    turns: 0,
    unheard: 0,
    openTools: [],
    repeated: null,
    trails: [],
    toolCalls: 0,
    failedCalls: 0,
    edits: 0,
    subagents: [],
    background: [],
    retrying: null,
    limit: null,
    question: null,
    refusal: null,
    interruptedAt: null,
    compactions: 0,
    billed: NO_BILL,
    carried,
    ...NO_BILL,
    context: { used: null, size: null },
    lastEnd: null,
    lastSaid: "",
  };
}

/** What is known after one more sign. A sign that came twice (from stream and hook) changes nothing the second time. */
export function observe(before: Observed, sign: Sign, at: number): Observed {
  const known = { ...before, lastSignAt: isOwnSign(before, sign) ? Math.max(before.lastSignAt, at) : before.lastSignAt };
  switch (sign.kind) {
    case "session":
      return { ...turnBegun(known), session: sign.session, model: sign.model, version: sign.version ?? known.version };
    case "told": // What a person, or ccm, says is a reason to do the same once more.
      return { ...turnBegun(known), trails: [], repeated: null, unheard: known.unheard + (sign.text === "" ? 0 : 1) };
    case "heard":
      return { ...known, inTurn: true, unheard: Math.max(0, known.unheard - 1) };
    case "said":
      return said(answered(known, sign.parent), sign, at);
    case "tool-started":
      return toolStarted(answered(known, sign.call.parent), { ...sign.call, since: at });
    case "tool-ended":
      return toolEnded(known, sign, at);
    case "refused":
      return { ...known, refusal: sign.error };
    case "retrying":
      return { ...known, inTurn: true, retrying: retried(known, sign, at) };
    case "limited":
      return { ...known, limit: sign.limit };
    case "fell-back":
      return { ...known, model: sign.to, retrying: null };
    case "asked":
      return known.question?.key === sign.question.key ? known : { ...known, question: { ...bounded(sign.question), askedAt: at } };
    case "answered":
      return known.question?.key === sign.key ? { ...known, question: null } : known;
    case "interrupted":
      return { ...known, interruptedAt: at };
    case "compacted":
      return { ...known, compactions: known.compactions + 1 };
    case "subagent-started":
      return { ...known, subagents: added(known.subagents, { key: sign.key, text: sign.type, since: at }) };
    case "subagent-ended":
      return { ...known, subagents: known.subagents.filter(({ key }) => key !== sign.key) };
    case "background-started":
      return { ...known, background: added(known.background, { key: sign.key, text: sign.text, since: at }) };
    case "background-ended":
      return { ...known, background: known.background.filter(({ key }) => key !== sign.key) };
    case "context":
      return { ...known, context: { used: sign.used ?? known.context.used, size: sign.size ?? known.context.size } };
    case "turn-ended":
      return turnEnded(known, sign.end);
    case "notified":
    case "unknown":
      return known;
  }
}

/** What is said to an agent at work, or ordered, is no sign of its own: one that hangs would seem to live whenever it is spoken to. */
function isOwnSign({ inTurn }: Observed, { kind }: Sign): boolean {
  return !(inTurn && (kind === "told" || kind === "interrupted"));
}

function turnBegun(known: Observed): Observed {
  return known.inTurn ? known : { ...known, inTurn: true, refusal: null, interruptedAt: null };
}

/** The provider has answered: what went wrong before is over, and the agent is in a turn, unless it was a sub-agent beside it. */
function answered(known: Observed, parent: string | null): Observed {
  return { ...known, inTurn: known.inTurn || parent === null, retrying: null };
}

function retried(known: Observed, sign: Sign & { kind: "retrying" }, at: number): Observed["retrying"] {
  const { attempt, attempts, status, error, delayMs } = sign;
  return { attempt, attempts, status, error: error.slice(0, TEXT_CHARACTERS), since: known.retrying?.since ?? at, until: at + delayMs };
}

/** The words with which claude tells of a refusal are no progress. */
function said(known: Observed, { text, parent }: { text: string; parent: string | null }, at: number): Observed {
  const isNew = text.trim() !== "" && text.slice(0, TEXT_CHARACTERS) !== known.lastSaid && known.refusal === null;
  return {
    ...known,
    lastSaid: parent === null && text.trim() !== "" ? text.slice(0, TEXT_CHARACTERS) : known.lastSaid,
    lastProgressAt: isNew ? at : known.lastProgressAt,
  };
}

function toolStarted(known: Observed, tool: OpenTool): Observed {
  if (known.openTools.some(({ key }) => key === tool.key)) return known;
  return { ...known, refusal: null, toolCalls: known.toolCalls + 1, openTools: [...known.openTools, tool].slice(-OPEN_TOOLS) };
}

/** A file changed, or an answer that was not the same as that of the same call before, is progress. */
function toolEnded(known: Observed, { key, isError, answer }: { key: string; isError: boolean; answer: string }, at: number): Observed {
  const tool = known.openTools.find((open) => open.key === key);
  const openTools = known.openTools.filter((open) => open.key !== key);
  const question = known.question?.key === key ? null : known.question;
  if (!tool) return { ...known, openTools, question };
  const { trails, repeated, isRepetition } = notedCall({ ...known, ...withoutTrail(known, key) }, tool, answer);
  return {
    ...known,
    openTools,
    question,
    trails,
    repeated,
    failedCalls: known.failedCalls + (isError ? 1 : 0),
    edits: known.edits + (tool.edits && !isError ? 1 : 0),
    lastProgressAt: isRepetition ? known.lastProgressAt : at,
  };
}

/** A call that the agent was stopped at for a person stays a question; what sub-agents do may go on; all else of the turn is over. */
function turnEnded(known: Observed, end: TurnEnd): Observed {
  return {
    ...known,
    ...billOf(known, end),
    inTurn: false,
    turns: known.turns + 1,
    openTools: known.openTools.filter(({ parent }) => parent !== null && known.subagents.length > 0),
    retrying: null,
    refusal: null,
    question: end.reason === "tool_deferred" ? known.question : null,
    interruptedAt: end.isError ? known.interruptedAt : null,
    lastEnd: { ...end, error: end.error ?? (end.isError ? known.refusal : null), text: end.text.slice(0, TEXT_CHARACTERS) },
  };
}

function added(list: readonly Beside[], one: Beside): Beside[] {
  if (list.some(({ key }) => key === one.key)) return [...list];
  return [...list, { ...one, text: one.text.slice(0, TEXT_CHARACTERS) }].slice(-BESIDE);
}

function bounded<Q extends { input: unknown }>(question: Q): Q {
  const json = JSON.stringify(question.input) ?? "";
  return json.length > INPUT_CHARACTERS ? { ...question, input: { description: json.slice(0, INPUT_CHARACTERS) } } : question;
}
