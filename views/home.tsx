// Home: what needs a person, what runs, what starts next, what has ended.
import type { BreakerKind } from "../src/agents/schema.ts";
import type { ShownQuestion } from "../src/agents/shown.ts";
import type { Markup, Typed } from "../src/kernel/page.ts";
import type { SandboxLevel } from "../src/sandbox/schema.ts";
import type { PersonsMove } from "../src/tasks/rules.ts";
import { AgentCard, type AgentCardProps } from "./parts/agent-card.tsx";
import { ButtonLink } from "./parts/button.tsx";
import { Empty } from "./parts/empty.tsx";
import { ActionForm } from "./parts/form.tsx";
import { PageHeading } from "./parts/heading.tsx";
import { HeldAgent } from "./parts/held-agent.tsx";
import { Notice } from "./parts/notice.tsx";
import { Panel } from "./parts/panel.tsx";
import { QuestionCard } from "./parts/question-card.tsx";
import { TaskCard, TaskCards, type TaskLine, TaskList } from "./parts/task-list.tsx";
import { Tile, Tiles } from "./parts/tile.tsx";
import type { When } from "./parts/time.tsx";
import { Words } from "./parts/words.tsx";
import { MoveForm } from "./tasks.tsx";

export function HomeHeading({ hasTasks }: { hasTasks: boolean }): Markup {
  return (
    <PageHeading title="Home">
      {hasTasks ? <ButtonLink label="New task" icon="plus" look="primary" href="/tasks/new" letter="n" /> : ""}
    </PageHeading>
  );
}

export type FiguresProps = {
  needs: number;
  running: number;
  queued: number;
  paused: number;
  failed: number;
  done: number;
  today: string;
  total: string;
  sandbox: SandboxLevel | null;
};

export function HomeFigures({ needs, running, queued, paused, failed, done, today, total, sandbox }: FiguresProps): Markup {
  return (
    <section id="figures" aria-label="In figures">
      {sandbox === null ? (
        <Notice tone="bad" text="No sandbox works on this machine, so nothing starts." hint="Health says why, and what to do about it." />
      ) : (
        ""
      )}
      <Tiles>
        <Tile label="Need you" value={String(needs)} href="#needs" icon="approvals" {...(needs > 0 ? { tone: "warn" } : {})} />
        <Tile label="At work" value={String(running)} href="/agents" icon="working" {...(running > 0 ? { tone: "info" } : {})} />
        <Tile label="Queued" value={String(queued)} href="/tasks?state=queued" icon="queued" note={paused > 0 ? `${paused} paused` : ""} />
        <Tile label="Done" value={String(done)} href="/tasks?state=done" icon="done" note={failed > 0 ? `${failed} failed` : ""} />
        <Tile label="Cost today" value={today} icon="coins" note={`${total} in all`} />
      </Tiles>
    </section>
  );
}

/** One thing that only a person can do. */
export type NeedShown =
  | { kind: "approval"; line: TaskLine; commit: string | null }
  | { kind: "question"; line: TaskLine; question: ShownQuestion }
  | { kind: "trouble"; line: TaskLine; text: string; move: PersonsMove | null }
  | { kind: "agent"; agent: string; trouble: BreakerKind; text: string; since: When; until: When | null; tryTask: number | null };

export type NeedsProps = { csrf: string; typed: Typed | null; needs: readonly NeedShown[]; count: number };

export function HomeNeeds({ csrf, typed, needs, count }: NeedsProps): Markup {
  const more = count - needs.length;
  const act = { csrf, typed };
  return (
    <Panel
      id="needs"
      title="Needs you"
      count={count}
      {...(count > 0 ? { tone: "warn" } : {})}
      {...(more > 0 ? { actions: <ButtonLink label={`${more} more`} look="quiet" href="/approvals" /> } : {})}
    >
      {count === 0 ? (
        <Empty title="Nothing needs you" text="When work is ready, or an agent has a question, it is here." />
      ) : (
        <>
          {needs.map((need) => (need.kind === "agent" ? <AgentTrouble act={act} need={need} /> : ""))}
          {needs.map((need) => (need.kind === "question" ? <Question act={act} need={need} /> : ""))}
          <TaskCards label="Tasks that need you">
            {needs.map((need) =>
              need.kind === "approval" ? (
                <Approval act={act} need={need} />
              ) : need.kind === "trouble" ? (
                <Trouble act={act} need={need} />
              ) : (
                ""
              ),
            )}
          </TaskCards>
        </>
      )}
    </Panel>
  );
}

type Act = { csrf: string; typed: Typed | null };
type Shown<K extends NeedShown["kind"]> = { act: Act; need: Extract<NeedShown, { kind: K }> };

function Approval({ act, need: { line, commit } }: Shown<"approval">): JSX.Element {
  const actions = (
    <>
      <ButtonLink label="Review" look="primary" href={`/tasks/${line.id}`} />
      {commit ? <ActionForm action={`/home/${line.id}/approve`} {...act} label="Approve" values={{ commit }} /> : ""}
    </>
  );
  return <TaskCard task={{ ...line, waits: null }} actions={actions} />;
}

function Trouble({ act, need: { line, text, move } }: Shown<"trouble">): JSX.Element {
  const actions = (
    <>
      <p class="need-text">
        <Words text={text} />
      </p>
      <ButtonLink label="Look" look="primary" href={`/tasks/${line.id}`} />
      {move && move.kind === "move" ? <MoveForm act={{ csrf: act.csrf, back: "/" }} id={line.id} move={move} /> : ""}
    </>
  );
  return <TaskCard task={{ ...line, waits: null }} actions={actions} />;
}

/** A yes or no, and one of a few options, are given here; anything else where there is room to say it. */
function Question({ act, need: { line, question } }: Shown<"question">): JSX.Element {
  const [first, ...others] = question.asked;
  const isChoice = first !== undefined && others.length === 0 && !first.several && first.options.length > 0;
  return (
    <QuestionCard
      id={`question-${question.id}`}
      title={first ? "It asks you to choose" : "It asks to be allowed"}
      when={question.at}
      who={line.agent ?? ""}
      task={{ text: `#${line.id} ${line.title}`, href: `/tasks/${line.id}` }}
      text={isChoice ? first.text : question.text}
      {...(question.call ? { code: question.call } : {})}
    >
      {first === undefined ? (
        <>
          <Answer act={act} line={line} question={question} label="Allow" values={{ verdict: "allow" }} look="primary" />
          <Answer act={act} line={line} question={question} label="Deny" values={{ verdict: "deny" }} look="plain" />
        </>
      ) : (
        ""
      )}
      {isChoice
        ? first.options.map(({ label }, at) => (
            <Answer act={act} line={line} question={question} label={label} values={{ "choice-0": String(at + 1) }} look="plain" />
          ))
        : ""}
      {first ? (
        <ButtonLink label={isChoice ? "In your own words" : "Answer"} look={isChoice ? "quiet" : "primary"} href={`/tasks/${line.id}`} />
      ) : (
        ""
      )}
    </QuestionCard>
  );
}

type AnswerProps = {
  act: Act;
  line: TaskLine;
  question: ShownQuestion;
  label: string;
  values: Record<string, string>;
  look: "primary" | "plain";
};

function Answer({ act, line, question, label, values, look }: AnswerProps): JSX.Element {
  return (
    <ActionForm
      action={`/home/${line.id}/answer`}
      {...act}
      label={label}
      look={look}
      values={{ question: String(question.id), ...values }}
    />
  );
}

function AgentTrouble({ act, need }: Shown<"agent">): JSX.Element {
  const { trouble, tryTask, ...held } = need;
  return (
    <HeldAgent {...held} kind={trouble}>
      {tryTask === null ? "" : <ActionForm action={`/tasks/${tryTask}/resume`} csrf={act.csrf} label="Try now" values={{ back: "/" }} />}
    </HeldAgent>
  );
}

export function HomeRunning({ cards, count }: { cards: readonly AgentCardProps[]; count: number }): Markup {
  const more = count - cards.length;
  return (
    <Panel
      id="running"
      title="Running"
      count={count}
      {...(more > 0 ? { actions: <ButtonLink label={`${more} more`} look="quiet" href="/agents" /> } : {})}
    >
      {cards.length === 0 ? (
        <Empty title="No agent is at work" text="A queued task starts by itself as soon as there is a slot for it." />
      ) : (
        <div class="agent-cards">
          {cards.map((card) => (
            <AgentCard {...card} />
          ))}
        </div>
      )}
    </Panel>
  );
}

type QueuedTask = { id: number; title: string; project: string };
export type QueueReason = { text: string; count: number; tasks: readonly QueuedTask[] };
export type QueueProps = { queued: number; next: readonly (QueuedTask & { why: string | null })[]; reasons: readonly QueueReason[] };

export function HomeQueue({ queued, next, reasons }: QueueProps): Markup {
  return (
    <Panel id="queue" title="Queue" count={queued} actions={<ButtonLink label="All" look="quiet" href="/tasks?state=queued" />}>
      {next.length + reasons.length === 0 ? <Empty title="Nothing waits" text="New tasks start at once." /> : ""}
      {next.length > 0 ? (
        <>
          <h3>Starts next</h3>
          <ol class="queue-next">
            {next.map((task) => (
              <li id={`next-${task.id}`}>
                <QueuedLink task={task} />
                {task.why ? (
                  <p class="faint">
                    <Words text={task.why} />
                  </p>
                ) : (
                  ""
                )}
              </li>
            ))}
          </ol>
        </>
      ) : (
        ""
      )}
      {reasons.length > 0 ? (
        <>
          <h3>Waits</h3>
          <ul class="queue-reasons">
            {reasons.map(({ text, count, tasks }) => (
              <li>
                <p>
                  <Words text={text} />
                </p>
                <ul>
                  {tasks.map((task) => (
                    <li>
                      <QueuedLink task={task} />
                    </li>
                  ))}
                  {count > tasks.length ? <li class="faint" safe>{`and ${count - tasks.length} more`}</li> : ""}
                </ul>
              </li>
            ))}
          </ul>
        </>
      ) : (
        ""
      )}
    </Panel>
  );
}

function QueuedLink({ task }: { task: QueuedTask }): JSX.Element {
  return (
    <a class="queue-task" href={`/tasks/${task.id}`}>
      <span class="task-id" safe>{`#${task.id}`}</span> <span safe>{task.title}</span>{" "}
      <span class="faint" safe>
        {task.project}
      </span>
    </a>
  );
}

export function HomeFinished({ rows }: { rows: readonly TaskLine[] }): Markup {
  return (
    <Panel id="finished" title="Finished" flush actions={<ButtonLink label="All" look="quiet" href="/tasks?sort=moved" />}>
      {rows.length === 0 ? (
        <Empty title="Nothing has ended yet" text="What agents have done, and what came of it, will be here." />
      ) : (
        <TaskList label="Tasks that ended last" rows={rows} />
      )}
    </Panel>
  );
}

/** The first steps, while there is no task yet. */
export function HomeWelcome({ projects }: { projects: readonly string[] }): Markup {
  const [first] = projects;
  return (
    <Panel id="welcome" title="Welcome to ccm">
      <ol class="steps">
        <li data-done={first === undefined ? undefined : "yes"}>
          <h3>Register a git repository</h3>
          <p>Agents work in trees of their own; your checkout is only touched when you let work merge.</p>
          {first === undefined ? (
            <ButtonLink label="Register a project" icon="plus" look="primary" href="/projects/new" />
          ) : (
            <p safe>{`Registered: ${projects.join(", ")}.`}</p>
          )}
        </li>
        <li>
          <h3>Say what is to be done</h3>
          <p>One task, one result: what is wrong or wanted, where to look, how you will know that it is done.</p>
          {first === undefined ? "" : <ButtonLink label="Create the first task" icon="plus" look="primary" href="/tasks/new" />}
        </li>
        <li>
          <h3>Look at the result, and let it merge</h3>
          <p>What passes its gates waits here for your approval, with all that was changed.</p>
        </li>
      </ol>
    </Panel>
  );
}
