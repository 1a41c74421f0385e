// The form in which a task is written.
import type { Markup, Typed } from "../src/kernel/page.ts";
import { Button, ButtonLink } from "./parts/button.tsx";
import { Empty } from "./parts/empty.tsx";
import { AreaField, type FieldProps, SelectField, TextField } from "./parts/field.tsx";
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
  values: Readonly<Record<"project" | "title" | "prompt" | "kind" | "priority" | "after" | "agent" | "source" | "attached", string>>;
  /** What the project says where the task says nothing. */
  standard?: { agent: string; base: string };
  submit: string;
};

export function TaskFormHeading({ heading }: TaskFormProps): Markup {
  return <PageHeading title={heading.title} over={heading.over} />;
}

const LABELS = {
  ...{ project: "Project", title: "Title", prompt: "Prompt", kind: "Kind", priority: "Priority", after: "After", agent: "Agent" },
  source: "Written by somebody else",
  attached: "A text of somebody else",
};

export function TaskFormBody(props: TaskFormProps): Markup {
  const { action, csrf, projects, submit } = props;
  if (projects?.length === 0) return <NoProject />;
  const typed = typedOf(props.typed, action);
  const field: FieldOf = (name) => ({ name, label: LABELS[name], value: props.values[name], typed });
  return (
    <section id="task-form" class="panel" aria-label="Task">
      <div class="panel-body">
        <Form action={action} csrf={csrf} label="Task">
          <FormErrors typed={typed} labels={LABELS} />
          <Written projects={projects} field={field} />
          <Choices {...props} field={field} />
          {projects ? <Outside field={field} /> : ""}
          <FormActions>
            <Button label={submit} look="primary" />
            <ButtonLink label="Back" look="quiet" href={props.heading.over.at(-1)?.href ?? "/tasks"} />
          </FormActions>
        </Form>
      </div>
    </section>
  );
}

type FieldOf = (name: keyof typeof LABELS) => Pick<FieldProps, "name" | "label" | "value"> & { typed: Typed | null };

function NoProject(): JSX.Element {
  return (
    <section id="task-form" class="panel" aria-label="Task">
      <Empty title="No project yet" text="A task is work in a git repository: register one first." command="ccm register-project --path .">
        <ButtonLink label="Register a project" icon="plus" look="primary" href="/projects/new" />
      </Empty>
    </section>
  );
}

function Written({ projects, field }: Pick<TaskFormProps, "projects"> & { field: FieldOf }): JSX.Element {
  const project = field("project");
  const choose = project.value === "" ? [{ value: "", text: "Choose a project" }] : [];
  return (
    <>
      {projects ? <SelectField {...project} required options={[...choose, ...options(projects.map(({ name }) => name))]} /> : ""}
      <TextField {...field("title")} required maxlength={200} hint="One line that says what is to be done." />
      <AreaField
        {...field("prompt")}
        required
        mono
        rows={12}
        hint="What the agent is told: what is wrong or wanted, where to look, and how you will know that it is done."
      />
    </>
  );
}

/** Who wrote what is decided when a task is created, and stays. */
function Outside({ field }: { field: FieldOf }): JSX.Element {
  return (
    <>
      <TextField
        {...field("source")}
        maxlength={500}
        placeholder="https://example.org/issues/3"
        hint="Where title and prompt are from, if you do not vouch for them. Its agent is told so, and its runs may do less."
      />
      <AreaField
        {...field("attached")}
        mono
        rows={3}
        hint="A report, a comment, a log that the task is about: its agent reads it as material, and its runs may do less."
      />
    </>
  );
}

/** The kind of a task, and what it comes after, stay as they were when it was created. */
function Choices({ projects, kinds, priorities, agents, standard, field }: TaskFormProps & { field: FieldOf }): JSX.Element {
  const own = standard ? `the project's (${standard.agent})` : "the project's";
  return (
    <div class="fields">
      {projects ? <SelectField {...field("kind")} required options={options(kinds)} /> : ""}
      <SelectField {...field("priority")} required options={options(priorities)} />
      <SelectField {...field("agent")} options={[{ value: "", text: own }, ...options(agents)]} />
      {projects ? <TextField {...field("after")} placeholder="3, 5" hint="Numbers of tasks that must be done before it starts." /> : ""}
    </div>
  );
}

function options(words: readonly string[]): { value: string; text: string }[] {
  return words.map((word) => ({ value: word, text: word }));
}
