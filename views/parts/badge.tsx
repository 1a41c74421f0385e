// Badges: a state in colour, shape and a word.
import type { RunOutcome, RunState } from "../../src/agents/schema.ts";
import type { Activity } from "../../src/agents/signs/signs.ts";
import type { Priority, TaskState } from "../../src/tasks/schema.ts";
import { Icon, type IconName } from "./icon.tsx";
import { activitySign, type Sign, stateSign, type Tone } from "./tone.ts";

export function StateBadge({ state, note }: { state: TaskState; note?: string | undefined }): JSX.Element {
  return <Badge sign={stateSign(state)} word={state} note={note} />;
}

export function ActivityBadge({ activity, note }: { activity: Activity; note?: string | undefined }): JSX.Element {
  return <Badge sign={activitySign(activity)} word={activity} note={note} />;
}

const OUTCOMES: Record<RunOutcome, Sign> = {
  passed: { icon: "passed", tone: "good" },
  failed: { icon: "failed", tone: "bad" },
  stopped: { icon: "stop", tone: "plain" },
  died: { icon: "broken", tone: "bad" },
  limit: { icon: "limited", tone: "warn" },
  unstarted: { icon: "refused", tone: "bad" },
};

/** What came of a run, or how far it is. */
export function RunBadge({ state, outcome }: { state: RunState; outcome: RunOutcome | null }): JSX.Element {
  if (outcome) return <Badge sign={OUTCOMES[outcome]} word={outcome} />;
  return <Badge sign={{ icon: state === "running" ? "running" : "starting", tone: state === "running" ? "info" : "plain" }} word={state} />;
}

const VERDICTS: Record<BadgeVerdict, Sign> = {
  passed: { icon: "passed", tone: "good" },
  failed: { icon: "failed", tone: "bad" },
  warning: { icon: "warning", tone: "warn" },
  unknown: { icon: "unknown", tone: "plain" },
  off: { icon: "next", tone: "plain" },
  running: { icon: "running", tone: "info" },
  approved: { icon: "done", tone: "good" },
  rejected: { icon: "rejected", tone: "bad" },
  changes: { icon: "changes", tone: "warn" },
};
export type BadgeVerdict = "passed" | "failed" | "warning" | "unknown" | "off" | "running" | "approved" | "rejected" | "changes";

/** What a check, a gate or a person said. */
export function VerdictBadge({ verdict, text }: { verdict: BadgeVerdict; text?: string | undefined }): JSX.Element {
  return <Badge sign={VERDICTS[verdict]} word={text ?? verdict} />;
}

const PRIORITY_ICONS: Record<Priority, IconName | null> = { urgent: "urgent", high: "high", normal: null, low: "low" };

/** How much a task hurries; nothing for one that is as usual. */
export function PriorityMark({ priority }: { priority: Priority }): JSX.Element {
  const icon = PRIORITY_ICONS[priority];
  if (!icon) return "";
  return (
    <span class="priority" data-priority={priority}>
      <Icon name={icon} label={`${priority} priority`} />
    </span>
  );
}

/** Others have a part in what the task says, so that its runs may do less; nothing for one that is the person's own. */
export function OutsideMark({ isOutside }: { isOutside: boolean }): JSX.Element {
  return isOutside ? <Badge sign={{ icon: "outside", tone: "warn" }} word="from outside" /> : "";
}

export function Count({ count, label, tone = "plain" }: { count: number; label: string; tone?: Tone | undefined }): JSX.Element {
  return (
    <span class="count" data-tone={tone}>
      {count} <span class="said" safe>{` ${label}`}</span>
    </span>
  );
}

function Badge({ sign, word, note }: { sign: Sign; word: string; note?: string | undefined }): JSX.Element {
  return (
    <span class="badge" data-tone={sign.tone} data-sign={sign.icon}>
      <Icon name={sign.icon} />
      <span safe>{word}</span>
      {note ? <span class="badge-note" safe>{` ${note}`}</span> : ""}
    </span>
  );
}
