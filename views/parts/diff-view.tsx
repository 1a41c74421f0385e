// A change, file by file. A line added or removed shows it by its sign, too; numbers and signs are not part of what is selected.
import type { Children } from "@kitajs/html";
import { Icon, type IconName } from "./icon.tsx";

export type DiffProps = {
  id: string;
  title: string;
  added: number;
  removed: number;
  files: number;
  actions?: Children;
  children?: Children | undefined;
};

/** The wrap choice is a box that styles look at: it works without scripts. */
export function Diff({ id, title, added, removed, files, actions, children }: DiffProps): JSX.Element {
  return (
    <section id={id} class="diff" aria-labelledby={`${id}-title`}>
      <header class="diff-head">
        <h2 id={`${id}-title`} safe>
          {title}
        </h2>
        <span class="panel-note" safe>
          {files === 1 ? "1 file" : `${files} files`}
        </span>
        <Counts added={added} removed={removed} />
        <div class="panel-actions">
          <label class="check">
            <input type="checkbox" class="wrap-choice" checked />
            <span>Wrap lines</span>
          </label>
          {actions}
        </div>
      </header>
      {children}
    </section>
  );
}

export type FileChange = "added" | "removed" | "changed" | "renamed" | "mode";
export type DiffFileProps = {
  id: string;
  path: string;
  /** What it was called before. */
  from?: string | undefined;
  change: FileChange;
  added: number;
  removed: number;
  open?: boolean | undefined;
  /** Why its lines are not shown: it is binary, or too large. */
  note?: string | undefined;
  children?: Children | undefined;
};

const CHANGES: Record<FileChange, { icon: IconName; text: string }> = {
  added: { icon: "plus", text: "added" },
  removed: { icon: "trash", text: "removed" },
  changed: { icon: "edit", text: "changed" },
  renamed: { icon: "forward", text: "renamed" },
  mode: { icon: "settings", text: "mode changed" },
};

export function DiffFile({ id, path, from, change, added, removed, open = true, note, children }: DiffFileProps): JSX.Element {
  const { icon, text } = CHANGES[change];
  return (
    <details id={id} class="diff-file" open={open}>
      <summary class="diff-file-head" data-change={change}>
        <Icon name="right" />
        <Icon name={icon} label={text} />
        <span class="diff-path">
          {from ? <span class="diff-from" safe>{`${from} → `}</span> : ""}
          <span safe>{path}</span>
        </span>
        <Counts added={added} removed={removed} />
      </summary>
      {note ? (
        <p class="diff-note" safe>
          {note}
        </p>
      ) : (
        ""
      )}
      <section class="diff-body" aria-label={`Changes of ${path}`} tabindex="0">
        {children}
      </section>
    </details>
  );
}

export type DiffRow = { kind: "same" | "added" | "removed" | "note"; old: number | null; now: number | null; text: string };

export function DiffHunk({ heading, rows }: { heading: string; rows: readonly DiffRow[] }): JSX.Element {
  return (
    <div class="hunk">
      <p class="hunk-head" safe>
        {heading}
      </p>
      {rows.map((row) => (
        <DiffLine row={row} />
      ))}
    </div>
  );
}

/** As few bytes as it can be: a change may have a hundred thousand lines. */
function DiffLine({ row: { kind, old, now, text } }: { row: DiffRow }): JSX.Element {
  const a = old === null ? undefined : String(old);
  const b = now === null ? undefined : String(now);
  if (kind === "added")
    return (
      <ins data-b={b} safe>
        {text}
      </ins>
    );
  if (kind === "removed")
    return (
      <del data-a={a} safe>
        {text}
      </del>
    );
  if (kind === "note") return <em safe>{text}</em>;
  return (
    <span data-a={a} data-b={b} safe>
      {text}
    </span>
  );
}

/** The place where what follows is put once it is asked for; `file` is the id of the file that it belongs to, here and there. */
export function DiffMore({ href, text, file }: { href: string; text: string; file?: string | undefined }): JSX.Element {
  return (
    <a class="diff-more" href={href} {...(file ? inPlace(href, file) : {})} safe>
      {text}
    </a>
  );
}

/** With scripts the lines come where the link is; without, it leads to the page that has them. */
function inPlace(href: string, file: string): Record<string, string> {
  return { "hx-get": href, "hx-select": `#${file} .diff-body > *`, "hx-target": "this", "hx-swap": "outerHTML" };
}

function Counts({ added, removed }: { added: number; removed: number }): JSX.Element {
  return (
    <span class="diff-counts">
      <span class="diff-added" safe>{`+${added}`}</span> <span class="diff-removed" safe>{`−${removed}`}</span>
    </span>
  );
}
