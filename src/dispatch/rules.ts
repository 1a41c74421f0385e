// Who starts now, and why the others do not.
import type { SandboxLevel } from "../sandbox/schema.ts";
import { isDue } from "../tasks/rules.ts";
import type { Waiting } from "../tasks/schema.ts";

/** `begin`: a queued task gets its slot and tree. The others are runs of tasks that have begun. */
export type StartKind = "begin" | "setup" | "agent" | "gate";

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
  commit: string | null;
  command: string | null;
};

/** A slot that is taken: by a live run, or by a task whose tree is being made. */
export type Slot = { projectId: number; agent: string | null };

export type Snapshot = {
  now: number;
  limits: { runs: number; runsPerProject: number; runsPerAgent: number; freeMemoryMb: number };
  freeMemoryMb: number;
  sandbox: SandboxLevel | null;
  slots: Slot[];
  wants: Want[];
};

export type Hold = { want: Want; waiting: Waiting };
export type Plan = { starts: Want[]; holds: Hold[] };

/** Memory that a started run is counted with before it shows, in MB: what a Claude Code process was measured to take. */
const RUN_MEMORY_MB = 400;

/**
 * Goes through what wants a slot in order (what has begun before what has not, then priority, then age) and starts
 * what fits. Pure: the same snapshot gives the same plan, and `ccm plan` prints it.
 */
export function planTick(snapshot: Snapshot): Plan {
  const slots = [...snapshot.slots];
  const plan: Plan = { starts: [], holds: [] };
  for (const want of [...snapshot.wants].sort(byTurn)) {
    const waiting = holdReason(snapshot, want, slots, plan.starts.length);
    if (waiting) plan.holds.push({ want, waiting });
    else {
      plan.starts.push(want);
      slots.push({ projectId: want.projectId, agent: agentOf(want) });
    }
  }
  return plan;
}

function byTurn(a: Want, b: Want): number {
  return (
    Number(a.kind === "begin") - Number(b.kind === "begin") || a.priority - b.priority || a.createdAt - b.createdAt || a.taskId - b.taskId
  );
}

/** Only an agent counts against its cap: gates and set-up use no account. */
function agentOf(want: Want): string | null {
  return want.kind === "begin" || want.kind === "agent" ? want.name : null;
}

function holdReason(snapshot: Snapshot, want: Want, slots: Slot[], started: number): Waiting | null {
  const { limits } = snapshot;
  if (!isDue(want.notBefore, snapshot.now)) return { reason: "retry", text: `Waits until ${new Date(want.notBefore ?? 0).toISOString()}.` };
  if (!snapshot.sandbox) return { reason: "sandbox", text: "No sandbox works on this machine: `ccm doctor` says why." };
  if (slots.length >= limits.runs) return { reason: "capacity", text: `All ${limits.runs} slots of this machine are taken (limits.runs).` };
  const inProject = slots.filter((slot) => slot.projectId === want.projectId).length;
  if (inProject >= limits.runsPerProject)
    return { reason: "capacity", text: `All ${limits.runsPerProject} slots of its project are taken (limits.runsPerProject).` };
  const agent = agentOf(want);
  if (agent && slots.filter((slot) => slot.agent === agent).length >= limits.runsPerAgent) {
    return { reason: "capacity", text: `All ${limits.runsPerAgent} slots of the agent "${agent}" are taken (limits.runsPerAgent).` };
  }
  if (snapshot.freeMemoryMb - started * RUN_MEMORY_MB < limits.freeMemoryMb) {
    return { reason: "memory", text: `Less than ${limits.freeMemoryMb} MB of memory would stay free (limits.freeMemoryMb).` };
  }
  return null;
}
