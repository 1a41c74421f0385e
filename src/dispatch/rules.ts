// Who starts now, and why the others do not.
import type { Breaker, BreakerKind } from "../agents/schema.ts";
import { isDue, type Right } from "../tasks/rules.ts";
import type { Waiting, WaitingReason } from "../tasks/schema.ts";

/** `begin`: a queued task gets its slot and tree. The others are runs of tasks that have begun. */
export const START_KINDS = ["begin", "setup", "agent", "gate"] as const;
export type StartKind = (typeof START_KINDS)[number];

/** Something that wants a slot. Times are epoch ms; a lower priority number comes first. */
export type Want = {
  taskId: number;
  projectId: number;
  title: string;
  kind: StartKind;
  /** The agent's name, or the gate's. */
  name: string;
  priority: number;
  createdAt: number;
  notBefore: number | null;
  /** When a person last said that it is to be tried, whatever it waits for. */
  urgedAt: number | null;
  /** What its agent asked and nobody has answered. */
  question: string | null;
  commit: string | null;
  command: string | null;
  /** What its runs do without, because others have a part in its task. */
  lowered: Right[];
};

/** Runs of these kinds in a project, or of one task of it, that may not start: the sandbox they are to have cannot be had. */
export type Refusal = { projectId: number; taskId?: number; kinds: readonly StartKind[]; text: string };

/** A slot that is taken: by a live run, or by a task whose tree is being made; since when, epoch ms. */
export type Slot = { projectId: number; agent: string | null; since: number };

/** `isMended`: program or login are other ones than those that failed. */
export type AgentBreaker = Breaker & { isMended: boolean };

export type Snapshot = {
  now: number;
  limits: { runs: number; runsPerProject: number; runsPerAgent: number; freeMemoryMb: number; freeDiskMb: number; loadPerCore: number };
  freeMemoryMb: number;
  /** On the disk of CCM_HOME. */
  freeDiskMb: number;
  /** Processes that want to run, on average over a minute. */
  load: number;
  cores: number;
  breakers: AgentBreaker[];
  refusals: Refusal[];
  slots: Slot[];
  wants: Want[];
};

export type Hold = { want: Want; waiting: Waiting };
export type Plan = { starts: Want[]; holds: Hold[] };

/** Memory that a run is counted with before it shows, in MB: what a Claude Code process was measured to take, 225 to 300, and a tool of its. */
const RUN_MEMORY_MB = 400;
/** Time in which a run comes to take that memory; what it takes is then missing from the machine's free memory. */
const WARM_UP_MS = 15_000;

/**
 * Goes through what wants a slot in order (what has begun before what has not, then priority, then age) and starts
 * what fits. Pure: the same snapshot gives the same plan, and `ccm plan` prints it.
 */
export function planTick(snapshot: Snapshot): Plan {
  const slots = [...snapshot.slots];
  /** What begun tasks will take in a moment: nothing new begins in their place. */
  const resting: Slot[] = [];
  const plan: Plan = { starts: [], holds: [] };
  for (const want of [...snapshot.wants].sort(byTurn)) {
    const waiting = holdReason(snapshot, want, want.kind === "begin" ? [...slots, ...resting] : slots);
    if (waiting) {
      plan.holds.push({ want, waiting });
      if (waiting.reason === "retry" && isRestingShortly(want, snapshot.now)) resting.push(slotOf(want, snapshot.now));
    } else {
      plan.starts.push(want);
      slots.push(slotOf(want, snapshot.now));
    }
  }
  return plan;
}

function byTurn(a: Want, b: Want): number {
  return (
    Number(a.kind === "begin") - Number(b.kind === "begin") || a.priority - b.priority || a.createdAt - b.createdAt || a.taskId - b.taskId
  );
}

/** A try of the task follows so soon, in ms, that its slot is kept: the tries after 2, 4 and 8 s, and ten tasks that go on after a restart. */
const SHORT_REST_MS = 20_000;

function isRestingShortly({ kind, notBefore }: Want, now: number): boolean {
  return kind !== "begin" && notBefore !== null && notBefore - now <= SHORT_REST_MS;
}

function slotOf(want: Want, since: number): Slot {
  return { projectId: want.projectId, agent: agentOf(want), since };
}

/** Only an agent counts against its cap: gates and set-up use no account. */
function agentOf(want: Want): string | null {
  return want.kind === "begin" || want.kind === "agent" ? want.name : null;
}

function holdReason(snapshot: Snapshot, want: Want, slots: readonly Slot[]): Waiting | null {
  if (want.question) return { reason: "question", text: want.question };
  if (!isDue(want.notBefore, snapshot.now)) return { reason: "retry", text: `Waits until ${timeText(want.notBefore ?? 0)}.` };
  const refusal = snapshot.refusals.find((one) => refuses(one, want));
  if (refusal) return { reason: "sandbox", text: refusal.text };
  return breakerReason(snapshot, want, slots) ?? slotReason(snapshot, want, slots) ?? machineReason(snapshot, slots);
}

function refuses({ projectId, taskId, kinds }: Refusal, want: Want): boolean {
  return projectId === want.projectId && (taskId === undefined || taskId === want.taskId) && kinds.includes(want.kind);
}

/** What a task is said to wait for, and what a person can do about it. */
const HELD: Record<BreakerKind, { reason: WaitingReason; hint: string }> = {
  provider: { reason: "provider", hint: "" },
  limit: { reason: "limit", hint: "" },
  login: { reason: "login", hint: " Log in anew (start the agent yourself, `/login`) or set its key; ccm notices." },
  billing: { reason: "login", hint: " Pay what is due, or set another key." },
  missing: { reason: "agent", hint: " Install it or set its `command`; ccm notices. `ccm resume-task` tries at once." },
};

/**
 * Holds what needs an agent whose breaker is open, but for one run at a time once another try is due: because its time
 * has come, the login is another one, or a person said so after it had opened.
 */
function breakerReason({ breakers, now }: Snapshot, want: Want, slots: readonly Slot[]): Waiting | null {
  const breaker = breakers.find(({ agent }) => agent === agentOf(want));
  if (breaker?.openedAt == null) return null;
  const openedAt = breaker.openedAt;
  const { reason, hint } = HELD[breaker.kind];
  const isUrged = want.urgedAt !== null && want.urgedAt >= openedAt;
  if (!isUrged && !breaker.isMended && !isRetryDue(breaker, now)) {
    const until =
      breaker.retryAt === null ? "" : ` It is tried again at ${timeText(breaker.retryAt)}, or at once with \`ccm resume-task\`.`;
    return { reason, text: `The agent "${breaker.agent}" ${breaker.text}${until}${hint}` };
  }
  const isTried = slots.some(({ agent, since }) => agent === breaker.agent && (since >= openedAt || openedAt > now));
  return isTried
    ? { reason, text: `One run of the agent "${breaker.agent}" tries whether it is served again; the others follow when it is.` }
    : null;
}

/** Longer than any breaker waits, in ms: a week's limit and a day. */
const LONGEST_WAIT_MS = 8 * 24 * 3_600_000 + 60_000;

/** A breaker that seems to have opened later than now, or to wait longer than any does, means that the clock was set. */
function isRetryDue({ openedAt, retryAt }: Breaker, now: number): boolean {
  if (openedAt !== null && openedAt > now) return true;
  return retryAt !== null && (retryAt <= now || retryAt - now > LONGEST_WAIT_MS);
}

function slotReason({ limits }: Snapshot, want: Want, slots: readonly Slot[]): Waiting | null {
  if (slots.length >= limits.runs) return { reason: "capacity", text: `All ${limits.runs} slots of this machine are taken (limits.runs).` };
  const inProject = slots.filter((slot) => slot.projectId === want.projectId).length;
  if (inProject >= limits.runsPerProject)
    return { reason: "capacity", text: `All ${limits.runsPerProject} slots of its project are taken (limits.runsPerProject).` };
  const agent = agentOf(want);
  if (agent && slots.filter((slot) => slot.agent === agent).length >= limits.runsPerAgent) {
    return { reason: "capacity", text: `All ${limits.runsPerAgent} slots of the agent "${agent}" are taken (limits.runsPerAgent).` };
  }
  return null;
}

/** Runs that have just started do not show in the free memory yet, and are counted with what they will take. */
function machineReason(snapshot: Snapshot, slots: readonly Slot[]): Waiting | null {
  const { limits, now, freeMemoryMb, freeDiskMb, load, cores } = snapshot;
  if (freeDiskMb < limits.freeDiskMb) {
    return {
      reason: "disk",
      text: `Less than ${limits.freeDiskMb} MB are free on the disk of CCM_HOME (limits.freeDiskMb): \`ccm worktrees cleanup --trash --dry-run\` says what can go.`,
    };
  }
  const young = slots.filter(({ since }) => since <= now && now - since < WARM_UP_MS).length;
  if (freeMemoryMb - young * RUN_MEMORY_MB < limits.freeMemoryMb) {
    return { reason: "memory", text: `Less than ${limits.freeMemoryMb} MB of memory would stay free (limits.freeMemoryMb).` };
  }
  // One run goes on whatever the load is: it may be somebody else's, and never end.
  if (slots.length > 0 && load > limits.loadPerCore * cores) {
    return {
      reason: "load",
      text: `More than ${limits.loadPerCore} processes for each of ${cores} cores want to run (limits.loadPerCore).`,
    };
  }
  return null;
}

function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
