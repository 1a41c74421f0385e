// Projects: all of them, and what one page shows of one beside its settings.
import type { Markup, Typed } from "../src/kernel/page.ts";
import type { Approval } from "../src/projects/schema.ts";
import type { TaskState } from "../src/tasks/schema.ts";
import { StateBadge } from "./parts/badge.tsx";
import { Button, ButtonLink } from "./parts/button.tsx";
import { Chip } from "./parts/chip.tsx";
import { Empty } from "./parts/empty.tsx";
import { Fact, Facts } from "./parts/facts.tsx";
import { CheckField } from "./parts/field.tsx";
import { Form, FormActions, FormErrors, typedOf } from "./parts/form.tsx";
import { PageHeading } from "./parts/heading.tsx";
import { Panel } from "./parts/panel.tsx";
import { Table } from "./parts/table.tsx";
import { type TaskLine, TaskList } from "./parts/task-list.tsx";
import { Time, type When } from "./parts/time.tsx";

/** A project as lists show it; of its variables nothing, since people put secrets there. */
export type ProjectLine = {
  name: string;
  href: string;
  path: string;
  base: string;
  agent: string;
  approval: Approval;
  gates: readonly { name: string; command: string }[];
  counts: readonly { state: TaskState; count: number }[];
  open: number;
  cost: string;
  /** What its trees take, in words; empty where there are none. */
  disk: string;
};

export function ProjectsHeading(): Markup {
  return (
    <PageHeading title="Projects">
      <ButtonLink label="Register a project" icon="plus" look="primary" href="/projects/new" />
    </PageHeading>
  );
}

export function ProjectsList({ projects }: { projects: readonly ProjectLine[] }): Markup {
  return (
    <section id="projects" class="panel flush" aria-label="All projects">
      {projects.length === 0 ? (
        <Empty
          title="No project yet"
          text="A project is a git repository on this machine. Registering changes nothing in it."
          command="ccm register-project --path ."
        >
          <ButtonLink label="Register a project" icon="plus" look="primary" href="/projects/new" />
        </Empty>
      ) : (
        <Table
          label="Projects"
          columns={[
            { title: "Project" },
            { title: "Tasks" },
            { title: "Agent" },
            { title: "Approved by" },
            { title: "Cost", align: "end" },
          ]}
        >
          {projects.map((project) => (
            <ProjectRow project={project} />
          ))}
        </Table>
      )}
    </section>
  );
}

function ProjectRow({ project }: { project: ProjectLine }): JSX.Element {
  return (
    <tr id={`project-${project.name}`}>
      <th scope="row" class="project-name">
        <a href={project.href} safe>
          {project.name}
        </a>
        <span class="project-path" safe>
          {project.path}
        </span>
      </th>
      <td>
        <Counts project={project} />
      </td>
      <td class="no-wrap" safe>
        {project.agent}
      </td>
      <td class="no-wrap">{project.approval === "ask" ? "a person" : "its gates"}</td>
      <td class="end number" safe>
        {project.cost}
      </td>
    </tr>
  );
}

const APPROVALS: Record<Approval, string> = { ask: "a person approves each merge", auto: "what passes its gates merges" };

function Counts({ project }: { project: ProjectLine }): JSX.Element {
  if (project.counts.length === 0) return <span class="faint">none</span>;
  return (
    <span class="counts">
      {project.counts.map(({ state, count }) => (
        <a href={`/tasks?${new URLSearchParams({ project: project.name, state })}`}>
          <StateBadge state={state} note={String(count)} />
        </a>
      ))}
    </span>
  );
}

export function ProjectHeading({ title, project }: { title: string; project: string | null }): Markup {
  return (
    <PageHeading title={title} over={[{ text: "Projects", href: "/projects" }]}>
      {project === null ? (
        ""
      ) : (
        <>
          <ButtonLink label="Policy" icon="verifying" href={`/projects/${encodeURIComponent(project)}/policy`} />
          <ButtonLink label="Settings" icon="settings" href="#settings" />
          <ButtonLink label="New task" icon="plus" look="primary" href={`/tasks/new?${new URLSearchParams({ project })}`} />
        </>
      )}
    </PageHeading>
  );
}

export function ProjectFacts({ line, registered }: { line: ProjectLine; registered: When }): Markup {
  return (
    <Panel id="facts" title="Where it stands">
      <Facts>
        <Fact label="Repository">
          <Chip text={line.path} copy={line.path} label="path" />
        </Fact>
        <Fact label="Base branch">
          <Chip text={line.base} label="branch" />
        </Fact>
        <Fact label="Agent" text={line.agent} />
        <Fact label="Approval" text={`${line.approval}: ${APPROVALS[line.approval]}`} />
        {line.gates.map(({ name, command }) => (
          <Fact label={`Gate ${name}`}>
            <code safe>{command}</code>
          </Fact>
        ))}
        <Fact label="Tasks">
          <Counts project={line} />
        </Fact>
        <Fact label="Cost" text={line.cost} />
        {line.disk ? <Fact label="On the disk" text={line.disk} /> : ""}
        <Fact label="Registered">
          <Time at={registered} />
        </Fact>
      </Facts>
    </Panel>
  );
}

export function ProjectTasks({ name, rows, total }: { name: string; rows: readonly TaskLine[]; total: number }): Markup {
  const all = `/tasks?${new URLSearchParams({ project: name })}`;
  return (
    <Panel id="tasks" title="Tasks" count={total} flush actions={<ButtonLink label="All" look="quiet" href={all} />}>
      {rows.length === 0 ? (
        <Empty title="No task yet" text="Say what is to be done in this repository.">
          <ButtonLink label="New task" icon="plus" look="primary" href={`/tasks/new?${new URLSearchParams({ project: name })}`} />
        </Empty>
      ) : (
        <TaskList label="Newest tasks" rows={rows} pick="project" />
      )}
    </Panel>
  );
}

export type LeaveProps = { action: string; csrf: string; typed: Typed | null; name: string; path: string };

export function ProjectLeave({ action, csrf, name, path, ...props }: LeaveProps): Markup {
  const typed = typedOf(props.typed, action);
  return (
    <Panel id="leave" title="Unregister" tone="bad">
      <p
        safe
      >{`ccm forgets "${name}". The repository at ${path} stays as it is, with all branches; tasks that ended stay readable here.`}</p>
      <details class="act-more" open={typed !== null}>
        <summary class="button" data-look="plain" data-tone="bad">
          Unregister…
        </summary>
        <div class="act-body">
          <Form action={action} csrf={csrf} label="Unregister the project">
            <FormErrors typed={typed} />
            <CheckField
              name="cancel"
              label="Cancel its tasks that have not ended"
              hint="Without this, a project with such tasks is kept. Their work stays on their branches."
              typed={typed}
            />
            <FormActions>
              <Button label={`Unregister ${name}`} look="danger" />
            </FormActions>
          </Form>
        </div>
      </details>
    </Panel>
  );
}
