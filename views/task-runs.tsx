// The runs of one task.
import type { Markup } from "../src/kernel/page.ts";
import { ActivityBadge, RunBadge } from "./parts/badge.tsx";
import { Chip } from "./parts/chip.tsx";
import { Empty } from "./parts/empty.tsx";
import { Paging } from "./parts/paging.tsx";
import { Panel } from "./parts/panel.tsx";
import type { RunLine } from "./parts/run-list.tsx";
import { Table } from "./parts/table.tsx";
import { Time } from "./parts/time.tsx";

export type TaskRun = { line: RunLine; cause: string; session: string | null; sandbox: string };
export type TaskRunsProps = { rows: readonly TaskRun[]; earlier: string | null; later: string | null };

export function TaskRuns({ rows, earlier, later }: TaskRunsProps): Markup {
  return (
    <Panel id="runs" title="Runs" flush>
      {rows.length === 0 ? (
        <Empty
          title="No run yet."
          text="Each agent, gate and set-up command that is started for this task is listed here."
          command="ccm plan"
        />
      ) : (
        <>
          <Table
            label="Runs of this task, the newest first"
            columns={[
              { title: "Run" },
              { title: "State" },
              { title: "Name" },
              { title: "Because", hide: "phone" },
              { title: "What came of it" },
              { title: "Session", hide: "phone" },
              { title: "Sandbox", hide: "phone" },
              { title: "Took", align: "end" },
              { title: "Cost", align: "end" },
              { title: "Started", align: "end" },
            ]}
          >
            {rows.map((row) => (
              <Row {...row} />
            ))}
          </Table>
          <Paging label="Pages of runs" earlier={earlier} later={later} />
        </>
      )}
    </Panel>
  );
}

function Row({ line: run, cause, session, sandbox }: TaskRun): JSX.Element {
  return (
    <tr id={`run-${run.id}`}>
      <th scope="row" class="mono">
        <a href={run.href} safe>{`r${run.id}`}</a>
      </th>
      <td>{run.activity ? <ActivityBadge activity={run.activity} /> : <RunBadge state={run.state} outcome={run.outcome} />}</td>
      <td safe>{run.kind === "agent" ? run.name : `${run.kind} ${run.name}`}</td>
      <td class="wide not-on-phone" safe>
        {cause}
      </td>
      <td class="wide" safe>
        {run.summary}
      </td>
      <td class="not-on-phone">{session ? <Chip text={session.slice(0, 8)} copy={session} label="session" /> : ""}</td>
      <td class="not-on-phone" safe>
        {sandbox}
      </td>
      <td class="end number" safe>
        {run.took}
      </td>
      <td class="end number" safe>
        {run.cost ?? ""}
      </td>
      <td class="end">{run.since ? <Time at={run.since} form={run.took === "" ? "for" : "ago"} /> : ""}</td>
    </tr>
  );
}
