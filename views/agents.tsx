// Agents: those at work, those that nothing is started with for now, and the runs there were.
import type { Markup } from "../src/kernel/page.ts";
import { AgentCard, type AgentCardProps } from "./parts/agent-card.tsx";
import { ButtonLink } from "./parts/button.tsx";
import { Empty } from "./parts/empty.tsx";
import { PageHeading } from "./parts/heading.tsx";
import { HeldAgent, type HeldAgentProps } from "./parts/held-agent.tsx";
import { Paging } from "./parts/paging.tsx";
import { Panel } from "./parts/panel.tsx";
import { type RunLine, RunTable } from "./parts/run-list.tsx";

export function AgentsHeading(): Markup {
  return <PageHeading title="Agents" />;
}

export function AgentsAtWork({ cards }: { cards: readonly AgentCardProps[] }): Markup {
  return (
    <Panel id="at-work" title="At work" count={cards.length}>
      {cards.length === 0 ? (
        <Empty title="No agent is at work." text="A task that is queued starts by itself as soon as there is a slot." command="ccm plan">
          <ButtonLink label="New task" href="/tasks/new" look="primary" icon="plus" />
        </Empty>
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

/** Nothing of it is shown while no agent is held. */
export function AgentsHeld({ agents }: { agents: readonly HeldAgentProps[] }): Markup {
  return (
    <div id="held" class="held-agents">
      {agents.map((held) => (
        <HeldAgent {...held} />
      ))}
    </div>
  );
}

export function AgentsRuns({ rows, earlier, later }: { rows: readonly RunLine[]; earlier: string | null; later: string | null }): Markup {
  return (
    <Panel id="runs" title="Runs" flush>
      {rows.length === 0 ? (
        <Empty title="There has been no run yet." text="Each agent, gate and set-up command that ccm starts is listed here." />
      ) : (
        <>
          <RunTable label="Runs, the newest first" rows={rows} />
          <Paging label="Pages of runs" earlier={earlier} later={later} />
        </>
      )}
    </Panel>
  );
}
