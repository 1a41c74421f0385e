// A part of a page with a heading of its own.
import type { Children } from "@kitajs/html";
import type { Tone } from "./tone.ts";

export type PanelProps = {
  /** The section's id. */
  id: string;
  title: string;
  count?: number | string | undefined;
  /** A few words beside the title. */
  note?: string | undefined;
  actions?: JSX.Element | undefined;
  /** Without padding, for lists and tables that reach from edge to edge. */
  flush?: true | undefined;
  tone?: Tone | undefined;
  children?: Children | undefined;
};

export function Panel({ id, title, count, note, actions, flush, tone, children }: PanelProps): JSX.Element {
  return (
    <section id={id} class={["panel", flush && "flush"]} data-tone={tone} aria-labelledby={`${id}-title`}>
      <header class="panel-head">
        <h2 id={`${id}-title`} safe>
          {title}
        </h2>
        {count === undefined ? (
          ""
        ) : (
          <span class="count" safe>
            {String(count)}
          </span>
        )}
        {note ? (
          <span class="panel-note" safe>
            {note}
          </span>
        ) : (
          ""
        )}
        {actions ? <div class="panel-actions">{actions}</div> : ""}
      </header>
      <div class="panel-body">{children}</div>
    </section>
  );
}

/** The right column of a wide screen; on a narrow one it follows in its place. One a page. */
export function Side({ id, label, children }: { id: string; label: string; children?: Children | undefined }): JSX.Element {
  return (
    <aside id={id} class="side" aria-label={label}>
      {children}
    </aside>
  );
}
