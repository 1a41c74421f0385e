// Agents: those at work, those that nothing is started with for now, and the runs there were.
import type { BreakerKind } from "../src/agents/schema.ts";
import type { Markup } from "../src/kernel/page.ts";
import { AgentCard, type AgentCardProps } from "./parts/agent-card.tsx";
import { ButtonLink } from "./parts/button.tsx";
import { Empty } from "./parts/empty.tsx";
import { PageHeading } from "./parts/heading.tsx";
import { Notice } from "./parts/notice.tsx";
import { Paging } from "./parts/paging.tsx";
import { Panel } from "./parts/panel.tsx";
import { type RunLine, RunTable } from "./parts/run-list.tsx";
import { Time, type When } from "./parts/time.tsx";

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

export type HeldAgent = { agent: string; kind: BreakerKind; text: string; since: When; until: When | null };

const REMEDIES: Record<BreakerKind, string> = {
  provider: "It is tried again by itself.",
  limit: "Its tasks go on when the limit starts anew.",
  login: "Log in with the agent's own command; its tasks then go on by themselves.",
  billing: "Look at the account; its tasks then go on by themselves.",
  missing: "Install or update it; `ccm doctor` says what was found.",
};

/** Nothing of it is shown while no agent is held. */
export function AgentsHeld({ agents }: { agents: readonly HeldAgent[] }): Markup {
  return (
    <div id="held" class="held-agents">
      {agents.map(({ agent, kind, text, since, until }) => (
        <Notice id={`held-${agent}`} tone="warn" text={`Nothing is started with ${agent}: it ${text}`} hint={REMEDIES[kind]}>
          <p class="faint">
            Since <Time at={since} form="at" />
            {until ? (
              <>
                {", tried again "}
                <Time at={until} form="until" />
              </>
            ) : (
              ""
            )}
          </p>
        </Notice>
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
