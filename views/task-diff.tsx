// What a task changes, file by file.
import type { Markup } from "../src/kernel/page.ts";
import type { FileProps } from "../src/progress/diff-file.ts";
import type { TaskState } from "../src/tasks/schema.ts";
import { ButtonLink } from "./parts/button.tsx";
import { Chip } from "./parts/chip.tsx";
import { Diff, DiffFile, DiffHunk, DiffMore } from "./parts/diff-view.tsx";
import { Empty } from "./parts/empty.tsx";
import { Paging } from "./parts/paging.tsx";
import { Panel } from "./parts/panel.tsx";

/** All of the change, whatever of it is shown; `decide` leads to the forms below it. */
type About = { place: string; base: string; commit: string; count: number; added: number; removed: number; decide: string | null };
export type TaskDiffProps = About & { files: readonly FileProps[]; earlier: string | null; later: string | null };

export function TaskDiff({ base, commit, count, added, removed, decide, files, earlier, later }: TaskDiffProps): Markup {
  return (
    <Diff
      id="diff"
      title="Change"
      added={added}
      removed={removed}
      files={count}
      actions={
        <>
          {decide ? <ButtonLink label="Decide" href={decide} look="quiet" icon="down" /> : ""}
          <Commits base={base} commit={commit} />
        </>
      }
    >
      {files.map((file) => (
        <File {...file} />
      ))}
      <Paging label="Pages of files" earlier={later} later={earlier} text={`${count.toLocaleString("en")} files`} />
    </Diff>
  );
}

export function TaskDiffFile({ place, base, commit, count, added, removed, decide, file }: About & { file: FileProps }): Markup {
  return (
    <Diff
      id="diff"
      title="Change"
      added={added}
      removed={removed}
      files={count}
      actions={
        <>
          <ButtonLink label="All files" href={place} look="quiet" icon="up" />
          {decide ? <ButtonLink label="Decide" href={decide} look="quiet" icon="down" /> : ""}
          <Commits base={base} commit={commit} />
        </>
      }
    >
      <File {...file} file={{ ...file.file, open: true }} />
    </Diff>
  );
}

function File({ file, hunks, more }: FileProps): JSX.Element {
  return (
    <DiffFile {...file}>
      {hunks.map((hunk) => (
        <DiffHunk {...hunk} />
      ))}
      {more ? <DiffMore {...more} file={file.id} /> : ""}
    </DiffFile>
  );
}

function Commits({ base, commit }: { base: string; commit: string }): JSX.Element {
  return (
    <span class="diff-commits">
      <Chip text={base.slice(0, 10)} copy={base} label="base" />
      {" → "}
      <Chip text={commit.slice(0, 10)} copy={commit} label="commit" />
    </span>
  );
}

export function TaskNoDiff({ state, hasBegun }: { state: TaskState; hasBegun: boolean }): Markup {
  return (
    <Panel id="diff" title="Change">
      {hasBegun ? (
        <Empty title="Nothing is committed yet." text="What its agent commits is shown here; what it is working on is in its tree." />
      ) : (
        <Empty
          title="It has not begun."
          text={`The task is ${state}: its change is shown here as soon as there is one.`}
          command="ccm plan"
        />
      )}
    </Panel>
  );
}
