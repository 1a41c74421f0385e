// The gallery's tasks, runs, agents and questions.
import { AgentCard } from "../parts/agent-card.tsx";
import { StateBadge } from "../parts/badge.tsx";
import { Board, BoardColumn } from "../parts/board.tsx";
import { Button, ButtonLink } from "../parts/button.tsx";
import { Chip } from "../parts/chip.tsx";
import { Empty } from "../parts/empty.tsx";
import { Fact, Facts } from "../parts/facts.tsx";
import { ChoiceField } from "../parts/field.tsx";
import { ActionForm, Form, FormActions } from "../parts/form.tsx";
import { Banner, Notice } from "../parts/notice.tsx";
import { Paging } from "../parts/paging.tsx";
import { Panel } from "../parts/panel.tsx";
import { Progress } from "../parts/progress.tsx";
import { QuestionCard } from "../parts/question-card.tsx";
import { type RunLine, RunTable } from "../parts/run-list.tsx";
import { StageTrack } from "../parts/stage-track.tsx";
import { Tabs } from "../parts/tabs.tsx";
import { TaskCard, TaskList } from "../parts/task-list.tsx";
import { Tile, Tiles } from "../parts/tile.tsx";
import { EARLIER, NOW, TASK, TASKS } from "./samples.ts";

export function Tasks(): JSX.Element {
  return (
    <Panel id="tasks" title="Tasks" count={TASKS.length} flush actions={<ButtonLink label="New task" icon="plus" href="#tasks" />}>
      <TaskList
        label="Tasks"
        rows={TASKS}
        acts={(task) => (task.state === "approving" ? <ButtonLink label="Review" href="#tasks" /> : null)}
      />
      <Paging label="Pages of tasks" earlier="#earlier" later={null} text="11 of 2,000" />
    </Panel>
  );
}

export function BoardSample(): JSX.Element {
  const cards = TASKS.map((task) => ({ ...task, rowId: `card-${task.id}` }));
  return (
    <Board id="board">
      <BoardColumn id="column-needs" title="Needs you" icon="approving" count={1} empty="">
        {cards.slice(0, 1).map((task) => (
          <TaskCard task={task} actions={<ButtonLink label="Review" look="primary" href="#board" />} />
        ))}
      </BoardColumn>
      <BoardColumn id="column-work" title="In work" icon="executing" count={5} empty="">
        {cards.slice(1, 6).map((task) => (
          <TaskCard task={task} />
        ))}
      </BoardColumn>
      <BoardColumn id="column-queued" title="Queued" icon="queued" count={0} empty="Nothing is queued." />
      <BoardColumn id="column-ended" title="Ended" icon="done" count={3} empty="" more={{ text: "247 more", href: "#board" }}>
        {cards.slice(8).map((task) => (
          <TaskCard task={task} />
        ))}
      </BoardColumn>
    </Board>
  );
}

export function Stages(): JSX.Element {
  return (
    <Panel id="stages" title="Stages" flush>
      <StageTrack
        label="Stages of a task at work"
        stages={[
          { name: "planning", status: "skipped", note: "left out" },
          { name: "executing", status: "done", note: "12 min" },
          { name: "verifying", status: "now", note: "npm test" },
          { name: "approving", status: "next" },
          { name: "merging", status: "next" },
        ]}
      />
      <StageTrack
        label="Stages of a task that failed"
        stages={[
          { name: "executing", status: "done" },
          { name: "verifying", status: "failed", note: "3 tries" },
          { name: "approving", status: "held", note: "paused" },
          { name: "merging", status: "next" },
        ]}
      />
    </Panel>
  );
}

export function Numbers(): JSX.Element {
  return (
    <Panel id="numbers" title="Numbers, facts, notices">
      <Tiles>
        <Tile label="Needs you" value="3" tone="warn" icon="approving" href="#numbers" />
        <Tile label="Running" value="7" note="of 8 slots" icon="working" />
        <Tile label="Finished today" value="24" tone="good" icon="done" />
        <Tile label="Failed" value="1" tone="bad" icon="failed" />
        <Tile label="Cost today" value="$38.20" note="$412.90 this month" icon="coins" />
      </Tiles>
      <Progress label="Usage of the five-hour window" value={72} max={100} text="72 %, resets 16:00" tone="warn" />
      <Facts>
        <Fact label="Project" text="storefront" />
        <Fact label="Branch">
          <Chip text="ccm/task-12" copy="ccm/task-12" label="branch" />
        </Fact>
        <Fact label="Cost" text="$1.24" />
      </Facts>
      <Banner id="banner" tone="bad" text="The disk is almost full: 340 MB are left." hint="ccm worktrees cleanup" />
      <Notice
        tone="warn"
        text="The checkout has changes that are not committed."
        hint="Commit or stash them; the merge goes on by itself."
      />
      <Notice tone="info" text="The daemon was started again." />
      <Notice tone="good" text="Merged into main." />
    </Panel>
  );
}

const RUN: RunLine = {
  id: 31,
  href: "#runs",
  kind: "agent",
  name: "claude",
  state: "running",
  outcome: null,
  activity: "working",
  took: "3 min",
  since: NOW,
  cost: "$0.42",
  summary: "Edit src/limits/bucket.ts",
  task: { id: 12, title: "Add rate limiting to the public API" },
};

export function Runs(): JSX.Element {
  return (
    <Panel id="runs" title="Runs" count={4} flush>
      <RunTable
        label="Runs"
        rows={[
          RUN,
          { ...RUN, id: 30, activity: "waiting", summary: "Asks whether it may push" },
          {
            ...RUN,
            id: 29,
            kind: "gate",
            name: "full",
            state: "finished",
            outcome: "failed",
            activity: null,
            cost: null,
            summary: "3 of 214 tests failed: bucket.test.ts, limits.test.ts",
          },
          {
            ...RUN,
            id: 28,
            state: "finished",
            outcome: "passed",
            activity: null,
            since: EARLIER,
            summary: "Added a token bucket for each key",
          },
        ]}
      />
    </Panel>
  );
}

export function Agents(): JSX.Element {
  const card = {
    name: "claude",
    run: { text: "r31", href: "#agents" },
    task: { text: "#12 Add rate limiting to the public API", href: "#agents" },
    since: NOW,
  };
  const figures = [
    { label: "Turns", text: "4" },
    { label: "Tools", text: "61" },
    { label: "Edits", text: "9" },
    { label: "Cost", text: "$0.42" },
  ];
  return (
    <div class="agent-cards">
      <AgentCard
        {...card}
        id="agent-31"
        activity="working"
        doing="Edit src/limits/bucket.ts"
        said="The bucket refills by time. I keep the clock as a parameter so that the tests need no sleep."
        figures={figures}
        context={{ used: 84, size: 200, text: "84 k of 200 k" }}
        actions={
          <ActionForm action="/gallery/stop" csrf="csrf" label="Stop" look="danger" icon="stop" ask="What it has not committed is kept." />
        }
      />
      <AgentCard
        {...card}
        id="agent-32"
        activity="looping"
        doing="Bash npm test, 6 times the same"
        said=""
        figures={figures}
        context={null}
      />
      <AgentCard {...card} id="agent-33" activity="limited" doing="waits for its usage limit" said="" figures={[]} />
    </div>
  );
}

export function Questions(): JSX.Element {
  return (
    <section id="questions" aria-label="Questions">
      <QuestionCard
        id="question-1"
        title="May it run this?"
        when={NOW}
        who="claude, r31"
        task={{ text: "#12 Add rate limiting to the public API", href: "#questions" }}
        text="It wants to publish the package to look at how it installs."
        code="npm publish --dry-run --access public"
      >
        <ActionForm
          action="/gallery/allow"
          csrf="csrf"
          label="Allow"
          look="primary"
          icon="passed"
          comment={{ name: "text", label: "Add a word" }}
        />
        <ActionForm
          action="/gallery/deny"
          csrf="csrf"
          label="Deny"
          icon="refused"
          comment={{ name: "text", label: "What it should do instead" }}
        />
      </QuestionCard>
      <QuestionCard id="question-2" title="Which one?" when={NOW} who="claude, r32" text="Two libraries would do. Which one do you prefer?">
        <Form action="/gallery/choose" csrf="csrf" label="Answer the question">
          <ChoiceField
            name="choice"
            label="Library"
            scope="question-2"
            value="1"
            options={[
              { value: "1", text: "bottleneck", detail: "Does more than is asked; 12 kB." },
              { value: "2", text: "Our own", detail: "Forty lines, no dependency." },
            ]}
          />
          <FormActions>
            <Button label="Answer" look="primary" />
          </FormActions>
        </Form>
      </QuestionCard>
    </section>
  );
}

export function Small(): JSX.Element {
  return (
    <Panel id="small" title="Tabs, nothing there">
      <Tabs
        label="Ways to look at it"
        tabs={[
          { text: "Timeline", href: "#small", isCurrent: true },
          { text: "Changes", href: "#small", isCurrent: false, count: 12 },
          { text: "Log", href: "#small", isCurrent: false },
        ]}
      />
      <Empty
        title="No task yet"
        text="A task is one piece of work for an agent, in a tree of its own."
        command="ccm create-task --project storefront"
      >
        <ButtonLink label="New task" look="primary" icon="plus" href="#small" />
      </Empty>
      <Facts>
        <Fact label="State">
          <StateBadge state={TASK.state} />
        </Fact>
      </Facts>
    </Panel>
  );
}
