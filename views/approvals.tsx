// Everything that waits for a person, one after another, the oldest first.
import type { Markup, Typed } from "../src/kernel/page.ts";
import type { Need } from "../src/progress/task-needs.ts";
import { OutsideMark } from "./parts/badge.tsx";
import { ButtonLink } from "./parts/button.tsx";
import { Empty } from "./parts/empty.tsx";
import { PageHeading } from "./parts/heading.tsx";
import { Notice } from "./parts/notice.tsx";
import { Paging } from "./parts/paging.tsx";
import { Time, type When } from "./parts/time.tsx";
import { ApprovalCard, NeedBody, Question, RefusedDecision } from "./task-needs.tsx";

export function ApprovalsHeading(): Markup {
  return <PageHeading title="Approvals" />;
}

export type Item =
  | { kind: "agent"; agent: string; text: string; since: When }
  | { kind: "task"; id: number; title: string; project: string; isOutside?: boolean; need: Need };

export type ApprovalsProps = {
  items: readonly Item[];
  total: number;
  csrf: string;
  typed: Typed | null;
  earlier: string | null;
  later: string | null;
};

export function ApprovalsList({ items, total, csrf, typed, earlier, later }: ApprovalsProps): Markup {
  const refused = decidedElsewhere(items, typed);
  return (
    <section id="approvals" class="approvals" aria-label="What waits for you">
      {refused ? <RefusedDecision act={{ place: `/approvals/${refused}`, csrf, typed }} need={{ kind: "nothing" }} /> : ""}
      {items.length === 0 ? (
        <Empty title="Nothing waits for you." text="Work to approve and questions of agents come here; you need not watch.">
          <ButtonLink label="Look at the tasks" href="/tasks" />
          <ButtonLink label="New task" href="/tasks/new" look="primary" icon="plus" />
        </Empty>
      ) : (
        items.map((item) => (item.kind === "agent" ? <Agent {...item} /> : <TaskItem item={item} csrf={csrf} typed={typed} />))
      )}
      <Paging label="Pages of what waits" earlier={later} later={earlier} text={`${total} in all`} />
    </section>
  );
}

/** The number of a task that a refused form was about and that does not wait any more. */
function decidedElsewhere(items: readonly Item[], typed: Typed | null): string | null {
  const id = /^\/approvals\/(\d+)\//.exec(typed?.form ?? "")?.[1] ?? null;
  return items.some((item) => item.kind === "task" && String(item.id) === id) ? null : id;
}

function Agent({ agent, text, since }: Extract<Item, { kind: "agent" }>): JSX.Element {
  return (
    <Notice
      id={`agent-${agent}`}
      tone="warn"
      text={`Nothing is started with ${agent}: it ${text}`}
      hint="Its tasks go on by themselves once that is mended."
    >
      <p class="faint">
        <Time at={since} form="for" /> <a href="/agents">Agents</a>
      </p>
    </Notice>
  );
}

function TaskItem({ item, csrf, typed }: { item: Extract<Item, { kind: "task" }>; csrf: string; typed: Typed | null }): JSX.Element {
  const { id, title, project, isOutside = false, need } = item;
  const act = { place: `/approvals/${id}`, csrf, typed };
  const task = { text: `#${id} ${title}`, href: `/tasks/${id}` };
  return (
    <article id={`task-${id}`} class="approval-item" aria-labelledby={`task-${id}-title`}>
      <h2 class="card-title" id={`task-${id}-title`}>
        <a href={task.href} safe>
          {task.text}
        </a>{" "}
        <span class="faint" safe>
          {project}
        </span>{" "}
        <OutsideMark isOutside={isOutside} />
      </h2>
      <RefusedDecision act={act} need={need} />
      {need.kind === "approval" ? (
        <ApprovalCard approval={need.approval} act={act} />
      ) : need.kind === "question" ? (
        <Question question={need.question} agent={need.agent} act={act} />
      ) : (
        <NeedBody need={need} act={act} />
      )}
    </article>
  );
}
