// What every page has around it: head, navigation, tools, the live stream; and the page that a Fault gets.
import type { Area, Markup } from "../src/kernel/page.ts";
import { FaultSection } from "./fault.tsx";
import { Icon, type IconName } from "./parts/icon.tsx";
import { Keys } from "./parts/keys.tsx";
import { NavNeeds } from "./parts/nav-needs.tsx";
import { Banner } from "./parts/notice.tsx";

/** Addresses of what the page loads, and what is the same on every page. */
export type Frame = {
  css: string;
  /** Runs before the page is drawn: it knows which colours were chosen. */
  early: string;
  scripts: readonly string[];
  icon: string;
  csrf: string;
  /** How many things need a person. */
  needs: number;
};
export type LayoutProps = Frame & {
  area: Area | null;
  title: string;
  name: string;
  /** The address of the page's live stream, null for a page that does not change. */
  live: string | null;
  /** What was done by the form that led here, where no script of the page says it. */
  said?: string | null | undefined;
  /** Finished markup: each section was rendered, and escaped, by its own view. */
  sections: readonly string[];
};

const AREAS: readonly { area: Area; path: string; title: string; icon: IconName }[] = [
  { area: "home", path: "/", title: "Home", icon: "home" },
  { area: "tasks", path: "/tasks", title: "Tasks", icon: "tasks" },
  { area: "approvals", path: "/approvals", title: "Approvals", icon: "approvals" },
  { area: "agents", path: "/agents", title: "Agents", icon: "agents" },
  { area: "projects", path: "/projects", title: "Projects", icon: "projects" },
  { area: "health", path: "/health", title: "Health", icon: "health" },
];

export function layout(props: LayoutProps): Markup {
  return (
    <>
      {"<!doctype html>"}
      <html lang="en">
        <Head {...props} />
        <body>
          <a class="skip" href="#main">
            Skip to the content
          </a>
          <div class="rail">
            <header class="top">
              <a class="brand" href="/">
                ccm
              </a>
              <LiveSign isLive={props.live !== null} />
            </header>
            <Navigation area={props.area} needs={props.needs} />
            <Tools csrf={props.csrf} />
          </div>
          <Lost />
          {props.said ? (
            <div class="done" role="status">
              <Banner id="done" tone="good" text={props.said} />
            </div>
          ) : (
            ""
          )}
          <main id="main" class={props.name} tabindex="-1">
            {props.sections.join("") as "safe"}
          </main>
          <div id="notices" role="status" aria-live="polite"></div>
          <Keys />
          {props.live ? <div id="live" hx-sse:connect={props.live} hx-trigger="ccm-connect" hx-swap="none"></div> : ""}
        </body>
      </html>
    </>
  );
}

function Head({ title, css, early, icon, scripts }: LayoutProps): JSX.Element {
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
      <meta name="color-scheme" content="dark light" />
      <meta name="htmx-config" content='{"includeIndicatorCSS":false}' />
      <title safe>{`${title} · ccm`}</title>
      <link rel="icon" type="image/svg+xml" href={icon} />
      <script src={early}></script>
      <link rel="stylesheet" href={css} />
      {scripts.map((script) => (
        <script src={script} defer></script>
      ))}
    </head>
  );
}

/** Whether what is shown is still true: styles read `data-live` of the root, which public/js/live.js sets. */
function LiveSign({ isLive }: { isLive: boolean }): JSX.Element {
  if (!isLive) return "";
  return (
    <span class="live-sign scripted">
      <span class="live-on">Live</span>
      <span class="live-waiting">Connecting</span>
      <span class="live-off">Not live</span>
    </span>
  );
}

/** Shown while the connection is lost. */
function Lost(): JSX.Element {
  return (
    <div class="lost">
      <Banner
        id="lost"
        tone="warn"
        text="The connection to ccm is lost. What you see may be old."
        hint="It comes back by itself. If it does not: ccm status"
      />
    </div>
  );
}

function Navigation({ area, needs }: { area: Area | null; needs: number }): JSX.Element {
  return (
    <nav class="nav" aria-label="Areas">
      {AREAS.map((one) => (
        <a href={one.path} aria-current={one.area === area ? "page" : undefined}>
          <Icon name={one.icon} />
          <span safe>{one.title}</span>
          {one.area === "approvals" ? <NavNeeds needs={needs} /> : ""}
        </a>
      ))}
    </nav>
  );
}

const THEMES: readonly { theme: "light" | "dark" | "auto"; label: string; icon: IconName }[] = [
  { theme: "light", label: "Light colours", icon: "sun" },
  { theme: "dark", label: "Dark colours", icon: "moon" },
  { theme: "auto", label: "Colours of the system", icon: "contrast" },
];

function Tools({ csrf }: { csrf: string }): JSX.Element {
  return (
    <section class="tools" aria-label="Tools">
      <fieldset class="themes scripted">
        <legend class="said">Colours</legend>
        {THEMES.map(({ theme, label, icon }) => (
          <button type="button" class="tool" data-theme-choice={theme} aria-label={label} title={label}>
            <Icon name={icon} />
          </button>
        ))}
      </fieldset>
      <button type="button" class="tool keys-button" popovertarget="keys" aria-label="Keys" title="Keys (?)">
        <Icon name="keyboard" />
      </button>
      {csrf ? (
        <form method="post" action="/sign-out" class="sign-out" data-plain>
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit" class="tool" aria-label="Sign out" title="Sign out">
            <Icon name="leave" />
          </button>
        </form>
      ) : (
        ""
      )}
    </section>
  );
}

export function errorPage(props: Frame & { fault: { message: string; hint: string } }): Markup {
  const section = FaultSection(props.fault) as string;
  return layout({ ...props, area: null, title: "Not here", name: "error", live: null, sections: [section] });
}
