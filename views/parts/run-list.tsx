// Runs, a row each.
import type { RunOutcome, RunState } from "../../src/agents/schema.ts";
import type { Activity } from "../../src/agents/signs/signs.ts";
import { ActivityBadge, RunBadge } from "./badge.tsx";
import { Table } from "./table.tsx";
import { Time, type When } from "./time.tsx";

/** A run as lists show it. `activity` is only there while it lives. */
export type RunLine = {
  id: number;
  href: string;
  kind: string;
  name: string;
  state: RunState;
  outcome: RunOutcome | null;
  activity: Activity | null;
  took: string;
  since: When | null;
  cost: string | null;
  summary: string;
  task?: { id: number; title: string } | undefined;
};

export function RunTable({ label, rows }: { label: string; rows: readonly RunLine[] }): JSX.Element {
  const hasTasks = rows.some(({ task }) => task);
  return (
    <Table
      label={label}
      columns={[
        { title: "Run" },
        { title: "State" },
        ...(hasTasks ? [{ title: "Task" }] : []),
        { title: "Name" },
        { title: "What came of it" },
        { title: "Took", align: "end" },
        { title: "Cost", align: "end" },
        { title: "Started", align: "end" },
      ]}
    >
      {rows.map((run) => (
        <RunRow run={run} hasTasks={hasTasks} />
      ))}
    </Table>
  );
}

function RunRow({ run, hasTasks }: { run: RunLine; hasTasks: boolean }): JSX.Element {
  return (
    <tr id={`run-${run.id}`}>
      <th scope="row" class="mono">
        <a href={run.href} safe>{`r${run.id}`}</a>
      </th>
      <td>{run.activity ? <ActivityBadge activity={run.activity} /> : <RunBadge state={run.state} outcome={run.outcome} />}</td>
      {hasTasks ? (
        <td class="cut">{run.task ? <a href={`/tasks/${run.task.id}`} safe>{`#${run.task.id} ${run.task.title}`}</a> : ""}</td>
      ) : (
        ""
      )}
      <td>
        <span safe>{run.name}</span>{" "}
        <span class="faint" safe>
          {run.kind === "agent" ? "" : run.kind}
        </span>
      </td>
      <td class="wide" safe>
        {run.summary}
      </td>
      <td class="end number" safe>
        {run.took}
      </td>
      <td class="end number" safe>
        {run.cost ?? ""}
      </td>
      <td class="end">{run.since ? <Time at={run.since} /> : ""}</td>
    </tr>
  );
}
