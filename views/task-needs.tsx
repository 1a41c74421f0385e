// What a task needs of a person: a yes to its work, an answer to its agent, or something put right.
import type { ShownQuestion } from "../src/agents/shown.ts";
import type { Typed } from "../src/kernel/page.ts";
import type { Approval, Need } from "../src/progress/task-needs.ts";
import { VerdictBadge } from "./parts/badge.tsx";
import { Button, ButtonLink } from "./parts/button.tsx";
import { Chip } from "./parts/chip.tsx";
import { Command } from "./parts/command.tsx";
import { Fact, Facts } from "./parts/facts.tsx";
import { AreaField, ChoiceField, TextField } from "./parts/field.tsx";
import { ActionForm, Form, FormActions, FormErrors, typedOf } from "./parts/form.tsx";
import { Output } from "./parts/log-view.tsx";
import { Notice } from "./parts/notice.tsx";
import { Panel } from "./parts/panel.tsx";
import { QuestionCard } from "./parts/question-card.tsx";
import { Time } from "./parts/time.tsx";
import { Refused } from "./refused.tsx";

/** `place` is what the paths of its forms begin with: `/tasks/12`, or `/approvals/12`. */
export type Act = { place: string; csrf: string; typed: Typed | null };

const FORMS = ["approve", "reject", "request-changes", "answer"];

/** The forms that are shown for a need. */
function formsOf(need: Need): string[] {
  if (need.kind === "approval") return ["approve", "reject", "request-changes"];
  if (need.kind === "question") return ["answer"];
  return need.kind === "trouble" || (need.kind === "waits" && need.mayChange) ? ["request-changes"] : [];
}

export function NeedPanel({ need, act }: { need: Need; act: Act }): JSX.Element {
  return (
    <>
      <RefusedDecision act={act} need={need} />
      <NeedBody need={need} act={act} />
    </>
  );
}

/** What was refused because something else is needed now, or nothing. */
export function RefusedDecision({ act, need }: { act: Act; need: Need }): JSX.Element {
  return <Refused typed={act.typed} place={act.place} words={FORMS} shown={formsOf(need)} />;
}

export function NeedBody({ need, act }: { need: Need; act: Act }): JSX.Element {
  switch (need.kind) {
    case "nothing":
      return "";
    case "question":
      return <Question question={need.question} agent={need.agent} act={act} />;
    case "approval":
      return (
        <Panel id="approval" title="Waits for your approval" tone="warn">
          <ApprovalCard approval={need.approval} act={act} />
        </Panel>
      );
    case "failed":
      return (
        <Notice tone="bad" text={need.text} hint={need.hint}>
          {need.output ? (
            <details class="more">
              <summary safe>{`The end of the output of ${need.output.run}`}</summary>
              <Output label={`The end of the output of ${need.output.run}`} text={need.output.text} />
              <a href={need.output.href}>All of it</a>
            </details>
          ) : (
            ""
          )}
        </Notice>
      );
    case "trouble":
      return (
        <Notice tone="warn" text={need.text}>
          <Changes act={act} />
        </Notice>
      );
    case "waits":
      return (
        <Notice tone="info" text={need.text}>
          <p class="faint">
            <Time at={need.since} form="for" />
          </p>
          {need.mayChange ? <Changes act={act} /> : ""}
        </Notice>
      );
  }
}

/** The work as far as it can be judged at a glance, and the three things to say to it. */
export function ApprovalCard({ approval, act }: { approval: Approval; act: Act }): JSX.Element {
  const { taskId, commit, base, cost, since, gate } = approval;
  return (
    <div class="approval">
      <Facts>
        <Fact label="Change">
          <ChangeSize approval={approval} />
        </Fact>
        <Fact label="Gate">
          <GateResult gate={gate} />
        </Fact>
        <Fact label="Commit">
          <Chip text={commit.slice(0, 10)} copy={commit} label="commit" /> <span class="faint">on</span>{" "}
          <Chip text={base.slice(0, 10)} copy={base} label="base" />
        </Fact>
        {cost ? <Fact label="Cost" text={cost} /> : ""}
        <Fact label="Waits">
          <Time at={since} form="for" />
        </Fact>
      </Facts>
      {approval.files.length > 0 ? <FileGlance approval={approval} /> : ""}
      <div class="approval-acts">
        <ButtonLink label="Read the diff" href={`/tasks/${taskId}/diff`} icon="file" />
        <Decide commit={commit} act={act} />
      </div>
    </div>
  );
}

function ChangeSize({ approval: { taskId, size } }: { approval: Approval }): JSX.Element {
  return (
    <>
      <a href={`/tasks/${taskId}/diff`} safe>
        {size === null ? "cannot be read" : size.count === 1 ? "1 file" : `${size.count} files`}
      </a>{" "}
      {size ? <Counts added={size.added} removed={size.removed} /> : ""}
    </>
  );
}

function GateResult({ gate }: Pick<Approval, "gate">): JSX.Element {
  if (!gate) return <VerdictBadge verdict="unknown" text="none: nothing was checked" />;
  return (
    <>
      <VerdictBadge verdict="passed" text={`${gate.name} passed`} />{" "}
      <a href={gate.href} safe>
        {gate.took === "" ? "output" : `in ${gate.took}`}
      </a>
    </>
  );
}

function FileGlance({ approval: { taskId, files, size } }: { approval: Approval }): JSX.Element {
  const more = (size?.count ?? 0) - files.length;
  return (
    <ul class="approval-files">
      {files.map((file) => (
        <li>
          <span class="mono" safe>
            {file.path}
          </span>{" "}
          {file.lines ? <Counts {...file.lines} /> : <span class="faint">no text</span>}
        </li>
      ))}
      {more > 0 ? (
        <li class="faint">
          <a href={`/tasks/${taskId}/diff`} safe>{`and ${more} more`}</a>
        </li>
      ) : (
        ""
      )}
    </ul>
  );
}

/** Approval and rejection are of the commit that is shown here. */
function Decide({ commit, act }: { commit: string; act: Act }): JSX.Element {
  const { place, csrf, typed } = act;
  return (
    <>
      <ActionForm
        {...{ csrf, typed }}
        action={`${place}/approve`}
        label="Approve"
        look="primary"
        icon="passed"
        values={{ commit }}
        comment={{ name: "comment", label: "A word for the record" }}
      />
      <Changes act={act} />
      <ActionForm
        {...{ csrf, typed }}
        action={`${place}/reject`}
        label="Reject"
        look="danger"
        icon="rejected"
        values={{ commit }}
        ask="The task ends without a merge; its work is kept on its branch."
        comment={{ name: "reason", label: "Why", required: true }}
      />
    </>
  );
}

function Counts({ added, removed }: { added: number; removed: number }): JSX.Element {
  return (
    <span class="diff-counts">
      <span class="diff-added" safe>{`+${added}`}</span> <span class="diff-removed" safe>{`−${removed}`}</span>
    </span>
  );
}

function Changes({ act }: { act: Act }): JSX.Element {
  return (
    <ActionForm
      action={`${act.place}/request-changes`}
      csrf={act.csrf}
      typed={act.typed}
      label="Request changes"
      icon="changes"
      comment={{ name: "comment", label: "What to change", hint: "Its agent gets it word for word, and goes on.", required: true }}
    />
  );
}

export type QuestionProps = { question: ShownQuestion; agent: string; act: Act; task?: { text: string; href: string } };

/** A call that waits for a yes or no, or something that the agent wants to know. */
export function Question({ question, agent, act, task }: QuestionProps): JSX.Element {
  const { id, taskId, runId, at, tool, text, call, asked } = question;
  return (
    <QuestionCard
      id={`question-${id}`}
      title={asked.length > 0 ? "Its agent wants to know" : `Its agent asks to use ${tool}`}
      when={at}
      who={`${agent} r${runId}`}
      text={text}
      {...(call === "" ? {} : { code: call })}
      {...(task ? { task } : {})}
    >
      {asked.length > 0 ? <Choices question={question} act={act} /> : <Permission question={question} act={act} />}
      <p class="faint">
        Or in a terminal: <Command text={asked.length > 0 ? `ccm approve ${taskId} --comment "your choice"` : `ccm approve ${taskId}`} />
      </p>
    </QuestionCard>
  );
}

function Permission({ question: { id }, act }: { question: ShownQuestion; act: Act }): JSX.Element {
  const action = `${act.place}/answer`;
  const typed = typedOf(act.typed, action);
  const scope = `answer-${id}`;
  return (
    <Form action={action} csrf={act.csrf} label="Your answer">
      <FormErrors typed={typed} scope={scope} />
      <input type="hidden" name="question" value={String(id)} />
      <AreaField name="text" label="A word to the agent" rows={2} typed={typed} scope={scope} hint="With a no, say what to do instead." />
      <FormActions>
        <Button label="Allow" look="primary" icon="passed" name="verdict" value="allow" />
        <Button label="Deny" look="danger" icon="rejected" name="verdict" value="deny" />
      </FormActions>
    </Form>
  );
}

function Choices({ question: { id, asked }, act }: { question: ShownQuestion; act: Act }): JSX.Element {
  const action = `${act.place}/answer`;
  const typed = typedOf(act.typed, action);
  const scope = `answer-${id}`;
  const labels = Object.fromEntries(asked.map(({ text }, at) => [`choice-${at}`, text]));
  return (
    <Form action={action} csrf={act.csrf} label="Your answer">
      <FormErrors typed={typed} labels={labels} scope={scope} />
      <input type="hidden" name="question" value={String(id)} />
      {asked.map(({ text, options, several }, at) => (
        <>
          {options.length > 0 ? (
            <ChoiceField
              name={`choice-${at}`}
              label={text}
              typed={typed}
              scope={scope}
              {...(several ? { many: true as const } : {})}
              options={options.map(({ label, about }, number) => ({ value: String(number + 1), text: label, detail: about }))}
            />
          ) : (
            ""
          )}
          <TextField name={`words-${at}`} label={options.length > 0 ? "Or in your own words" : text} typed={typed} scope={scope} />
        </>
      ))}
      <FormActions>
        <Button label="Answer" look="primary" icon="message" />
        <Button label="Refuse to answer" look="quiet" name="verdict" value="deny" />
      </FormActions>
    </Form>
  );
}
