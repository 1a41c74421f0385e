// What an agent asks a person, with the forms that answer it.
import type { Children } from "@kitajs/html";
import { Icon } from "./icon.tsx";
import { Output } from "./log-view.tsx";
import { Time, type When } from "./time.tsx";
import { Words } from "./words.tsx";

export type QuestionCardProps = {
  id: string;
  title: string;
  when: When;
  who: string;
  task?: { text: string; href: string } | undefined;
  text: string;
  /** The command, or whatever else it wants to do, as it is. */
  code?: string | undefined;
  children?: Children | undefined;
};

export function QuestionCard({ id, title, when, who, task, text, code, children }: QuestionCardProps): JSX.Element {
  return (
    <article id={id} class="question" aria-labelledby={`${id}-title`}>
      <header class="card-over">
        <Icon name="waiting" />
        <h3 id={`${id}-title`} safe>
          {title}
        </h3>
        <span class="question-about">
          <span safe>{who}</span>
          <Time at={when} />
        </span>
      </header>
      {task ? (
        <a class="question-task" href={task.href} safe>
          {task.text}
        </a>
      ) : (
        ""
      )}
      <p class="question-text">
        <Words text={text} />
      </p>
      {code ? <Output label="What it asks for" text={code} /> : ""}
      <div class="question-answers">{children}</div>
    </article>
  );
}
