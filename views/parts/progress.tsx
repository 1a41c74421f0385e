// How much of a whole.
import type { Tone } from "./tone.ts";

export type ProgressProps = { label: string; value: number; max: number; text: string; tone?: Tone | undefined };

export function Progress({ label, value, max, text, tone = "info" }: ProgressProps): JSX.Element {
  return (
    <div class="progress" data-tone={tone}>
      <span class="progress-label" safe>
        {label}
      </span>
      <span class="progress-text" safe>
        {text}
      </span>
      <progress value={String(value)} max={String(max)} aria-label={label}></progress>
    </div>
  );
}
