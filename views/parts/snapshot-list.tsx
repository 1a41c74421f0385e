// States of a task's work that were kept, each with the step back to it.
import type { Typed } from "../../src/kernel/page.ts";
import { Chip } from "./chip.tsx";
import { ActionForm } from "./form.tsx";
import { Time, type When } from "./time.tsx";

/** `text` says why it was kept, and in whose words; one that cannot be gone back to has no button. */
export type SnapshotLine = { n: number; commit: string; at: When; text: string; canGoBack: boolean };
export type SnapshotListProps = { place: string; csrf: string; typed: Typed | null; canTake: boolean; snapshots: readonly SnapshotLine[] };

export function SnapshotList({ place, csrf, typed, canTake, snapshots }: SnapshotListProps): JSX.Element {
  return (
    <>
      {snapshots.length > 0 ? (
        <ul class="snapshots">
          {snapshots.map(({ n, commit, at, text, canGoBack }) => (
            <li>
              <strong safe>{String(n)}</strong> <Chip text={commit} label={`commit of snapshot ${n}`} /> <Time at={at} />
              <p class="snapshot-text" safe>
                {text}
              </p>
              {canGoBack ? (
                <ActionForm
                  action={`${place}/snapshots/${n}/rollback`}
                  csrf={csrf}
                  typed={typed}
                  label={`Go back to ${n}`}
                  look="danger"
                  icon="retry"
                  ask="Tree and branch become as they were then; what is there now is kept as another snapshot. An approval does not outlive it."
                />
              ) : (
                ""
              )}
            </li>
          ))}
        </ul>
      ) : (
        ""
      )}
      {canTake ? <ActionForm action={`${place}/snapshots`} csrf={csrf} typed={typed} label="Keep the state now" /> : ""}
    </>
  );
}
