// The live stream: one a tab. Who may have one, and which page it keeps as it is now.
import { assetsVersion } from "./assets.ts";
import { readState, writeState } from "./live-state.ts";
import { createLookout, endAll, leave, type Subject, watch } from "./lookout.ts";
import type { Visitor } from "./schema.ts";
import { findPage, type Site } from "./site.ts";
import { encodeEvent, openTab } from "./tab.ts";

/** Tabs at a time: each costs some 10 kB here and a connection; a person has tens. */
export const TABS = 500;
/** When a tab that was turned away may come again, in s. */
const RETRY_S = 5;
/** An event with a name only happens to the stream's element: public/js/live.js says what follows. */
const UPGRADED = encodeEvent({ name: "ccm-upgraded", data: "" });

export type Live = {
  /** A stream for one tab: `page` in the query is the address that it shows, `from` or the last event's id how far it is. */
  open(request: Request, visitor: Visitor): Response;
  stop(): void;
};

export function createLive(site: Site): Live {
  const lookout = createLookout(site);
  return {
    open(request, visitor) {
      if (lookout.tabs.size >= TABS)
        return refusal(503, `${TABS} tabs are open, which is the most. Close some.`, { "retry-after": String(RETRY_S) });
      const query = new URL(request.url).searchParams;
      const subject = subjectOf(site, query.get("page") ?? "/", visitor);
      if (!subject) return refusal(404, "There is no such page.", {});
      const from = readState(request.headers.get("last-event-id") ?? query.get("from") ?? "");
      const tab = openTab(writeState({ ...from, version: assetsVersion() }), () => leave(lookout, subject.key, tab));
      if (from.version !== assetsVersion()) tab.send(UPGRADED);
      watch(lookout, subject, tab);
      return tab.answer;
    },
    stop: () => endAll(lookout),
  };
}

/** Tabs of one visitor on the same page are shown the same; their forms carry the visitor's own secret. */
function subjectOf(site: Site, address: string, visitor: Visitor): Subject | null {
  const page = URL.parse(address, "http://ccm.local");
  const found = page && findPage(site, page.pathname);
  if (!found) return null;
  const csrf = visitor.kind === "browser" ? visitor.csrf : "";
  return {
    key: `${visitor.kind} ${csrf} ${page.pathname}${page.search}`,
    route: found.route,
    asked: { params: found.params, query: page.searchParams, typed: null, csrf, by: visitor.by },
    stays: visitor.stays,
  };
}

function refusal(status: number, text: string, headers: Record<string, string>): Response {
  return new Response(`${text}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers } });
}
