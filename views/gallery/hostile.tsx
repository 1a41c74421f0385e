// The gallery's parts with texts that nobody means well: they stay texts, and stay where they are.
import { AgentCard } from "../parts/agent-card.tsx";
import { StateBadge } from "../parts/badge.tsx";
import { Chip } from "../parts/chip.tsx";
import { Command } from "../parts/command.tsx";
import { DiffFile, DiffHunk } from "../parts/diff-view.tsx";
import { Fact, Facts } from "../parts/facts.tsx";
import { AreaField, SelectField, TextField } from "../parts/field.tsx";
import { PageHeading } from "../parts/heading.tsx";
import { LogLine, LogView } from "../parts/log-view.tsx";
import { Notice } from "../parts/notice.tsx";
import { Panel } from "../parts/panel.tsx";
import { QuestionCard } from "../parts/question-card.tsx";
import { RunTable } from "../parts/run-list.tsx";
import { TaskCard, TaskList } from "../parts/task-list.tsx";
import { Tile, Tiles } from "../parts/tile.tsx";
import { TimelineRow } from "../parts/timeline.tsx";
import { HOSTILE, NOW, TASK } from "./samples.ts";

const TEXTS = Object.entries(HOSTILE);
/** What leads somewhere or is a heading always has a text. */
const named = (text: string) => text || "(empty)";

export function HostileTasks(): JSX.Element {
  return (
    <Panel id="hostile-tasks" title={HOSTILE.markup} note={HOSTILE.emoji} count={TEXTS.length} flush>
      <TaskList
        label="Hostile tasks"
        rows={TEXTS.map(([name, text], at) => ({
          ...TASK,
          id: 90 + at,
          rowId: `hostile-${name}`,
          title: text,
          project: text,
          agent: text,
          doing: text,
          waits: text || null,
        }))}
      />
      <div class="gallery-columns">
        {TEXTS.map(([name, text], at) => (
          <ul class="task-cards">
            <TaskCard
              task={{ ...TASK, id: 90 + at, rowId: `hostile-card-${name}`, title: text, project: text, doing: text, waits: text || null }}
            />
          </ul>
        ))}
      </div>
    </Panel>
  );
}

export function HostileRest(): JSX.Element {
  return (
    <Panel id="hostile-rest" title="Hostile texts elsewhere">
      {TEXTS.map(([name, text]) => (
        <>
          <PageHeading
            id={`hostile-heading-${name}`}
            title={named(text)}
            over={[{ text: named(text), href: "#hostile" }]}
            under={<StateBadge state="executing" note={text} />}
          />
          <Facts>
            <Fact label={text} text={text} />
          </Facts>
          <p>
            <Chip text={text} copy={text} label={text} /> <Command text={text} />
          </p>
          <Notice tone="warn" text={text} hint={text} />
          <TimelineRow
            id={`hostile-event-${name}`}
            at={NOW}
            tone="warn"
            icon="waiting"
            text={text}
            source={text}
            run={{ text: named(text), href: "#run" }}
          />
          <Tiles>
            <Tile label={text} value={text} note={text} />
          </Tiles>
          <TextField scope={`hostile-${name}`} name="text" label={text} value={text} hint={text} />
          <AreaField scope={`hostile-${name}`} name="area" label="Area" value={text} />
          <SelectField scope={`hostile-${name}`} name="select" label="Select" value={text} options={[{ value: text, text }]} />
        </>
      ))}
    </Panel>
  );
}

export function HostileReading(): JSX.Element {
  return (
    <LogView id="hostile-log" title={HOSTILE.markup} label={HOSTILE.markup}>
      {TEXTS.map(([, text], at) => (
        <LogLine n={at + 1} text={text} kind="said" />
      ))}
      {TEXTS.map(([, text], at) => (
        <LogLine n={at + 7} text={text} />
      ))}
    </LogView>
  );
}

export function HostileDiff(): JSX.Element {
  return (
    <section class="diff" aria-label="Hostile changes">
      <DiffFile id="hostile-file" path={HOSTILE.word} from={HOSTILE.rtl} change="renamed" added={1} removed={0}>
        <DiffHunk
          heading={HOSTILE.markup}
          rows={TEXTS.map(([, text], at) => ({ kind: "added" as const, old: null, now: 12_345 + at, text }))}
        />
      </DiffFile>
    </section>
  );
}

export function HostileAgents(): JSX.Element {
  return (
    <div class="agent-cards">
      {TEXTS.map(([name, text]) => (
        <AgentCard
          id={`hostile-agent-${name}`}
          name={text}
          run={{ text: "r1", href: "#run" }}
          task={{ text: named(text), href: "#task" }}
          activity="working"
          doing={text}
          since={NOW}
          said={text}
          figures={[{ label: text, text }]}
        >
          <QuestionCard id={`hostile-question-${name}`} title={named(text)} when={NOW} who={text} text={text} code={text} />
        </AgentCard>
      ))}
      <RunTable
        label="Hostile runs"
        rows={TEXTS.map(([, text], at) => ({
          id: 900 + at,
          href: "#run",
          kind: "gate",
          name: text,
          state: "finished",
          outcome: "failed",
          activity: null,
          took: "1 s",
          since: NOW,
          cost: null,
          summary: text,
          task: { id: at, title: text },
        }))}
      />
    </div>
  );
}
