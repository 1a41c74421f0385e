// What programs wrote, in a region that scrolls by itself. Line numbers and times are not part of what is selected.
import type { Children } from "@kitajs/html";
import { Time, type When } from "./time.tsx";

export type LogViewProps = {
  id: string;
  title: string;
  /** Names the region. */
  label: string;
  actions?: JSX.Element | undefined;
  note?: string | undefined;
  /** Its end is kept in sight while new lines come. */
  follow?: true | undefined;
  children?: Children | undefined;
};

export function LogView({ id, title, label, actions, note, follow, children }: LogViewProps): JSX.Element {
  return (
    <section id={id} class="log" aria-label={label} tabindex="0" data-follow={follow ? "" : undefined}>
      <header class="feed-head">
        <h2 safe>{title}</h2>
        {note ? (
          <span class="panel-note" safe>
            {note}
          </span>
        ) : (
          ""
        )}
        {actions ? <div class="panel-actions">{actions}</div> : ""}
      </header>
      {children}
    </section>
  );
}

/** Who wrote a line: the program, the agent, its tool, ccm, a person; or what it means. */
export type LineKind = "output" | "error" | "note" | "said" | "tool" | "person" | "good" | "warn" | "added" | "removed";

export type LogLineProps = {
  id?: string | undefined;
  n?: number | null | undefined;
  at?: When | null | undefined;
  text: string;
  kind?: LineKind | undefined;
};

export function LogLine({ id, n, at, text, kind = "output" }: LogLineProps): JSX.Element {
  return (
    <div id={id} class="log-line" data-kind={kind}>
      {at ? <Time at={at} form="at" /> : n === null || n === undefined ? "" : <span class="log-n" data-n={String(n)}></span>}
      <code safe>{text}</code>
    </div>
  );
}

/** Lines that are folded away behind their summary. */
export function LogFold({ summary, children }: { summary: string; children?: Children }): JSX.Element {
  return (
    <details class="log-fold">
      <summary safe>{summary}</summary>
      {children}
    </details>
  );
}

/** A text as a program wrote it: the end of a gate's output, a prompt. */
export function Output({ label, text }: { label: string; text: string }): JSX.Element {
  return (
    <section class="output" aria-label={label} tabindex="0">
      <pre safe>{`\n${text}`}</pre>
    </section>
  );
}
