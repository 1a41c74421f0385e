// The form in which a task is written.
import type { Markup, Typed } from "../src/kernel/page.ts";
import { Button, ButtonLink } from "./parts/button.tsx";
import { Empty } from "./parts/empty.tsx";
import { AreaField, SelectField, TextField } from "./parts/field.tsx";
import { Form, FormActions, FormErrors, typedOf } from "./parts/form.tsx";
import { PageHeading } from "./parts/heading.tsx";

export type TaskFormProps = {
  heading: { title: string; over: readonly { text: string; href: string }[] };
  action: string;
  csrf: string;
  typed: Typed | null;
  /** Null while a task is edited: it stays in its project. */
  projects: readonly { name: string; agent: string; base: string }[] | null;
  agents: readonly string[];
  kinds: readonly string[];
  priorities: readonly string[];
  values: Readonly<Record<"project" | "title" | "prompt" | "kind" | "priority" | "after" | "agent", string>>;
  /** What the project says where the task says nothing. */
  standard?: { agent: string; base: string };
  submit: string;
};

export function TaskFormHeading({ heading }: TaskFormProps): Markup {
  return <PageHeading title={heading.title} over={heading.over} />;
}

const LABELS = { project: "Project", title: "Title", prompt: "Prompt", kind: "Kind", priority: "Priority", after: "After", agent: "Agent" };

export function TaskFormBody(props: TaskFormProps): Markup {
  const { action, csrf, projects, agents, kinds, priorities, values, submit } = props;
  if (projects?.length === 0)
    return (
      <section id="task-form" class="panel" aria-label="Task">
        <Empty
          title="No project yet"
          text="A task is work in a git repository: register one first."
          command="ccm register-project --path ."
        >
          <ButtonLink label="Register a project" icon="plus" look="primary" href="/projects/new" />
        </Empty>
      </section>
    );
  const typed = typedOf(props.typed, action);
  const options = (words: readonly string[]) => words.map((word) => ({ value: word, text: word }));
  const choose = values.project === "" ? [{ value: "", text: "Choose a project" }] : [];
  return (
    <section id="task-form" class="panel" aria-label="Task">
      <div class="panel-body">
        <Form action={action} csrf={csrf} label="Task">
          <FormErrors typed={typed} labels={LABELS} />
          {projects ? (
            <SelectField
              name="project"
              label={LABELS.project}
              value={values.project}
              typed={typed}
              required
              options={[...choose, ...options(projects.map(({ name }) => name))]}
            />
          ) : (
            ""
          )}
          <TextField
            name="title"
            label={LABELS.title}
            value={values.title}
            typed={typed}
            required
            maxlength={200}
            hint="One line that says what is to be done."
          />
          <AreaField
            name="prompt"
            label={LABELS.prompt}
            value={values.prompt}
            typed={typed}
            required
            mono
            rows={12}
            hint="What the agent is told: what is wrong or wanted, where to look, and how you will know that it is done."
          />
          <div class="fields">
            {projects ? (
              <SelectField name="kind" label={LABELS.kind} value={values.kind} typed={typed} required options={options(kinds)} />
            ) : (
              ""
            )}
            <SelectField
              name="priority"
              label={LABELS.priority}
              value={values.priority}
              typed={typed}
              required
              options={options(priorities)}
            />
            <SelectField
              name="agent"
              label={LABELS.agent}
              value={values.agent}
              typed={typed}
              options={[
                { value: "", text: props.standard ? `the project's (${props.standard.agent})` : "the project's" },
                ...options(agents),
              ]}
            />
            {projects ? (
              <TextField
                name="after"
                label={LABELS.after}
                value={values.after}
                typed={typed}
                placeholder="3, 5"
                hint="Numbers of tasks that must be done before it starts."
              />
            ) : (
              ""
            )}
          </div>
          <FormActions>
            <Button label={submit} look="primary" />
            <ButtonLink label="Back" look="quiet" href={props.heading.over.at(-1)?.href ?? "/tasks"} />
          </FormActions>
        </Form>
      </div>
    </section>
  );
}
