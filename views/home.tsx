// Home: what needs a person, what runs, what has ended.
import type { Run } from "../src/agents/schema.ts";
import type { Markup } from "../src/kernel/page.ts";
import type { Task } from "../src/tasks/schema.ts";

export function HomeNeeds({ tasks }: { tasks: readonly Task[] }): Markup {
  return (
    <section id="needs">
      <h2>Needs you</h2>
      <TaskList tasks={tasks} />
    </section>
  );
}

export function HomeRunning({ runs }: { runs: readonly Run[] }): Markup {
  return (
    <section id="running">
      <h2>Running</h2>
      <ul>
        {runs.map((run) => (
          <li safe>{`r${run.id} ${run.agent}`}</li>
        ))}
      </ul>
    </section>
  );
}

export function HomeFinished({ tasks }: { tasks: readonly Task[] }): Markup {
  return (
    <section id="finished">
      <h2>Finished</h2>
      <TaskList tasks={tasks} />
    </section>
  );
}

function TaskList({ tasks }: { tasks: readonly Task[] }): JSX.Element {
  return (
    <ul>
      {tasks.map((task) => (
        <li safe>{`${task.id} ${task.title} ${task.state}`}</li>
      ))}
    </ul>
  );
}
