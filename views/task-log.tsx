// What a run printed: its lines as people read them, with what is folded away a click away.

import type { RunKind } from "../src/agents/schema.ts";
import type { Line, Tone } from "../src/agents/transcript/lines.ts";
import type { Markup } from "../src/kernel/page.ts";
import type { TaskState } from "../src/tasks/schema.ts";
import { ActivityBadge, RunBadge } from "./parts/badge.tsx";
import { ButtonLink } from "./parts/button.tsx";
import { Chip } from "./parts/chip.tsx";
import { Empty } from "./parts/empty.tsx";
import { Fact, Facts } from "./parts/facts.tsx";
import { type LineKind, LogFold, LogLine, LogView } from "./parts/log-view.tsx";
import { Panel } from "./parts/panel.tsx";
import type { RunLine } from "./parts/run-list.tsx";
import { Time } from "./parts/time.tsx";

export type TaskRunHeadProps = {
  run: RunLine;
  /** The runs that one can go to from here. */
  others: readonly { name: string; href: string; isCurrent: boolean }[];
  cause: string;
  session: string | null;
  figures: readonly { label: string; text: string }[];
};

export function TaskRunHead({ run, others, cause, session, figures }: TaskRunHeadProps): Markup {
  return (
    <div id="run" class="run-head">
      {others.length > 1 ? (
        <nav class="run-picks" aria-label="Runs of this task">
          {others.map(({ name, href, isCurrent }) => (
            <a class="pick" href={href} aria-current={isCurrent ? "true" : undefined} safe>
              {name}
            </a>
          ))}
        </nav>
      ) : (
        ""
      )}
      <Facts>
        <Fact label="State">
          {run.activity ? <ActivityBadge activity={run.activity} /> : <RunBadge state={run.state} outcome={run.outcome} />}{" "}
          {run.since ? <Time at={run.since} form={run.took === "" ? "for" : "ago"} /> : ""}
        </Fact>
        {cause === "" ? "" : <Fact label={run.kind === "agent" ? "Because" : "Command"} text={cause} />}
        {run.summary === "" ? "" : <Fact label="What came of it" text={run.summary} />}
        {run.took === "" ? "" : <Fact label="Took" text={run.took} />}
        {session ? (
          <Fact label="Session">
            <Chip text={session.slice(0, 8)} copy={session} label="session" />
          </Fact>
        ) : (
          ""
        )}
        {figures.map((figure) => (
          <Fact {...figure} />
        ))}
      </Facts>
    </div>
  );
}

export type TaskLogProps = {
  title: string;
  lines: readonly Line[];
  kind: RunKind;
  isLive: boolean;
  /** The lines are the last ones, which are what one looks at first. */
  isEnd: boolean;
  earlier: string | null;
  later: string | null;
};

export function TaskLog({ title, lines, kind, isLive, isEnd, earlier, later }: TaskLogProps): Markup {
  return (
    <LogView
      id="log"
      title={title}
      label={`What ${title} printed`}
      {...(isEnd ? { follow: true as const } : {})}
      actions={
        <>
          {earlier ? <ButtonLink label="Earlier" href={earlier} look="quiet" icon="up" /> : ""}
          {later ? <ButtonLink label="Latest" href={later} look="quiet" icon="down" /> : ""}
        </>
      }
    >
      {lines.length === 0 ? (
        <LogLine text={isLive ? "It has printed nothing yet." : "It printed nothing."} kind="note" />
      ) : (
        <TaskLogLines lines={lines} kind={kind} />
      )}
    </LogView>
  );
}

const KINDS: Record<Tone, LineKind> = {
  plain: "said",
  faint: "note",
  tool: "tool",
  person: "person",
  good: "good",
  warn: "warn",
  bad: "error",
  added: "added",
  removed: "removed",
};

/** An agent's words are what it said; what a gate printed is output. */
export function TaskLogLines({ lines, kind }: { lines: readonly Line[]; kind: RunKind }): JSX.Element {
  return (
    <>
      {lines.map((line) => (
        <Shown line={line} kind={kind} />
      ))}
    </>
  );
}

function Shown({ line, kind }: { line: Line; kind: RunKind }): JSX.Element {
  const own = line.tone === "plain" && kind !== "agent" ? "output" : KINDS[line.tone];
  if (!line.folded) return <LogLine text={line.text} kind={own} />;
  return (
    <LogFold summary={line.text}>
      <TaskLogLines lines={line.folded} kind={kind} />
    </LogFold>
  );
}

export function TaskNoRun({ tab, state }: { tab: "log" | "gates"; state: TaskState }): Markup {
  return (
    <Panel id="log" title={tab === "log" ? "Log" : "Gates"}>
      {tab === "log" ? (
        <Empty
          title="No run yet."
          text={`The task is ${state}: what its agent does is shown here as soon as it starts.`}
          command="ccm plan"
        />
      ) : (
        <Empty title="No gate has run yet." text="A gate runs on exactly the commit that would merge, once the agent is done." />
      )}
    </Panel>
  );
}
