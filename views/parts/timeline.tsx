// What happened, oldest first: new rows come at the end. The heading is in the same element, and stays in sight.
import type { Children } from "@kitajs/html";
import { Icon, type IconName } from "./icon.tsx";
import { Time, type When } from "./time.tsx";
import type { Tone } from "./tone.ts";
import { Words } from "./words.tsx";

export type TimelineProps = {
  id: string;
  title: string;
  /** New rows are coming: its end is kept in sight. */
  live?: boolean | undefined;
  actions?: JSX.Element | undefined;
  earlier?: { text: string; href: string } | undefined;
  children?: Children | undefined;
};

export function Timeline({ id, title, live, actions, earlier, children }: TimelineProps): JSX.Element {
  return (
    <section id={id} class="timeline" aria-labelledby={`${id}-title`} tabindex="0" data-live={live ? "" : undefined}>
      <header class="feed-head">
        <h2 id={`${id}-title`} safe>
          {title}
        </h2>
        {actions ? <div class="panel-actions">{actions}</div> : ""}
      </header>
      {earlier ? (
        <a class="feed-earlier" href={earlier.href}>
          <Icon name="up" />
          <span safe>{earlier.text}</span>
        </a>
      ) : (
        ""
      )}
      {children}
    </section>
  );
}

export type TimelineRowProps = {
  id: string;
  at: When;
  tone: Tone;
  icon: IconName;
  text: string;
  /** Who says it, when that is not ccm. */
  source?: string | undefined;
  run?: { text: string; href: string } | undefined;
};

export function TimelineRow({ id, at, tone, icon, text, source, run }: TimelineRowProps): JSX.Element {
  return (
    <div id={id} class="event" data-tone={tone}>
      <Icon name={icon} />
      <p class="event-text">
        <Words text={text} />
      </p>
      <span class="event-about">
        {source ? <span safe>{source}</span> : ""}
        {run ? (
          <a href={run.href} safe>
            {run.text}
          </a>
        ) : (
          ""
        )}
        <Time at={at} />
      </span>
    </div>
  );
}
