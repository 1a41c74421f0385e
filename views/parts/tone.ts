// The words by which parts of the page are coloured; each comes with a shape of its own, because not everybody sees colours.
import type { Activity } from "../../src/agents/signs/signs.ts";
import type { TaskState } from "../../src/tasks/schema.ts";
import type { IconName } from "./icon.tsx";

export type Tone = "plain" | "good" | "warn" | "bad" | "info" | "violet";
export type Sign = { icon: IconName; tone: Tone };

const STATES: Record<TaskState, Sign> = {
  queued: { icon: "queued", tone: "plain" },
  planning: { icon: "planning", tone: "info" },
  executing: { icon: "executing", tone: "info" },
  reviewing: { icon: "reviewing", tone: "violet" },
  verifying: { icon: "verifying", tone: "violet" },
  approving: { icon: "approving", tone: "warn" },
  merging: { icon: "merging", tone: "violet" },
  done: { icon: "done", tone: "good" },
  failed: { icon: "failed", tone: "bad" },
  cancelled: { icon: "cancelled", tone: "plain" },
  paused: { icon: "paused", tone: "plain" },
};

const ACTIVITIES: Record<Activity, Sign> = {
  starting: { icon: "starting", tone: "plain" },
  working: { icon: "working", tone: "info" },
  waiting: { icon: "waiting", tone: "warn" },
  idle: { icon: "idle", tone: "plain" },
  stalled: { icon: "stalled", tone: "warn" },
  looping: { icon: "looping", tone: "warn" },
  limited: { icon: "limited", tone: "warn" },
  overloaded: { icon: "overloaded", tone: "warn" },
  broken: { icon: "broken", tone: "bad" },
  finished: { icon: "done", tone: "good" },
};

export function stateSign(state: TaskState): Sign {
  return STATES[state];
}

export function activitySign(activity: Activity): Sign {
  return ACTIVITIES[activity];
}
