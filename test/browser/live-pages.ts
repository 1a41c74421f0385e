// Pages with everything that the live stream and the page's scripts are for, on data of a test.
import * as v from "valibot";
import { newestEvents, readEvents } from "../../src/kernel/events.ts";
import { form, type PageRoute, type Routes } from "../../src/kernel/page.ts";
import { CSRF } from "../web/live-site.ts";

export type Sample = { rows: Map<string, string>; sent: string[]; at: Date; note: string };

/** A list with a row for each entry, forms in parts that change, and what was sent. */
export function samplePages(sample: Sample): Routes {
  return { pages: [listPage(sample), LOG_PAGE], forms: [sayForm(sample), goForm] };
}

const LINES = 1_500;
const time = (at: Date, form: string) => `<time datetime="${at.toISOString()}" data-form="${form}">21 Nov 14:03</time>`;
const field = (typed: string, reason: string | undefined) =>
  `<textarea id="words" name="words" rows="3"${reason ? ' aria-invalid="true"' : ""}>\n${typed}</textarea>${reason ? `<p class="reason">${reason}</p>` : ""}`;

function listPage(sample: Sample): PageRoute {
  const row = ([id, text]: [string, string]) =>
    `<li id="${id}"><a href="/log?${id}">${id}</a> <span>${text}</span> ${time(sample.at, "ago")}<details><summary>More</summary><p>of ${id}</p></details></li>`;
  return {
    path: "/list",
    area: "tasks",
    show: (_, { typed }) => ({
      title: "List",
      name: "list",
      sections: [
        { kind: "live", id: "rows", html: () => `<ul id="rows">${[...sample.rows].map(row).join("")}</ul>` },
        {
          kind: "live",
          id: "say",
          html: () =>
            `<section id="say"><p id="note">${sample.note}</p><form method="post" action="/say"><input type="hidden" name="csrf" value="${CSRF}">${field(
              typed?.values.words ?? "",
              typed?.reasons.words,
            )}<button>Say</button></form><p id="sent">${sample.sent.join("|")}</p></section>`,
        },
        {
          kind: "still",
          id: "go",
          html: () =>
            `<form id="go" method="post" action="/go"><input type="hidden" name="csrf" value="${CSRF}"><input name="where"><button>Go</button></form>`,
        },
      ],
    }),
  };
}

const LOG_PAGE: PageRoute = {
  path: "/log",
  area: "home",
  show(ctx) {
    const rowsOf = (events: { seq: number; data: Record<string, unknown> }[]) =>
      events.map(({ seq, data }) => `<div class="log-line" id="e${seq}"><code>${data.text}</code></div>`).join("");
    const newest = newestEvents(ctx.db, { limit: 200 });
    return {
      title: "Log",
      name: "log",
      sections: [
        {
          kind: "feed",
          id: "log",
          html: () =>
            `<section id="log" class="log" tabindex="0" data-follow=""><header class="feed-head"><h2>Log</h2></header>${rowsOf(newest)}</section>`,
          cursor: String(newest.at(-1)?.seq ?? 0),
          more(cursor) {
            const events = readEvents(ctx.db, { after: Number(cursor), limit: LINES });
            return events.length === 0 ? null : { rows: rowsOf(events), cursor: String(events.at(-1)?.seq) };
          },
        },
      ],
    };
  },
};

function sayForm(sample: Sample) {
  return form({
    path: "/say",
    fields: v.object({ words: v.pipe(v.string(), v.minLength(3, "Three letters at least.")) }),
    page: () => "/list",
    section: "say",
    act(_, { words }) {
      sample.sent.push(words);
      return { said: `Said: ${words}` };
    },
  });
}

const goForm = form({
  path: "/go",
  fields: v.object({ where: v.string() }),
  page: () => "/list",
  section: "go",
  act: (_, { where }) => ({ to: "/log", said: `Gone to ${where}` }),
});
