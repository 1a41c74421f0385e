// Pages that stand alone: before the sign-in nothing of the app is shown, and after a bug nothing of it may work.
import type { Children } from "@kitajs/html";
import type { Markup } from "../src/kernel/page.ts";

/** The link of `ccm open` was followed: sent by itself where scripts run, with the button where they do not. */
export function signInPage({ link }: { link: string }): Markup {
  return (
    <Alone title="Sign in" script="/sign-in.js">
      <h1>Sign in to ccm</h1>
      <form method="post" action="/sign-in" data-once="">
        <input type="hidden" name="link" value={link} />
        <button type="submit">Sign in</button>
      </form>
      <p>The link works once. Whoever is signed in decides about your tasks and reads your code.</p>
    </Alone>
  );
}

/** Nobody is signed in here, or no longer; `why` is a sentence about it. */
export function notSignedInPage({ why }: { why: string }): Markup {
  return (
    <Alone title="Not signed in">
      <h1 safe>{why}</h1>
      <p>On the machine that ccm runs on, type:</p>
      <pre>
        <code>ccm open</code>
      </pre>
      <p>
        It opens this page signed in. <code>ccm open --print</code> only prints the link, for another browser; it works once, for ten
        minutes.
      </p>
    </Alone>
  );
}

/**
 * A link from another program or page was followed: browsers keep the cookie back then, and send it when the page asks once
 * more for itself.
 */
export function onceMorePage({ path }: { path: string }): Markup {
  return (
    <Alone title="ccm" refresh={`0; url=${path}`}>
      <p>
        <a href={path}>Go on</a>
      </p>
    </Alone>
  );
}

/** Something was not foreseen, and what else there is of the app may be broken as well. */
export function brokenPage(): Markup {
  return (
    <Alone title="A bug">
      <h1>This is a bug in ccm.</h1>
      <p>
        The daemon's log has what happened; <code>ccm health</code> says whether work goes on.
      </p>
      <p>
        <a href="/">Go to the first page</a>
      </p>
    </Alone>
  );
}

type AloneProps = { title: string; script?: string; refresh?: string; children: Children };

function Alone({ title, script, refresh, children }: AloneProps): JSX.Element {
  return (
    <>
      {"<!doctype html>"}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="dark light" />
          {refresh ? <meta http-equiv="refresh" content={refresh} /> : ""}
          <title safe>{title === "ccm" ? title : `${title} · ccm`}</title>
          <link rel="icon" href="data:," />
          <link rel="stylesheet" href="/sign-in.css" />
          {script ? <script src={script} defer></script> : ""}
        </head>
        <body>
          <main>{children}</main>
        </body>
      </html>
    </>
  );
}
