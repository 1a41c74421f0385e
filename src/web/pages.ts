// Pages: shown in the layout; a Fault is shown as a page of its own.
import { errorPage, type Frame, layout } from "../../views/layout.tsx";
import { NavNeeds } from "../../views/parts/nav-needs.tsx";
import { FAULTS, isFault } from "../kernel/fault.ts";
import type { Asked, LiveSection, Markup, Page, PageRoute } from "../kernel/page.ts";
import { needsOf } from "../progress/actions.ts";
import { assetAddress } from "./assets.ts";
import { digestOf, stateOf, writeState } from "./live-state.ts";
import type { Visitor } from "./schema.ts";
import type { Site } from "./site.ts";

/** A page as it goes out. */
export type Shown = { status: number; markup: string };

export function askedOf(request: Request, params: Record<string, string>, visitor: Visitor): Asked {
  return {
    params,
    query: new URL(request.url).searchParams,
    typed: null,
    csrf: visitor.kind === "browser" ? visitor.csrf : "",
    by: visitor.by,
  };
}

export async function answerPage(site: Site, route: PageRoute, asked: Asked, request: Request, status = 200): Promise<Shown> {
  try {
    const page = await route.show(site.ctx, asked);
    return { status, markup: await framed(site, route, page, asked, new URL(request.url)) };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return { status: FAULTS[thrown.code].status, markup: await errorPage({ ...frameOf(site, asked), fault: thrown }) };
  }
}

export async function answerNotFound(site: Site, request: Request, visitor: Visitor): Promise<Shown> {
  const fault = { message: `There is no page "${new URL(request.url).pathname}".`, hint: "The navigation has all there are." };
  return { status: 404, markup: await errorPage({ ...frameOf(site, askedOf(request, {}, visitor)), fault }) };
}

async function framed(site: Site, route: PageRoute, page: Page, asked: Asked, url: URL): Promise<string> {
  const all = [...page.sections, ...besideMain(site)];
  const made = await Promise.all(all.map((section) => section.html()));
  const tokens = all.flatMap((section, place) =>
    section.kind === "still" ? [] : [section.kind === "feed" ? section.cursor : digestOf(made[place] as string)],
  );
  const from = writeState(stateOf(all, tokens));
  const live = `/live?${new URLSearchParams({ page: url.pathname + url.search, from })}`;
  const sections = made.slice(0, page.sections.length);
  const said = site.said.take(asked.csrf, url.pathname + url.search);
  return layout({ ...frameOf(site, asked), area: route.area, title: page.title, name: page.name, live, sections, said });
}

/** What is around the main part and changes, too. */
export function besideMain({ ctx }: Site): LiveSection[] {
  return [{ kind: "live", id: "nav-needs", html: () => NavNeeds({ needs: needsOf(ctx).length }) as Markup }];
}

function frameOf({ ctx }: Site, { csrf }: Asked): Frame {
  const [css, early, script, icon] = ["ccm.css", "theme.js", "ccm.js", "icon.svg"].map(assetAddress) as [string, string, string, string];
  return { css, early, scripts: [script], icon, csrf, needs: needsOf(ctx).length };
}
