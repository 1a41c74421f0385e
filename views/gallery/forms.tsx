// The gallery's forms: as they come, and as they come back.
import type { Typed } from "../../src/kernel/page.ts";
import { Button, ButtonLink } from "../parts/button.tsx";
import { AreaField, CheckField, ChoiceField, FieldGroup, SelectField, TextField } from "../parts/field.tsx";
import { FilterBar, FilterSelect, SearchBox } from "../parts/filter-bar.tsx";
import { ActionForm, Form, FormActions, FormErrors } from "../parts/form.tsx";
import { Panel } from "../parts/panel.tsx";

const PRIORITIES = ["urgent", "high", "normal", "low"].map((value) => ({ value, text: value }));
const REFUSED: Typed = {
  form: "/tasks",
  values: { title: "Add rate limiting", prompt: "", priority: "yesterday", after: "12, x", fresh: "" },
  reasons: { prompt: "The prompt is empty.", priority: "A priority is urgent, high, normal or low.", after: '"x" is no number of a task.' },
  fault: null,
};

export function Fields(): JSX.Element {
  return (
    <Panel id="fields" title="A form">
      <NewTask typed={null} scope="new" />
    </Panel>
  );
}

export function RefusedFields(): JSX.Element {
  return (
    <Panel id="refused-fields" title="The same form, refused">
      <NewTask typed={REFUSED} scope="again" />
    </Panel>
  );
}

const LABELS = { title: "Title", prompt: "Prompt", priority: "Priority", after: "After" };

function NewTask({ typed, scope }: { typed: Typed | null; scope: string }): JSX.Element {
  const on = { typed, scope };
  return (
    <Form action="/tasks" csrf="csrf" label={`New task, ${scope}`}>
      <FormErrors typed={typed} labels={LABELS} scope={scope} />
      <TextField {...on} name="title" label="Title" required placeholder="What is to be done, in one line" />
      <AreaField {...on} name="prompt" label="Prompt" required hint="What the agent is told. Markdown is fine." />
      <div class="fields">
        <SelectField {...on} name="priority" label="Priority" value="normal" options={PRIORITIES} />
        <TextField {...on} name="after" label="After" mono hint="Tasks that must be done first: 12, 14" />
        <TextField {...on} name="budget" label="Budget" kind="number" />
      </div>
      <FieldGroup legend="How it is worked on" note="The project's own settings count where nothing is said here.">
        <ChoiceField
          {...on}
          name="approval"
          label="Approval"
          value="ask"
          options={[
            { value: "ask", text: "Ask me", detail: "Nothing merges before you have approved it." },
            { value: "auto", text: "Merge by itself", detail: "When all gates pass." },
          ]}
        />
        <CheckField {...on} name="fresh" label="Begin a session of its own" hint="Otherwise it goes on with the last one." />
      </FieldGroup>
      <FormActions>
        <Button label="Create task" look="primary" />
        <ButtonLink label="Cancel" look="quiet" href="#fields" />
      </FormActions>
    </Form>
  );
}

export function Actions(): JSX.Element {
  return (
    <Panel id="actions" title="Actions" note="forms with one button">
      <div class="gallery-row">
        <ActionForm action="/gallery/pause" csrf="csrf" label="Pause" icon="pause" />
        <ActionForm
          action="/gallery/approve"
          csrf="csrf"
          label="Approve"
          look="primary"
          icon="passed"
          comment={{ name: "comment", label: "Add a comment" }}
        />
        <ActionForm
          action="/gallery/changes"
          csrf="csrf"
          label="Request changes"
          icon="changes"
          comment={{ name: "comment", label: "What is to change", required: true, hint: "The agent is told this." }}
        />
        <ActionForm
          action="/gallery/reject"
          csrf="csrf"
          label="Reject"
          look="danger"
          ask="Its work is kept in the trash for 7 days."
          comment={{ name: "reason", label: "Why", required: true }}
        />
      </div>
      <div class="gallery-row">
        <ActionForm
          action="/gallery/refused"
          csrf="csrf"
          label="Cancel task"
          look="danger"
          icon="cancelled"
          ask="Its agent is stopped."
          typed={{
            form: "/gallery/refused",
            values: {},
            reasons: {},
            fault: { message: 'Task 12 is "done".', hint: "Only what goes on can be cancelled." },
          }}
        />
      </div>
    </Panel>
  );
}

export function Filters(): JSX.Element {
  return (
    <Panel id="filters" title="Filters">
      <FilterBar action="/gallery" label="Find tasks" clear="/gallery">
        <SearchBox name="q" label="Search tasks" value="" placeholder="Title or number" />
        <FilterSelect
          name="state"
          label="State"
          value="approving"
          options={["approving", "executing"].map((value) => ({ value, text: value }))}
        />
        <FilterSelect name="project" label="Project" value="" options={[{ value: "", text: "All projects" }]} />
      </FilterBar>
    </Panel>
  );
}
