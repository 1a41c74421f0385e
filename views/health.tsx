// Whether all is well: what every run needs, the daemon itself, and what its log complains of.
import type { Markup } from "../src/kernel/page.ts";
import type { Check } from "../src/setup/schema.ts";
import { VerdictBadge } from "./parts/badge.tsx";
import { ButtonLink } from "./parts/button.tsx";
import { Chip } from "./parts/chip.tsx";
import { Empty } from "./parts/empty.tsx";
import { Fact, Facts } from "./parts/facts.tsx";
import { ActionForm } from "./parts/form.tsx";
import { PageHeading } from "./parts/heading.tsx";
import { Panel } from "./parts/panel.tsx";
import { Time, type When } from "./parts/time.tsx";
import { Words } from "./parts/words.tsx";

export function HealthHeading({ csrf }: { csrf: string }): Markup {
  return (
    <PageHeading title="Health">
      <ButtonLink label="Policy" href="/policy" icon="verifying" />
      <ButtonLink label="Audit log" href="/audit" icon="list" />
      <ActionForm action="/health/try" csrf={csrf} label="Try everything" icon="health" />
    </PageHeading>
  );
}

const VERDICTS = { ok: "passed", warn: "warning", fail: "failed" } as const;

function CheckList({ checks }: { checks: readonly Check[] }): JSX.Element {
  return (
    <ul class="checks">
      {checks.map(({ name, verdict, text, hint }) => (
        <li class="check-line" data-verdict={verdict}>
          <VerdictBadge verdict={VERDICTS[verdict]} text={verdict} />
          <strong safe>{name}</strong>
          <span class="check-text">
            <Words text={text} />
          </span>
          {hint ? (
            <span class="check-hint">
              <Words text={hint} />
            </span>
          ) : (
            ""
          )}
        </li>
      ))}
    </ul>
  );
}

export function HealthChecks({ checks }: { checks: readonly Check[] }): Markup {
  return (
    <Panel id="checks" title="Now">
      <CheckList checks={checks} />
    </Panel>
  );
}

export function HealthTried({ trial }: { trial: { at: When; checks: readonly Check[] } | null }): Markup {
  return (
    <Panel id="tried" title="Tried on this machine">
      {trial ? (
        <>
          <p class="faint">
            Tried <Time at={trial.at} />
          </p>
          <CheckList checks={trial.checks} />
        </>
      ) : (
        <Empty
          title="Not tried since the daemon started."
          text="Git, the sandbox, the agents and their versions, the whole database: it takes some seconds."
          command="ccm doctor"
        />
      )}
    </Panel>
  );
}

export type DaemonFact = { label: string; text?: string; copy?: string; at?: When };

export function HealthDaemon({ facts }: { facts: readonly DaemonFact[] }): Markup {
  return (
    <Panel id="daemon" title="Daemon">
      <Facts>
        {facts.map(({ label, text = "", copy, at }) => (
          <Fact label={label}>
            {at ? (
              <Time at={at} form="at" />
            ) : copy ? (
              <Chip text={text} copy={copy} label={label.toLowerCase()} />
            ) : (
              <span safe>{text}</span>
            )}
          </Fact>
        ))}
      </Facts>
    </Panel>
  );
}

export type LogComplaint = { at: When; level: "warn" | "error"; message: string; details: string };

export function HealthLog({ lines }: { lines: readonly LogComplaint[] }): Markup {
  return (
    <Panel id="log" title="Last complaints of the log" count={lines.length}>
      {lines.length === 0 ? (
        <Empty title="The log complains of nothing." text="Warnings and errors of the daemon come here." />
      ) : (
        <ul class="checks">
          {lines.map(({ at, level, message, details }) => (
            <li class="check-line" data-verdict={level === "error" ? "fail" : "warn"}>
              <VerdictBadge verdict={level === "error" ? "failed" : "warning"} text={level} />
              <Time at={at} />
              <span class="check-text" safe>
                {message}
              </span>
              {details ? (
                <span class="check-hint mono" safe>
                  {details}
                </span>
              ) : (
                ""
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
