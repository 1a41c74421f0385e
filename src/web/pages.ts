// Pages: shown in the layout; a Fault is shown as a page of its own.
import { errorPage, layout } from "../../views/layout.tsx";
import { FAULTS, isFault } from "../kernel/fault.ts";
import type { Asked, Page, PageRoute } from "../kernel/page.ts";
import { assetAddress } from "./assets.ts";
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
    return { status, markup: await framed(route, page, asked, new URL(request.url)) };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return { status: FAULTS[thrown.code].status, markup: await errorPage({ ...frameOf(asked), fault: thrown }) };
  }
}

export async function answerNotFound(_site: Site, request: Request, visitor: Visitor): Promise<Shown> {
  const fault = { message: `There is no page "${new URL(request.url).pathname}".`, hint: "The navigation has all there are." };
  return { status: 404, markup: await errorPage({ ...frameOf(askedOf(request, {}, visitor)), fault }) };
}

async function framed(route: PageRoute, page: Page, asked: Asked, url: URL): Promise<string> {
  const sections = await Promise.all(page.sections.map((section) => section.html()));
  const cursors = page.sections.flatMap((section) => (section.kind === "feed" ? [section.cursor] : []));
  const isLive = page.sections.some((section) => section.kind !== "still");
  const live = isLive ? `/live?${new URLSearchParams({ page: url.pathname + url.search, from: cursors.join(".") })}` : null;
  return layout({ ...frameOf(asked), area: route.area, title: page.title, name: page.name, live, sections });
}

function frameOf(asked: Asked): { css: string; scripts: string[]; csrf: string } {
  return { css: assetAddress("ccm.css"), scripts: ["htmx.js", "sse.js", "ccm.js"].map(assetAddress), csrf: asked.csrf };
}
