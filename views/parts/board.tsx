// A board: columns of cards, side by side; on a phone one below the other.
import type { Children } from "@kitajs/html";
import { Icon, type IconName } from "./icon.tsx";

export function Board({ id, children }: { id: string; children?: Children | undefined }): JSX.Element {
  return (
    <section id={id} class="board" aria-label="Board" tabindex="0">
      {children}
    </section>
  );
}

export type BoardColumnProps = {
  id: string;
  title: string;
  icon: IconName;
  count: number;
  /** Where the cards are that did not fit. */
  more?: { text: string; href: string } | undefined;
  /** What is said where there is no card. */
  empty: string;
  children?: Children | undefined;
};

export function BoardColumn({ id, title, icon, count, more, empty, children }: BoardColumnProps): JSX.Element {
  return (
    <section id={id} class="board-column" aria-labelledby={`${id}-title`}>
      <header class="board-head">
        <Icon name={icon} />
        <h2 id={`${id}-title`} safe>
          {title}
        </h2>
        <span class="count">{count}</span>
      </header>
      {count === 0 ? (
        <p class="board-empty" safe>
          {empty}
        </p>
      ) : (
        <ul class="task-cards" aria-labelledby={`${id}-title`}>
          {children}
        </ul>
      )}
      {more ? (
        <a class="board-more" href={more.href} safe>
          {more.text}
        </a>
      ) : (
        ""
      )}
    </section>
  );
}
