// The live stream: one a tab, and the same parts as the page, sent when they differ.
import type { Section } from "../kernel/page.ts";
import type { Visitor } from "./schema.ts";
import { findPage, type Site } from "./site.ts";

/** Between two looks at the database while somebody watches, in ms. */
const LOOK_MS = 50;

export type Live = { open(request: Request, visitor: Visitor): Response; stop(): void };

type Tab = { page: string; asked: { csrf: string; by: string }; sent: Map<string, string>; cursors: string[]; send(text: string): void };

export function createLive(site: Site): Live {
  const tabs = new Set<Tab>();
  let seen = "";
  const timer = setInterval(() => {
    if (tabs.size === 0) return;
    const now = `${site.ctx.db.dataVersion()}.${site.ctx.db.changes()}`;
    if (now === seen) return;
    seen = now;
    for (const tab of tabs) void refresh(site, tab);
  }, LOOK_MS);
  timer.unref();
  return {
    open(request, visitor) {
      const query = new URL(request.url).searchParams;
      const from = request.headers.get("last-event-id") ?? query.get("from") ?? "";
      let tab: Tab;
      const stream = new ReadableStream<string>({
        start(controller) {
          tab = {
            page: query.get("page") ?? "/",
            asked: { csrf: visitor.kind === "browser" ? visitor.csrf : "", by: visitor.by },
            sent: new Map(),
            cursors: from.split("."),
            send: (text) => controller.enqueue(text),
          };
          tab.send(": live\n\n");
          tabs.add(tab);
          void refresh(site, tab);
        },
        cancel() {
          tabs.delete(tab);
        },
      });
      return new Response(stream.pipeThrough(new TextEncoderStream()), { headers: { "content-type": "text/event-stream" } });
    },
    stop: () => clearInterval(timer),
  };
}

async function refresh(site: Site, tab: Tab): Promise<void> {
  const url = new URL(tab.page, "http://ccm.local");
  const found = findPage(site, url.pathname);
  if (!found) return;
  const page = await found.route.show(site.ctx, { params: found.params, query: url.searchParams, typed: null, ...tab.asked });
  const parts: string[] = [];
  let feed = 0;
  for (const section of page.sections) parts.push(...(await changesOf(section, tab, section.kind === "feed" ? feed++ : -1)));
  if (parts.length > 0) tab.send(encodeEvent(tab.cursors.join("."), parts.join("")));
}

async function changesOf(section: Section, tab: Tab, feed: number): Promise<string[]> {
  if (section.kind === "still") return [];
  if (section.kind === "feed") {
    const more = section.more(tab.cursors[feed] ?? "");
    if (more === null || more === "anew") return [];
    tab.cursors[feed] = more.cursor;
    return [partial(section.id, "beforeend", await more.rows)];
  }
  const html = await section.html();
  if (tab.sent.get(section.id) === html) return [];
  tab.sent.set(section.id, html);
  return [partial(section.id, "outerMorph", html)];
}

function partial(id: string, swap: string, html: string): string {
  return `<hx-partial hx-target="#${id}" hx-swap="${swap}">${html}</hx-partial>`;
}

/** Every line of the data is a line of its own: https://html.spec.whatwg.org/multipage/server-sent-events.html */
function encodeEvent(id: string, data: string): string {
  return `id: ${id}\n${data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}`)
    .join("\n")}\n\n`;
}
