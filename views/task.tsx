// One task: its heading and tabs, how far it is, what can be said to its agent, what has happened, and its facts.
import type { Markup, Typed } from "../src/kernel/page.ts";
import type { Need } from "../src/progress/task-needs.ts";
import type { PersonsMove } from "../src/tasks/rules.ts";
import type { Priority, TaskState } from "../src/tasks/schema.ts";
import type { AgentCardProps } from "./parts/agent-card.tsx";
import { ActivityBadge, OutsideMark, PriorityMark, StateBadge } from "./parts/badge.tsx";
import { Button, ButtonLink } from "./parts/button.tsx";
import { Chip } from "./parts/chip.tsx";
import { AreaField, ChoiceField } from "./parts/field.tsx";
import { Figures } from "./parts/figures.tsx";
import { ActionForm, Form, FormActions, FormErrors, typedOf } from "./parts/form.tsx";
import { PageHeading } from "./parts/heading.tsx";
import { Notice } from "./parts/notice.tsx";
import { Panel } from "./parts/panel.tsx";
import { type Stage, StageTrack } from "./parts/stage-track.tsx";
import { type Tab, Tabs } from "./parts/tabs.tsx";
import { Time, type When } from "./parts/time.tsx";
import { Timeline, TimelineRow, type TimelineRowProps } from "./parts/timeline.tsx";
import { Refused } from "./refused.tsx";
import { NeedPanel } from "./task-needs.tsx";

export type TaskHeadingProps = {
  csrf: string;
  typed: Typed | null;
  id: number;
  title: string;
  state: TaskState;
  project: string;
  since: When;
  isFinal: boolean;
  result: string | null;
  priority: Priority;
  kind: string;
  agent: string;
  cost: string | null;
  /** Others have a part in what it says. */
  isOutside: boolean;
  move: PersonsMove | null;
};

export function TaskHeading(props: TaskHeadingProps): Markup {
  const { csrf, typed, id, title, state, project, since, isFinal, result, priority, kind, agent, cost, isOutside, move } = props;
  return (
    <PageHeading
      title={title}
      over={[
        { text: "Tasks", href: "/tasks" },
        { text: project, href: `/projects/${encodeURIComponent(project)}` },
      ]}
      under={
        <>
          <Chip text={`#${id}`} label="task" />
          <StateBadge state={state} {...(result ? { note: result } : {})} />
          <Time at={since} form={isFinal ? "ago" : "for"} />
          <PriorityMark priority={priority} />
          <OutsideMark isOutside={isOutside} />
          <span class="faint" safe>{`${kind} · ${agent}${cost ? ` · ${cost}` : ""}`}</span>
          <Refused
            typed={typed}
            place={`/tasks/${id}`}
            words={["pause", "resume", "retry", "cancel"]}
            shown={[...(move?.kind === "move" ? [move.word] : []), ...(isFinal ? [] : ["cancel"])]}
          />
        </>
      }
    >
      {state === "queued" ? <ButtonLink label="Edit" href={`/tasks/${id}/edit`} icon="edit" letter="e" /> : ""}
      {move?.kind === "move" ? (
        <ActionForm action={`/tasks/${id}/${move.word}`} csrf={csrf} typed={typed} label={move.label} icon={MOVE_ICONS[move.word]} />
      ) : (
        ""
      )}
      {isFinal ? (
        ""
      ) : (
        <ActionForm
          action={`/tasks/${id}/cancel`}
          csrf={csrf}
          typed={typed}
          label="Cancel"
          look="danger"
          icon="cancelled"
          ask="The task ends; its work stays on its branch, and it can be queued again."
          comment={{ name: "reason", label: "Why" }}
        />
      )}
    </PageHeading>
  );
}

const MOVE_ICONS = { pause: "pause", resume: "play", retry: "retry" } as const;

export function TaskTabs({ tabs }: { tabs: readonly Tab[] }): Markup {
  return (
    <div id="tabs">
      <Tabs label="Ways to look at this task" tabs={tabs} />
    </div>
  );
}

export function TaskStages({ stages }: { stages: readonly Stage[] }): Markup {
  return (
    <div id="stages">
      <StageTrack label="How far it is" stages={stages} />
    </div>
  );
}

export function TaskNeeds({ need, csrf, typed, id }: { need: Need; csrf: string; typed: Typed | null; id: number }): Markup {
  return (
    <div id="needs">
      <NeedPanel need={need} act={{ place: `/tasks/${id}`, csrf, typed }} />
    </div>
  );
}

export type TaskTimelineProps = {
  rows: readonly TimelineRowProps[];
  /** They are the latest: their end is what one looks at first, and more may come. */
  isEnd: boolean;
  /** What the switch leads to, and its words. */
  noise: { text: string; href: string };
  earlier: string | null;
  later: string | null;
};

export function TaskTimeline({ rows, isEnd, noise, earlier, later }: TaskTimelineProps): Markup {
  return (
    <Timeline
      id="timeline"
      title="What has happened"
      live={isEnd}
      actions={
        <>
          {later ? <ButtonLink label="Latest" href={later} look="quiet" icon="down" /> : ""}
          <ButtonLink label={noise.text} href={noise.href} look="quiet" />
        </>
      }
      {...(earlier ? { earlier: { text: "Earlier", href: earlier } } : {})}
    >
      <TaskTimelineRows rows={rows} />
    </Timeline>
  );
}

export function TaskTimelineRows({ rows }: { rows: readonly TimelineRowProps[] }): JSX.Element {
  return (
    <>
      {rows.map((row) => (
        <TimelineRow {...row} />
      ))}
    </>
  );
}

/** What its live run does this second; nothing while there is none. */
export function TaskNow({ now }: { now: AgentCardProps | null }): Markup {
  if (!now) return <div id="now"></div>;
  const { activity, doing, since, said, run, figures, name } = now;
  return (
    <Panel
      id="now"
      title={name}
      note={run.text}
      actions={<ButtonLink label="Watch its log" href={run.href} look="quiet" icon="terminal" letter="l" />}
    >
      <p class="now-doing">
        <ActivityBadge activity={activity} /> <span safe>{doing}</span> <Time at={since} form="for" />
      </p>
      {said ? (
        <p class="agent-said" safe>
          {said}
        </p>
      ) : (
        ""
      )}
      <Figures figures={figures} />
    </Panel>
  );
}

/** Whom a person can talk to: a live run that hears, one that does not, or nobody. */
export type TalkProps = {
  id: number;
  csrf: string;
  typed: Typed | null;
  talk: {
    run: number;
    kind: string;
    name: string;
    deaf: { message: string; hint: string } | null;
    isSteady: boolean;
    isStopping: boolean;
  } | null;
};

const TALK_FORMS = ["message", "interrupt", "restart-agent", "stop-agent"];

/** The forms that are shown of it. */
function shownTalk(talk: TalkProps["talk"]): string[] {
  if (!talk) return [];
  const hears = talk.kind === "agent" && !talk.deaf ? ["message"] : [];
  return [...hears, ...(talk.isSteady ? [] : ["interrupt"]), ...(talk.isStopping ? [] : ["restart-agent", "stop-agent"])];
}

export function TaskTalk({ id, csrf, typed, talk }: TalkProps): Markup {
  const refused = <Refused typed={typed} place={`/tasks/${id}`} words={TALK_FORMS} shown={shownTalk(talk)} />;
  if (!talk) return <div id="talk">{refused}</div>;
  const { run, kind, name, deaf, isSteady, isStopping } = talk;
  const place = `/tasks/${id}`;
  return (
    <Panel id="talk" title={kind === "agent" ? `Talk to ${name}` : `The ${kind} "${name}" runs`} note={`r${run}`}>
      {refused}
      {kind !== "agent" ? (
        ""
      ) : deaf ? (
        <Notice tone="info" text={deaf.message} hint={deaf.hint} />
      ) : (
        <Message {...{ place, csrf, typed, isSteady }} />
      )}
      <div class="talk-acts">
        {isSteady ? "" : <ActionForm action={`${place}/interrupt`} csrf={csrf} typed={typed} label="Interrupt" icon="pause" />}
        {isStopping ? (
          <span class="faint">It is stopping.</span>
        ) : (
          <>
            <ActionForm
              action={`${place}/restart-agent`}
              csrf={csrf}
              typed={typed}
              label="Restart"
              icon="retry"
              ask="This run stops and another takes its place; what is in the tree stays."
            />
            <ActionForm
              action={`${place}/stop-agent`}
              csrf={csrf}
              typed={typed}
              label="Stop"
              look="danger"
              icon="stop"
              ask="The run stops and the task is paused; its work is kept."
            />
          </>
        )}
      </div>
    </Panel>
  );
}

type MessageProps = { place: string; csrf: string; typed: Typed | null; isSteady: boolean };

function Message({ place, csrf, typed, isSteady }: MessageProps): JSX.Element {
  const own = typedOf(typed, `${place}/message`);
  return (
    <Form action={`${place}/message`} csrf={csrf} label="Message to the agent">
      <FormErrors typed={own} labels={{ text: "Message" }} scope="message" />
      <AreaField name="text" label="Message" rows={3} typed={own} scope="message" required />
      {isSteady ? (
        ""
      ) : (
        <ChoiceField
          name="when"
          label="When"
          value="next"
          typed={own}
          scope="message"
          options={[
            { value: "next", text: "When it next looks", detail: "It goes on with what it is doing." },
            { value: "now", text: "Now", detail: "Its turn is interrupted first." },
          ]}
        />
      )}
      <FormActions>
        <Button label="Send" look="primary" icon="message" />
      </FormActions>
    </Form>
  );
}
