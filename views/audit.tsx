// Who decided, allowed, overrode or changed what, and whether the log of it is as it was written.
import type { Markup, Typed } from "../src/kernel/page.ts";
import { VerdictBadge } from "./parts/badge.tsx";
import { By } from "./parts/chip.tsx";
import { Empty } from "./parts/empty.tsx";
import { ActionForm } from "./parts/form.tsx";
import { PageHeading } from "./parts/heading.tsx";
import { Notice } from "./parts/notice.tsx";
import { Paging } from "./parts/paging.tsx";
import { Panel } from "./parts/panel.tsx";
import { Time, type When } from "./parts/time.tsx";
import { Words } from "./parts/words.tsx";

export function AuditHeading({ csrf, typed }: { csrf: string; typed: Typed | null }): Markup {
  return (
    <PageHeading title="Audit log" over={[{ text: "Health", href: "/health" }]}>
      <ActionForm action="/audit/check" csrf={csrf} typed={typed} label="Check it" icon="health" />
    </PageHeading>
  );
}

export type AuditLine = {
  id: number;
  at: When;
  who: string;
  about: { text: string; href: string | null } | null;
  text: string;
  scrubbed: boolean;
};

export type AuditCheckProps = { check: { at: When; text: string; whole: boolean } | null };

export function AuditChecked({ check }: AuditCheckProps): Markup {
  return (
    <div id="checked">
      {check ? (
        <Notice tone={check.whole ? "good" : "bad"} text={check.text}>
          <p class="faint">
            Checked <Time at={check.at} />
          </p>
        </Notice>
      ) : (
        ""
      )}
    </div>
  );
}

export type AuditRowsProps = { rows: readonly AuditLine[]; earlier: string | null; latest: string | null };

export function AuditRows({ rows, earlier, latest }: AuditRowsProps): Markup {
  return (
    <Panel id="rows" title="Decisions, rights and settings" note="the newest first">
      {rows.length === 0 ? (
        <Empty title="Nothing was decided yet." text="Approvals, refusals, trust and changed settings come here, and stay." />
      ) : (
        <ul class="audit-rows">
          {rows.map((row) => (
            <Row {...row} />
          ))}
        </ul>
      )}
      <Paging label="Pages of the audit log" earlier={earlier} later={latest} />
    </Panel>
  );
}

function Row({ id, at, who, about, text, scrubbed }: AuditLine): JSX.Element {
  return (
    <li class="audit-row" id={`row-${id}`}>
      <p class="audit-over">
        <span class="faint" safe>{`${id}`}</span> <Time at={at} form="at" /> <By name={who} /> {about ? <About {...about} /> : ""}
        {scrubbed ? <VerdictBadge verdict="warning" text="secrets were taken out" /> : ""}
      </p>
      <p class="audit-text">
        <Words text={text} />
      </p>
    </li>
  );
}

/** A project that was unregistered has no page. */
function About({ text, href }: { text: string; href: string | null }): JSX.Element {
  return href ? (
    <a href={href} safe>
      {text}
    </a>
  ) : (
    <span safe>{text}</span>
  );
}
