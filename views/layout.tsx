// What every page has around it: head, navigation, the live stream; and the page that a Fault gets.
import type { Area, Markup } from "../src/kernel/page.ts";

export type Frame = { css: string; scripts: readonly string[]; csrf: string };
export type LayoutProps = Frame & {
  area: Area | null;
  title: string;
  name: string;
  /** The address of the page's live stream, null for a page that does not change. */
  live: string | null;
  /** Finished markup: each section was rendered, and escaped, by its own view. */
  sections: readonly string[];
};

const AREAS: readonly { area: Area; path: string; title: string }[] = [
  { area: "home", path: "/", title: "Home" },
  { area: "tasks", path: "/tasks", title: "Tasks" },
  { area: "approvals", path: "/approvals", title: "Approvals" },
  { area: "agents", path: "/agents", title: "Agents" },
  { area: "projects", path: "/projects", title: "Projects" },
  { area: "health", path: "/health", title: "Health" },
];

export function layout(props: LayoutProps): Markup {
  return (
    <>
      {"<!doctype html>"}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="dark light" />
          <meta name="htmx-config" content='{"includeIndicatorCSS":false}' />
          <title safe>{`${props.title} · ccm`}</title>
          <link rel="stylesheet" href={props.css} />
          {props.scripts.map((script) => (
            <script src={script} defer></script>
          ))}
        </head>
        <body>
          <a class="skip" href="#main">
            Skip to the content
          </a>
          <Navigation area={props.area} />
          <main id="main" class={props.name} tabindex="-1">
            {props.sections.join("") as "safe"}
          </main>
          <div id="notices" role="status" aria-live="polite"></div>
          {props.live ? <div id="live" hx-sse:connect={props.live} hx-swap="none"></div> : ""}
        </body>
      </html>
    </>
  );
}

function Navigation({ area }: { area: Area | null }): JSX.Element {
  return (
    <nav class="nav" aria-label="Areas">
      {AREAS.map((one) => (
        <a href={one.path} aria-current={one.area === area ? "page" : undefined} safe>
          {one.title}
        </a>
      ))}
    </nav>
  );
}

export function errorPage(props: Frame & { fault: { message: string; hint: string } }): Markup {
  const section = (
    <section id="fault">
      <h1 safe>{props.fault.message}</h1>
      <p safe>{props.fault.hint}</p>
    </section>
  );
  return layout({ ...props, area: null, title: "Not here", name: "error", live: null, sections: [section as string] });
}
