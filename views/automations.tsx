// A person's automations on the page about health: which are on, what each did last, and what keeps one from running.
import type { AutomationShape } from "../src/hooks/automations/shapes.ts";
import type { Markup } from "../src/kernel/page.ts";
import { type BadgeVerdict, VerdictBadge } from "./parts/badge.tsx";
import { Empty } from "./parts/empty.tsx";
import { ActionForm } from "./parts/form.tsx";
import { Panel } from "./parts/panel.tsx";
import { Time, type When } from "./parts/time.tsx";
import { Words } from "./parts/words.tsx";

/** `last` is what it did last in words. */
export type ShownAutomation = Pick<AutomationShape, "name" | "enabled" | "about" | "events" | "trouble"> & {
  last: { at: When; ok: boolean; text: string } | null;
};

export function HealthAutomations({ automations, csrf }: { automations: readonly ShownAutomation[]; csrf: string }): Markup {
  return (
    <Panel id="automations" title="Automations" count={automations.filter(({ enabled }) => enabled).length}>
      {automations.length === 0 ? (
        <Empty title="There are none." text="Programs of yours that run at events of agents." command="ccm automations list" />
      ) : (
        <ul class="checks">{automations.map((automation) => AutomationLine({ automation, csrf }))}</ul>
      )}
    </Panel>
  );
}

function AutomationLine({ automation, csrf }: { automation: ShownAutomation; csrf: string }): JSX.Element {
  const { name, enabled, about, events, trouble, last } = automation;
  const to = enabled ? "off" : "on";
  return (
    <li class="check-line automation-line">
      <VerdictBadge verdict={verdictOf(automation)} text={enabled ? "on" : "off"} />
      <strong safe>{name}</strong>
      <span class="check-text">
        <Words text={about} />
      </span>
      {events.length > 0 ? (
        <span class="check-hint" safe>
          {`At ${events.join(", ")}.`}
        </span>
      ) : (
        ""
      )}
      {trouble === null ? (
        ""
      ) : (
        <span class="check-hint" safe>
          {`It is not run: ${trouble}`}
        </span>
      )}
      {last ? (
        <span class="check-hint">
          <Time at={last.at} /> <span safe>{last.text}</span>
        </span>
      ) : (
        ""
      )}
      {trouble === null || enabled ? (
        <div class="automation-switch">
          <ActionForm action="/health/automations" csrf={csrf} label={`Switch ${to}`} values={{ name, to }} />
        </div>
      ) : (
        ""
      )}
    </li>
  );
}

function verdictOf({ enabled, trouble, last }: ShownAutomation): BadgeVerdict {
  if (!enabled) return "off";
  if (trouble !== null) return "failed";
  return last?.ok === false ? "warning" : "passed";
}
