// What is known of one task beside its way: prompt, facts, order, decisions, and the commands about it.
import type { Markup } from "../src/kernel/page.ts";
import type { TaskState } from "../src/tasks/schema.ts";
import { StateBadge, VerdictBadge } from "./parts/badge.tsx";
import { By, Chip } from "./parts/chip.tsx";
import { Command } from "./parts/command.tsx";
import { Fact, Facts } from "./parts/facts.tsx";
import { Output } from "./parts/log-view.tsx";
import { Panel, Side } from "./parts/panel.tsx";
import { SnapshotList, type SnapshotListProps } from "./parts/snapshot-list.tsx";
import { Time, type When } from "./parts/time.tsx";

export type Related = { id: number; title: string; state: TaskState };
export type TaskFact = { label: string; text: string; copy?: string };
export type TaskDecision = { verdict: "approved" | "rejected" | "changes"; by: string; at: When; comment: string; commit: string | null };

export type TaskSideProps = {
  id: number;
  facts: readonly TaskFact[];
  created: When;
  after: readonly Related[];
  before: readonly Related[];
  decisions: readonly TaskDecision[];
  /** Null while there is nothing to keep and nothing kept. */
  snapshots: SnapshotListProps | null;
  prompt: string;
  commands: readonly string[];
};

export function TaskSide({ id, facts, created, after, before, decisions, snapshots, prompt, commands }: TaskSideProps): Markup {
  return (
    <Side id="side" label="About this task">
      <Panel id="prompt" title="Prompt">
        <Output label="Prompt" text={prompt} />
      </Panel>
      <FactsPanel facts={facts} created={created} />
      {after.length > 0 || before.length > 0 ? (
        <Panel id="related" title="Order">
          <RelatedList title="Comes after" tasks={after} />
          <RelatedList title="Goes before" tasks={before} />
        </Panel>
      ) : (
        ""
      )}
      {decisions.length > 0 ? <DecisionsPanel decisions={decisions} /> : ""}
      {snapshots ? (
        <Panel id="snapshots" title="Snapshots">
          <SnapshotList {...snapshots} />
        </Panel>
      ) : (
        ""
      )}
      <Panel id="commands" title="In a terminal">
        <ul class="commands" aria-label={`Commands about task ${id}`}>
          {commands.map((text) => (
            <li>
              <Command text={text} />
            </li>
          ))}
        </ul>
      </Panel>
    </Side>
  );
}

function FactsPanel({ facts, created }: Pick<TaskSideProps, "facts" | "created">): JSX.Element {
  return (
    <Panel id="facts" title="Facts">
      <Facts>
        <Fact label="Created">
          <Time at={created} />
        </Fact>
        {facts.map(({ label, text, copy }) => (
          <Fact label={label}>{copy ? <Chip text={text} label={label.toLowerCase()} copy={copy} /> : <span safe>{text}</span>}</Fact>
        ))}
      </Facts>
    </Panel>
  );
}

function DecisionsPanel({ decisions }: Pick<TaskSideProps, "decisions">): JSX.Element {
  return (
    <Panel id="decisions" title="Decisions">
      <ul class="decisions">
        {decisions.map(({ verdict, by, at, comment, commit }) => (
          <li>
            <VerdictBadge verdict={verdict} /> <By name={by} /> <Time at={at} /> {commit ? <Chip text={commit} label="commit" /> : ""}
            {comment ? (
              <p class="decision-comment" safe>
                {comment}
              </p>
            ) : (
              ""
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function RelatedList({ title, tasks }: { title: string; tasks: readonly Related[] }): JSX.Element {
  if (tasks.length === 0) return "";
  return (
    <>
      <h3 class="related-title" safe>
        {title}
      </h3>
      <ul class="related">
        {tasks.map(({ id, title: name, state }) => (
          <li>
            <StateBadge state={state} /> <a href={`/tasks/${id}`} safe>{`#${id} ${name}`}</a>
          </li>
        ))}
      </ul>
    </>
  );
}
