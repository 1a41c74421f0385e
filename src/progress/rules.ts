// Recorded events in words that a person understands, and which of them people need not see.
import { automationSentence, hookSentence, isNoise as isNoisyHook } from "../hooks/rules.ts";
import type { Event, EventSource } from "../kernel/events.ts";
import { whyText } from "../worktrees/rules.ts";
import type { SnapshotReason } from "../worktrees/schema.ts";

type Data = Record<string, unknown>;
type Told = Pick<Event, "name" | "data" | "runId">;

/** What each event says. A name that is not here is told by its own words, so that nothing is ever left out. */
const SENTENCES: Record<string, (data: Data, run: string) => string> = {
  "daemon.started": (data) => `The daemon started${data.sandbox ? ` (sandbox: ${text(data.sandbox)})` : ""}.`,
  "daemon.stopped": () => "The daemon stopped.",
  "session.opened": (data) => `A browser was signed in to the page: ${text(data.browser)}.`,
  "session.ended": (data) =>
    `${data.session ? "A browser was" : amount(data.sessions, "browser was", "browsers were")} signed out of the page${why(data)}`,
  "session.refused": (data) => `The page let nobody in with ${text(data.what)} that opens nothing${times(data.times)}.`,
  "home.repaired": (data) => `fsck repaired ${amount(data.differences, "difference", "differences")}.`,
  "project.registered": (data) => `Registered ${text(data.path)} with the base branch ${text(data.base)}.`,
  "project.changed": (data) => `Its settings were changed: ${list(data.fields)}.`,
  "secret.set": (data) => `The secret ${text(data.name)} is kept in the ${text(data.store)}, for ${list(data.uses) || "nobody"}.`,
  "secret.removed": (data) => `The secret ${text(data.name)} was forgotten.`,
  "secret.forgotten": (data) => `Earlier values of the secret ${text(data.name)} may stand in texts again.`,
  "home.scrubbed": (data) =>
    data.found === 0
      ? "ccm scrub found no secret where none belongs."
      : `${amount(data.found, "secret was", "secrets were")} found where none belongs; ccm scrub took out what is not work.`,
  "config.changed": (data) => `Settings ${data.seen === "at start" ? "are now" : "were changed"}: ${changes(data)}.`,
  "audit.cut": (data) => `More of this run than ${text(data.rows)} rows are only in its log.`,
  "project.unregistered": () => "Unregistered.",
  "task.created": (data) => `Created: ${text(data.title)}${after(data.after)}${from(data.from)}`,
  "task.edited": (data) => `Changed: ${list(data.fields)}.`,
  "task.trusted": (data) => `${text(data.by) || "A person"} gave its runs: ${list(data.rights)}.`,
  "task.distrusted": (data) => `${text(data.by) || "A person"} took from its runs: ${list(data.rights)}.`,
  "task.queued": (data) => `Queued again, was ${text(data.from)}.`,
  "task.moved": (data) => `${STAGES[text(data.to)] ?? `Is ${text(data.to)} now`}${why(data)}`,
  "task.held": (data) => text(data.text),
  "task.paused": (data) => `Paused while ${text(data.from)}.`,
  "task.cancelled": (data) => `Cancelled${why(data)}`,
  "task.urged": () => "A person asked to try it now.",
  "task.failed": (data) => `Failed${why(data)}`,
  "task.finished": (data) => `Done${data.result ? ` (${text(data.result).replaceAll("_", " ")})` : ""}${why(data)}`,
  "task.merged": (data) => `Merged into ${text(data.branch)} as ${commit(data.commit)}.`,
  "task.approved": (data) => `${text(data.by)} approved ${commit(data.commit)}${comment(data)}`,
  "task.rejected": (data) => `${text(data.by)} rejected it${comment(data)}`,
  "task.changes-requested": (data) => `${text(data.by)} asked for changes${comment(data)}`,
  "stage.skipped": (data) => `Left out ${text(data.stage)}${why(data)}`,
  "worktree.created": (data) => `Its tree is ready${data.base ? `, from ${commit(data.base)}` : ""}.${skipped(data.skipped)}`,
  "worktree.lost": () => "Its tree had vanished; what was committed is kept.",
  "worktree.restored": () => "Its tree is back from the trash.",
  "snapshot.taken": (data) =>
    ended(
      `Snapshot ${text(data.n)} was taken: ${[whyText(data.why as SnapshotReason), data.unfinished, data.note].filter(Boolean).map(text).join("; ")}`,
    ),
  "snapshots.dropped": (data) => `Its snapshots (${text(data.snapshots)}) were let go: the work is merged.`,
  "task.rolled-back": (data) =>
    `${data.by ? text(data.by) : "A person"} took its work back to snapshot ${text(data.to)}; what was there is kept as ${list(data.kept)}.`,
  "disk.ran-low": (data) =>
    `The disk of CCM_HOME gets full: ${megabytes(data.freeBytes)} are free${data.starts === "held" ? "; no further run starts" : ""}.`,
  "disk.recovered": (data) => `There is room on the disk of CCM_HOME again: ${megabytes(data.freeBytes)}.`,
  "worktree.discarded": (data) =>
    data.unkept
      ? `Its tree went to the trash, where it stays: not all of it could be kept. ${text(data.unkept)}`
      : "Its tree went to the trash.",
  "worktree.purged": () => "Its tree was deleted; its commits are kept.",
  "run.claimed": (data, run) => `${run} has its slot: ${subject(data)}.`,
  "run.started": (data, run) => `${run} started: ${subject(data)}${within(data)}.`,
  "run.stop-requested": (data, run) => `${run} is asked to stop${why(data)}`,
  "run.survivors-killed": (data, run) => `${run} left ${amount(data.survivors, "process", "processes")} behind, which ccm ended.`,
  "run.ended": (data, run) => `${run} ended${ending(data)}.`,
  "run.finished": (data, run) => `${run}: ${text(data.summary) || text(data.outcome)}`,
  "work.committed": (data) => `Committed ${files(data.files)} that its agent had left${left(data.left)}.`,
  "work.tampered": (data) => `Not all was as ccm had left it, and was put back: ${list(data.found)}`,
  "work.refused": (data) => `What it did was not taken: ${text(data.why)}`,
  "work.imported": (data) =>
    `Its work is on the branch, now at ${commit(data.to)}${data.grafted ? ", put on the base as one commit because its history was rewritten or held what may not come in" : ""}.`,
  "branch.advanced": (data) => `Its branch was moved on to ${commit(data.to)} by somebody else.`,
  "candidate.made": (data) => `${commit(data.commit)} is what would merge.`,
  "candidate.went-stale": (data) => `What would merge is made anew${why(data)}`,
  "gate.passed": (data) => `The gate "${text(data.gate)}" passed on ${commit(data.commit)}.`,
  "gate.failed": (data) => `The gate "${text(data.gate)}" failed on ${commit(data.commit)}.`,
  "merge.conflicted": (data) => `Conflicts with its base in ${list(data.files)}.`,
  "merge.intended": (data) => `Is about to merge ${commit(data.commit)} into ${text(data.branch)}.`,
  "hook.received": (data) => ended(`Agent: ${hookSentence(data)}`),
  "turn.ended": turnEnded,
  "turn.interrupted": () => "Its agent was interrupted.",
  "request.retried": (data) =>
    `Its agent asks its provider again${data.attempts ? ` (${text(data.attempt)} of ${text(data.attempts)})` : ""}: ${text(data.text) || "no answer"}.`,
  "limit.reported": limitReported,
  "model.changed": (data) =>
    `Its agent went on with ${text(data.to) || "another model"}${data.from ? ` instead of ${text(data.from)}` : ""}${because(data.why)}.`,
  "message.sent": (data) =>
    data.delivered === false
      ? `Its agent takes no messages now; kept for the next run: ${text(data.text)}`
      : `Its agent was told: ${text(data.text)}`,
  "message.heard": (data) => `Its agent has taken the message: ${text(data.text)}`,
  "question.asked": (data) => `Its agent asks: ${text(data.text)} \`ccm approve\` or \`ccm reject\` answers.`,
  "question.answered": (data) => `${text(data.by) || "Somebody"} answered its agent: ${answer(data)}`,
  "context.compacted": (data) =>
    `Its agent shortened its conversation${data.trigger === "manual" ? ", as it was asked to" : " to make room"}.`,
  "activity.changed": (data) => `${ACTIVITIES[text(data.to)] ?? `Its agent is ${text(data.to)} now`}${because(data.text)}.`,
  "agent.nudged": (data) => `Its agent was ${data.how === "interrupt" ? "interrupted and told to go on" : "reminded"}${because(data.why)}.`,
  "guard.denied": (data) => `Its agent was refused ${call(data)}${because(data.reason)}.`,
  "guard.asked": (data) => `Its agent needs a person for ${call(data)}${because(data.reason)}.`,
  "automation.ran": (data) => automationTold(data),
  "automation.failed": (data) => automationTold(data),
  "automation.enabled": (data) => `The automation ${text(data.name)} runs from now on.`,
  "automation.disabled": (data) => `The automation ${text(data.name)} runs no more.`,
  "network.refused": (data) => `Its network refused ${text(data.host)} at port ${text(data.port)}${REFUSED_WHY[text(data.why)] ?? ""}.`,
  "breaker.opened": (data) => `Nothing is started with ${text(data.agent) || "that agent"}${until(data.retryAt)}${because(data.text)}.`,
  "breaker.closed": (data) => `Runs start with ${text(data.agent) || "that agent"} again${because(data.why)}.`,
  "job.failed": (data) => `ccm could not go on with "${text(data.job)}": ${text(data.message)}`,
};

function automationTold(data: Data): string {
  return ended(automationSentence(data).replace(/^a/, "A"));
}

const STAGES: Record<string, string> = {
  queued: "Is queued",
  planning: "Is being planned",
  executing: "Is being worked on",
  reviewing: "Is being reviewed",
  verifying: "Is being checked",
  approving: "Waits for approval",
  merging: "Is in the merge queue",
};

const REFUSED_WHY: Record<string, string> = {
  address: ", a name that leads to this machine or its network",
  tunnel: ", asked for in a tunnel to another",
};

const ACTIVITIES: Record<string, string> = {
  working: "Its agent is at work",
  waiting: "Its agent waits",
  idle: "Its agent is idle",
  stalled: "Its agent has stalled",
  looping: "Its agent goes in circles",
  limited: "Its agent is held by a limit",
  overloaded: "Its agent is held up by its provider",
  broken: "Its agent cannot go on",
};

/** One sentence about an event, without what task it is about. */
export function sentenceOf({ name, data, runId }: Told): string {
  const told = SENTENCES[name];
  if (told) return told(data, `Run r${runId}`);
  const details = Object.entries(data).map(([key, value]) => `${key} ${text(value)}`);
  return `${name.replace(/[.-]/g, " ")}${details.length > 0 ? ` (${details.join(", ")})` : ""}`;
}

/**
 * Whether people need not read it: another event says the same and more, or it mostly passes by itself. A run that has
 * ended is finished a moment later; a question and the end of a turn say what the agent's activity then is.
 */
export function isNoise(name: string, data: Data): boolean {
  if (name === "hook.received") return data.again === true || isNoisyHook(data);
  if (name === "task.held") return data.reason === "question";
  if (name === "activity.changed") return data.to === "waiting" || data.to === "idle";
  if (name === "automation.ran") return isQuiet(data);
  return name === "run.ended" || name === "request.retried" || name === "message.heard";
}

/** An automation that had nothing to say, or refused a call, which is told as a refused call. */
function isQuiet({ event, verdict, context }: Data): boolean {
  return event === "PreToolUse" || (verdict !== "deny" && !(Number(context) > 0));
}

/** Whether an event is good or bad news, or neither. */
export function toneOf(name: string, data: Data): "green" | "red" | "yellow" | null {
  if (name === "task.merged" || name === "gate.passed") return "green";
  if (/^(?:task|gate|job)\.failed$|^merge\.conflicted$|^breaker\.opened$/.test(name)) return "red";
  if (/^(?:question\.asked|agent\.nudged|guard\.denied|automation\.failed)$/.test(name)) return "yellow";
  if (name === "activity.changed") return TROUBLE.has(text(data.to)) ? "yellow" : null;
  if (name === "run.finished" && data.outcome !== "passed" && data.outcome !== "stopped") return "red";
  return name === "task.moved" && data.to === "approving" ? "yellow" : null;
}

/** Of the call of a tool that was judged. */
const CALL_CHARACTERS = 160;

/** Activities of an agent that somebody may want to do something about. */
const TROUBLE = new Set(["stalled", "looping", "limited", "overloaded", "broken"]);

/** The same for the audit log, where what a project was and is belongs to the record. */
export function auditSentence({ name, data, runId }: Told): string {
  return name === "project.changed" && data.after ? `Its settings were changed: ${changes(data)}.` : sentenceOf({ name, data, runId });
}

/** Who did what a row of the audit log tells: a name where one is known. */
export function auditWho({ source, data }: Pick<Event, "source" | "data">): string {
  return source === "person" ? text(data.by) || "a person" : SOURCES[source];
}

const SOURCES: Record<EventSource, string> = {
  person: "a person",
  daemon: "ccm",
  host: "ccm",
  agent: "its agent",
  hub: "the hub",
  outside: "somebody",
};

/** What it is about, as people type it: r34, task 12, project 3. */
export function auditAbout({ projectId, taskId, runId }: Pick<Event, "projectId" | "taskId" | "runId">): string {
  if (runId !== null) return `task ${taskId} r${runId}`;
  if (taskId !== null) return `task ${taskId}`;
  return projectId === null ? "" : `project ${projectId}`;
}

/** The names that have a sentence of their own. */
export const TOLD_EVENTS: readonly string[] = Object.keys(SENTENCES);

function text(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** With a full stop, unless what was quoted last has one. */
function ended(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}

function commit(value: unknown): string {
  return text(value).slice(0, 10) || "nothing";
}

function why(data: Data): string {
  const reason = text(data.why).replace(/\.$/, "");
  return reason ? `: ${reason}.` : ".";
}

function comment(data: Data): string {
  return text(data.comment) ? `: ${text(data.comment)}` : ".";
}

function megabytes(bytes: unknown): string {
  return `${Math.round(Number(bytes ?? 0) / 1_000_000)} MB`;
}

function list(value: unknown): string {
  return Array.isArray(value) ? value.map(text).join(", ") : text(value);
}

function after(value: unknown): string {
  return Array.isArray(value) && value.length > 0 ? ` (after ${value.join(", ")})` : "";
}

function from(sources: unknown): string {
  return Array.isArray(sources) ? ` (from outside: ${list(sources)})` : "";
}

function amount(value: unknown, one: string, many: string): string {
  const count = Array.isArray(value) ? value.length : Number(value ?? 0);
  return `${count} ${count === 1 ? one : many}`;
}

/** What the call of a tool was about, in as many characters as a line has. */
function call({ tool, subject }: Data): string {
  const about = text(subject).replace(/\s+/g, " ").slice(0, CALL_CHARACTERS);
  return about === "" ? text(tool) || "a call" : `${text(tool)} (${about})`;
}

function times(value: unknown): string {
  return typeof value === "number" && value > 1 ? `, ${value} times` : "";
}

/** limits.runs is 6 (was 4), agents.claude.model is "opus" (was not set) */
function changes({ before, after }: Data): string {
  const [was, is] = [before ?? {}, after ?? {}] as [Data, Data];
  return Object.keys(is)
    .map((key) => `${key} is ${setting(is[key])} (was ${setting(was[key])})`)
    .join(", ");
}

function setting(value: unknown): string {
  return value === null || value === undefined ? "not set" : JSON.stringify(value);
}

function files(value: unknown): string {
  return amount(value, "file", "files");
}

function left(value: unknown): string {
  if (!Array.isArray(value) || value.length === 0) return "";
  return `; left out: ${value.map((one) => `${text(one.path)} (${text(one.why)})`).join(", ")}`;
}

function skipped(value: unknown): string {
  if (!Array.isArray(value) || value.length === 0) return "";
  return ` Not copied: ${value.map((one) => `${text(one.path)} (${text(one.why)})`).join(", ")}.`;
}

function within({ sandbox, network, user }: Data): string {
  if (typeof sandbox !== "string") return "";
  if (sandbox === "none") return " without a sandbox";
  const reach = typeof network === "string" && network !== "host" ? `, network: ${network}` : "";
  return ` in the ${sandbox} sandbox${reach}${typeof user === "number" ? `, as user ${user}` : ""}`;
}

function subject(data: Data): string {
  const name = text(data.agent);
  if (data.kind === "agent") return `agent ${name}`;
  return data.kind === "gate" ? `gate ${name}` : "the set-up command";
}

function ending(data: Data): string {
  if (data.signal) return ` by ${text(data.signal)}`;
  if (data.reason === "exited") return ` with exit code ${text(data.code)}`;
  return data.reason ? ` (${text(data.reason)})` : " before it started";
}

function turnEnded(data: Data): string {
  const cost = typeof data.costUsd === "number" && data.costUsd >= 0.005 ? ` ($${data.costUsd.toFixed(2)})` : "";
  const said = text(data.text) ? `: ${text(data.text)}` : ".";
  if (data.reason === "tool_deferred") return `Its agent stopped at a call that a person must allow${cost}.`;
  if (data.isError === true) return `Its agent's turn ended with an error${cost}${said}`;
  return `Its agent ended its turn${cost}${said}`;
}

function limitReported(data: Data): string {
  const window = data.window ? ` (${text(data.window).replaceAll("_", " ")})` : "";
  if (data.status === "rejected") return `The usage limit${window} of its agent is reached${until(data.resetsAt)}.`;
  if (data.status === "allowed") return `The usage limit${window} of its agent is no longer near.`;
  const used = typeof data.used === "number" ? `${Math.round(data.used * 100)} %` : "Much";
  return `${used} of the usage limit${window} of its agent is used.`;
}

function answer(data: Data): string {
  const said = text(data.text);
  const verdict = data.verdict === "deny" ? "no" : "yes";
  return said ? (data.tool === "AskUserQuestion" && verdict === "yes" ? said : `${verdict}: ${said}`) : `${verdict}.`;
}

function until(at: unknown): string {
  return typeof at === "number" && Number.isFinite(at) ? ` until ${timeOf(new Date(at))}` : "";
}

function because(reason: unknown): string {
  const said = text(reason).replace(/\.$/, "");
  return said ? `: ${said}` : "";
}

/** Hours and minutes on this machine. */
function timeOf(time: Date): string {
  return [time.getHours(), time.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
}
