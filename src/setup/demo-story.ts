// What the demo tells of each event, in words. Pure.
import type { Event } from "../kernel/events.ts";

/** One line of the timeline, or null for an event that only matters to programs. */
export function tell(event: Pick<Event, "name" | "data">): string | null {
  const sentence = SENTENCES[event.name];
  return sentence ? sentence(event.data) : null;
}

type Fields = Record<string, unknown>;

const SENTENCES: Record<string, (data: Fields) => string | null> = {
  "task.created": (data) => `The task "${data.title}" is in the queue.`,
  "worktree.created": (data) => `A worktree of its own is ready, on ${short(data.base)}.`,
  "run.started": (data) =>
    data.kind === "gate"
      ? `The gate "${data.agent}" checks exactly the commit that would merge.`
      : `The agent "${data.agent}" starts in the sandbox (${data.sandbox}).`,
  "work.imported": (data) => `Its commit ${short(data.to)} is brought into the repository.`,
  "run.finished": (data) => String(data.summary ?? ""),
  "gate.passed": () => "The gate has passed.",
  "gate.failed": () => "The gate has failed; the agent gets its output.",
  "task.held": (data) => String(data.text ?? ""),
  "task.approved": (data) => `Approved by ${data.by}.`,
  "task.merged": (data) => `Merged as ${short(data.commit)}.`,
  "task.finished": (data) => `The task is done: ${data.result}.`,
  "task.failed": (data) => `The task has failed: ${data.why}`,
  "job.failed": (data) => String(data.message ?? ""),
};

function short(commit: unknown): string {
  return String(commit ?? "").slice(0, 8);
}
