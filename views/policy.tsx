// What agents may do and who said so, and what another policy would have made of what they did.
import type { CommandClass, Verdict } from "../src/hooks/rules.ts";
import type { Markup, Typed } from "../src/kernel/page.ts";
import { type BadgeVerdict, VerdictBadge } from "./parts/badge.tsx";
import { Button, ButtonLink } from "./parts/button.tsx";
import { AreaField, SelectField } from "./parts/field.tsx";
import { Form, FormActions, FormErrors, typedOf } from "./parts/form.tsx";
import { PageHeading } from "./parts/heading.tsx";
import { Notice } from "./parts/notice.tsx";
import { Panel } from "./parts/panel.tsx";
import { type Column, Table } from "./parts/table.tsx";
import { Time, type When } from "./parts/time.tsx";
import { Words } from "./parts/words.tsx";

/** Null for projects that say nothing themselves. */
export type PolicyOf = { name: string; href: string } | null;

export function PolicyHeading({ of }: { of: PolicyOf }): Markup {
  const over = of
    ? [
        { text: "Projects", href: "/projects" },
        { text: of.name, href: of.href },
      ]
    : [{ text: "Health", href: "/health" }];
  return (
    <PageHeading title="Policy" over={over}>
      {of ? <ButtonLink label="Settings" icon="settings" href={`${of.href}#settings`} /> : ""}
    </PageHeading>
  );
}

export type PolicyClassLine = { class: CommandClass; verdict: Verdict; from: string };
export type PolicyRuleLine = { rule: string; verdict: Verdict; from: string };

const BADGES: Record<Verdict, BadgeVerdict> = { allow: "passed", ask: "warning", deny: "failed" };

/** What the classes mean: .github/GUARDS.md has all of it. */
const CLASSES: Record<CommandClass, string> = {
  destructive: "deletes the tree, a home, the system, a disk",
  network: "reaches other machines",
  privilege: "becomes root, mounts, sets services",
  publish: "gives something to others: packages, images, pull requests",
  credentials: "touches keys, tokens, logins",
  git: "does what ccm does itself: push, other branches, git's configuration",
  unclear: "nobody can say before it runs what it runs",
};

export function PolicyCommands({ classes, rules }: { classes: readonly PolicyClassLine[]; rules: readonly PolicyRuleLine[] }): Markup {
  return (
    <Panel id="commands" title="What agents may call" note="rules go before classes: deny before ask, ask before allow" flush>
      <Table label="Verdicts on calls of tools" columns={COLUMNS}>
        {rules.map(({ rule, verdict, from }) => (
          <tr>
            <th scope="row" class="wide">
              <code safe>{rule}</code>
            </th>
            <VerdictCells verdict={verdict} from={from} />
          </tr>
        ))}
        {classes.map(({ class: name, verdict, from }) => (
          <tr>
            <th scope="row" class="wide">
              {name}{" "}
              <span class="class-about" safe>
                {CLASSES[name]}
              </span>
            </th>
            <VerdictCells verdict={verdict} from={from} />
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

const COLUMNS: readonly Column[] = [{ title: "A command or call that" }, { title: "Verdict" }, { title: "Said by" }];

function VerdictCells({ verdict, from }: { verdict: Verdict; from: string }): JSX.Element {
  return (
    <>
      <td class="no-wrap">
        <VerdictBadge verdict={BADGES[verdict]} text={verdict} />
      </td>
      <td class="no-wrap" safe>
        {from}
      </td>
    </>
  );
}

export type PolicyPlaceLine = { name: string; value: string; from: string };

export function PolicySandbox({ places, outside }: { places: readonly PolicyPlaceLine[]; outside: string }): Markup {
  return (
    <Panel id="sandbox" title="What their sandbox gives them" flush>
      <Table label="The sandbox of agents" columns={[{ title: "Setting" }, { title: "Value" }, { title: "Said by" }]}>
        {places.map(({ name, value, from }) => (
          <tr>
            <th scope="row" class="no-wrap" safe>
              {name}
            </th>
            <td class="policy-value" safe>
              {value}
            </td>
            <td class="no-wrap" safe>
              {from}
            </td>
          </tr>
        ))}
      </Table>
      <p class="panel-foot">
        <Words text={outside} />
      </p>
    </Panel>
  );
}

export type ChangedLine = { was: Verdict; is: Verdict; call: string; times: number; run: { text: string; href: string }; why: string };
export type PolicyTrial = { at: When; total: string; lines: readonly ChangedLine[]; unread: readonly string[] };

export type PolicyTryProps = {
  action: string;
  csrf: string;
  typed: Typed | null;
  /** Whose words the text stands in for. */
  of: PolicyOf;
  values: { since: string; guards: string };
  trial: PolicyTrial | null;
};

const SINCE = [
  { value: "1d", text: "of the last day" },
  { value: "7d", text: "of the last week" },
  { value: "30d", text: "of the last 30 days" },
  { value: "365d", text: "of the last year" },
];

export function PolicyTry({ action, csrf, typed, of, values, trial }: PolicyTryProps): Markup {
  const own = typedOf(typed, action);
  return (
    <Panel id="try" title="Try another policy" note="nothing is changed">
      <Form action={action} csrf={csrf} label="Try another policy">
        <FormErrors typed={own} labels={{ guards: "Guards", since: "Calls" }} />
        <AreaField
          name="guards"
          label="Guards"
          rows={6}
          mono
          value={values.guards}
          typed={own}
          placeholder={"classes:\n  network: ask\ndeny:\n  - Bash(make deploy:*)"}
          hint={`In the place of ${of ? "the project's" : "the configuration's"} own. Empty: by what holds now.`}
        />
        <SelectField name="since" label="Calls" value={values.since} typed={own} options={SINCE} required />
        <FormActions>
          <Button label="Try it" look="primary" />
        </FormActions>
      </Form>
      {trial ? <Trial {...trial} /> : ""}
    </Panel>
  );
}

function Trial({ at, total, lines, unread }: PolicyTrial): JSX.Element {
  return (
    <div class="trial">
      <Notice tone={lines.length === 0 ? "good" : "info"} text={total}>
        <p class="faint">
          Tried <Time at={at} />
        </p>
      </Notice>
      {lines.length === 0 ? (
        ""
      ) : (
        <ul class="changed-calls">
          {lines.map((line) => (
            <ChangedCall {...line} />
          ))}
        </ul>
      )}
      {unread.map((line) => (
        <p class="faint">
          <Words text={line} />
        </p>
      ))}
    </div>
  );
}

function ChangedCall({ was, is, call, times, run, why }: ChangedLine): JSX.Element {
  return (
    <li>
      <p class="changed-over">
        <VerdictBadge verdict={BADGES[is]} text={is} /> <span class="faint" safe>{`was ${was}`}</span>
        <code class="changed-call" safe>
          {call}
        </code>
        {times > 1 ? <span class="faint" safe>{`${times} times, the last time in `}</span> : ""}
        <a class="mono" href={run.href} safe>
          {run.text}
        </a>
      </p>
      {why ? (
        <p class="changed-why" safe>
          {why}
        </p>
      ) : (
        ""
      )}
    </li>
  );
}
