// The stages that a task goes through, and how far it is.
import { Icon, type IconName } from "./icon.tsx";

export type StageStatus = "done" | "now" | "next" | "skipped" | "failed" | "held";
export type Stage = { name: string; status: StageStatus; note?: string | undefined };

const ICONS: Record<StageStatus, IconName> = {
  done: "done",
  now: "running",
  next: "next",
  skipped: "skipped",
  failed: "failed",
  held: "clock",
};

export function StageTrack({ label, stages }: { label: string; stages: readonly Stage[] }): JSX.Element {
  return (
    <ol class="stages" aria-label={label}>
      {stages.map(({ name, status, note }) => (
        <li class="stage" data-status={status} aria-current={status === "now" || status === "held" ? "step" : undefined}>
          <Icon name={ICONS[status]} label={status} />
          <span class="stage-name" safe>
            {name}
          </span>
          {note ? (
            <span class="stage-note" safe>
              {note}
            </span>
          ) : (
            ""
          )}
        </li>
      ))}
    </ol>
  );
}
