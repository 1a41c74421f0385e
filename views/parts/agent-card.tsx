// An agent at work: what it does this second.
import type { Children } from "@kitajs/html";
import type { Activity } from "../../src/agents/signs/signs.ts";
import { ActivityBadge } from "./badge.tsx";
import { Figures } from "./figures.tsx";
import { Progress } from "./progress.tsx";
import { Time, type When } from "./time.tsx";

export type AgentCardProps = {
  id: string;
  name: string;
  run: { text: string; href: string };
  task: { text: string; href: string };
  activity: Activity;
  doing: string;
  since: When;
  /** What it said last. */
  said: string;
  figures: readonly { label: string; text: string }[];
  /** Tokens in its context, and how many fit. */
  context?: { used: number; size: number; text: string } | null | undefined;
  actions?: JSX.Element | undefined;
  children?: Children | undefined;
};

export function AgentCard(props: AgentCardProps): JSX.Element {
  const { id, name, run, task, activity, doing, since, said, figures, context, actions, children } = props;
  return (
    <article id={id} class="agent-card" aria-labelledby={`${id}-task`}>
      <header class="card-over">
        <ActivityBadge activity={activity} />
        <Time at={since} form="for" />
        <span class="agent-name">
          <span safe>{name}</span>{" "}
          <a class="mono" href={run.href} safe>
            {run.text}
          </a>
        </span>
      </header>
      <h3 class="card-title" id={`${id}-task`}>
        <a href={task.href} safe>
          {task.text}
        </a>
      </h3>
      <p class="agent-doing" safe>
        {doing}
      </p>
      {said ? (
        <p class="agent-said" safe>
          {said}
        </p>
      ) : (
        ""
      )}
      {context ? <Progress label="Context" value={context.used} max={context.size} text={context.text} /> : ""}
      <Figures figures={figures} />
      {children}
      {actions ? <div class="card-actions">{actions}</div> : ""}
    </article>
  );
}
