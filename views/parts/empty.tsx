// What is shown where there is nothing: why, and what to do next.
import type { Children } from "@kitajs/html";
import { Command } from "./command.tsx";
import { Words } from "./words.tsx";

export type EmptyProps = { title: string; text: string; command?: string | undefined; children?: Children | undefined };

export function Empty({ title, text, command, children }: EmptyProps): JSX.Element {
  return (
    <div class="empty">
      <p class="empty-title" safe>
        {title}
      </p>
      <p class="empty-text">
        <Words text={text} />
      </p>
      {command ? <Command text={command} /> : ""}
      <div class="empty-actions">{children}</div>
    </div>
  );
}
