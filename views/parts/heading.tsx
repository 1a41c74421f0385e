// The heading of a page: where it is, what it is, and what can be done with the whole of it.
import type { Children } from "@kitajs/html";

export type PageHeadingProps = {
  id?: string | undefined;
  title: string;
  /** The way back up. */
  over?: readonly { text: string; href: string }[] | undefined;
  /** Badges and facts below the title. */
  under?: JSX.Element | undefined;
  /** Actions. */
  children?: Children | undefined;
};

export function PageHeading({ id = "heading", title, over = [], under, children }: PageHeadingProps): JSX.Element {
  return (
    <header id={id} class="page-heading">
      <div class="page-title">
        {over.length > 0 ? (
          <nav class="crumbs" aria-label="Way up">
            {over.map(({ text, href }) => (
              <a href={href} safe>
                {text}
              </a>
            ))}
          </nav>
        ) : (
          ""
        )}
        <h1 safe>{title}</h1>
        {under ? <div class="page-under">{under}</div> : ""}
      </div>
      <div class="page-actions">{children}</div>
    </header>
  );
}
