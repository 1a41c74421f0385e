// Noticing that an agent goes round in circles: the same call with the same answer, or up to three calls in turn. Pure.
import type { Circle, Observed, ToolCall, Trail } from "./signs.ts";

/** Longest circle that is noticed, in calls: run the test, read the file, run the test. */
const LONGEST_CIRCLE = 3;
/** Agents whose calls are kept apart: the agent itself, and the newest sub-agents. */
const TRAILS = 10;

type Noted = Pick<Observed, "trails" | "repeated"> & {
  /** The call was made before with this answer, within the longest circle. */
  isRepetition: boolean;
};

/** Notes a call with its answer. Calls without a signature leave no trail. Calls of different sub-agents never make one circle. */
export function notedCall(known: Pick<Observed, "trails" | "repeated">, call: ToolCall, answer: string): Noted {
  if (call.signature === "") return { trails: known.trails, repeated: known.repeated, isRepetition: false };
  const before = known.trails.find(({ parent }) => parent === call.parent) ?? { parent: call.parent, calls: [], runs: [], circle: null };
  const trail = followed(before, { mark: `${call.signature} ${answer}`, tool: call.tool }, call.subject);
  const trails = [...known.trails.filter((one) => one !== before), trail].slice(-TRAILS);
  return { trails, repeated: worstOf(trails), isRepetition: trail.runs.some((run) => run > 0) };
}

/** Forgets the calls of a sub-agent that the call with this key had started. */
export function withoutTrail(known: Pick<Observed, "trails" | "repeated">, key: string): Pick<Observed, "trails" | "repeated"> {
  const trails = known.trails.filter(({ parent }) => parent !== key);
  return trails.length === known.trails.length ? { trails: known.trails, repeated: known.repeated } : { trails, repeated: worstOf(trails) };
}

function worstOf(trails: readonly Trail[]): Observed["repeated"] {
  return trails.reduce<Observed["repeated"]>((worst, { circle }) => (circle && circle.count > (worst?.count ?? 0) ? circle : worst), null);
}

function followed(trail: Trail, call: Trail["calls"][number], subject: string): Trail {
  const runs = Array.from({ length: LONGEST_CIRCLE }, (_, i) =>
    trail.calls.at(-1 - i)?.mark === call.mark ? (trail.runs[i] ?? 0) + 1 : 0,
  );
  const calls = [...trail.calls, call].slice(-LONGEST_CIRCLE);
  return { parent: trail.parent, calls, runs, circle: circleOf(calls, runs, subject) };
}

/** The shortest circle that was gone round at least twice. */
function circleOf(calls: Trail["calls"], runs: readonly number[], subject: string): Circle | null {
  for (const [i, run] of runs.entries()) {
    const length = i + 1;
    if (run < length) continue;
    const tools = [...new Set(calls.slice(-length).map(({ tool }) => tool))];
    return { tool: tools.join(" and "), subject, count: Math.floor(run / length) + 1, calls: length };
  }
  return null;
}
