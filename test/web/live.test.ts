// The live stream: every tab shows what is so, with the least that brings it there, whatever was lost in between.
import { expect, test } from "bun:test";
import { connect } from "node:net";
import { lastSeq, newestEvents, readEvents } from "../../src/kernel/events.ts";
import { Fault } from "../../src/kernel/fault.ts";
import type { PageRoute } from "../../src/kernel/page.ts";
import { TABS } from "../../src/web/live.ts";
import { TAB_BYTES } from "../../src/web/tab.ts";
import { waitFor } from "../support/wait.ts";
import { type LiveSite, openLiveSite } from "./live-site.ts";

/** Rows of a list, and a log of all events; what the pages of these tests show. */
type Shown = { rows: Map<string, string>; renders: number; fault: Fault | null; extra: string | null; bytes: number };

const LOG = 20;
/** A tab that stayed would be some kilobytes, of which there were ten thousand. */
const LEAK_BYTES = 2_000_000;

function openSite(): LiveSite & { shown: Shown } {
  const shown: Shown = { rows: new Map([["row-1", "one"]]), renders: 0, fault: null, extra: null, bytes: 0 };
  const list: PageRoute = {
    path: "/list",
    area: "home",
    show() {
      shown.renders++;
      if (shown.fault) throw shown.fault;
      const rows = [...shown.rows].map(([id, text]) => `<li id="${id}">${text}</li>`).join("");
      return {
        title: "List",
        name: "list",
        sections: [
          { kind: "live", id: "rows", html: () => `<ul id="rows">${rows}</ul>` },
          { kind: "live", id: "count", html: () => `<p id="count">${shown.rows.size} rows</p>` },
          { kind: "still", id: "form", html: () => '<form id="form"><input name="a"></form>' },
          ...(shown.extra === null ? [] : [{ kind: "live" as const, id: "extra", html: () => `<p id="extra">${shown.extra}</p>` }]),
        ],
      };
    },
  };
  const log: PageRoute = {
    path: "/log",
    area: "home",
    show(ctx) {
      const newest = newestEvents(ctx.db, { limit: LOG });
      const rowsOf = (events: typeof newest) => events.map(({ seq, data }) => `<li id="e${seq}">${data.text}</li>`).join("");
      return {
        title: "Log",
        name: "log",
        sections: [
          {
            kind: "feed",
            id: "log",
            html: () => `<ol id="log">${rowsOf(newest)}</ol>`,
            cursor: String(newest.at(-1)?.seq ?? 0),
            more(cursor) {
              const events = readEvents(ctx.db, { after: Number(cursor), limit: LOG + 1 });
              if (events.length === 0) return null;
              return events.length > LOG ? "anew" : { rows: rowsOf(events), cursor: String(events.at(-1)?.seq) };
            },
          },
        ],
      };
    },
  };
  const about: PageRoute = {
    ...list,
    path: "/about/:id",
    show: (ctx, asked) => ({ ...(list.show(ctx, asked) as object), watch: { taskId: 1, grows: () => shown.bytes } }) as never,
  };
  return { ...openLiveSite({ pages: [list, log, about] }), shown };
}

test("a page that is as it was when it was loaded gets nothing", async () => {
  const site = openSite();
  const tab = await site.connect(await site.liveAddress("/list"));
  await waitFor("the page to be made again", () => site.shown.renders === 2);
  const other = await site.connect(await site.liveAddress("/log"));
  site.happen({ text: "after" });
  await other.saw("after");
  expect(tab.messages).toEqual([]);
});

test("of a list, the row that changed is sent", async () => {
  const site = openSite();
  for (let n = 2; n < 400; n++) site.shown.rows.set(`row-${n}`, `${n}`);
  const tab = await site.connect(await site.liveAddress("/list"));
  await waitFor("the page to be made again", () => site.shown.renders === 2);
  site.shown.rows.set("row-77", "changed");
  site.happen({});
  await tab.saw("changed");
  expect(tab.text()).toBe('<hx-partial hx-target="#row-77" hx-swap="outerMorph"><li id="row-77">changed</li></hx-partial>');
});

test("what happened between the page and its stream is sent", async () => {
  const site = openSite();
  const address = await site.liveAddress("/list");
  site.shown.rows.set("row-2", "meanwhile");
  const tab = await site.connect(address);
  await tab.saw("meanwhile");
  expect(tab.text()).toContain("2 rows");
});

test("a feed goes on exactly, however often the stream is cut", async () => {
  const site = openSite();
  site.happen({ text: "first" });
  const address = await site.liveAddress("/log");
  const got: string[] = [`e${lastSeq(site.ctx.db)}`];
  let lastId: string | undefined;
  let told = 0;
  const random = seeded(11);
  for (let round = 0; round < 60; round++) {
    const tab = await site.connect(address, lastId);
    const from = told;
    const until = told + random(6);
    while (told < until) site.happen({ text: `row ${told++}` });
    // Cut before, in the middle of, or after what is sent.
    const patience = random(3);
    if (patience > 0 && until > from) await waitFor("some rows", () => rowsIn(tab.text()).length >= (patience === 1 ? 1 : until - from));
    tab.close();
    await waitFor("the end", () => tab.isEnded);
    got.push(...rowsIn(tab.text()));
    lastId = tab.lastId === "" ? undefined : tab.lastId;
  }
  const tab = await site.connect(address, lastId);
  site.happen({ text: "the last" });
  await tab.saw("the last");
  got.push(...rowsIn(tab.text()));
  const all = readEvents(site.ctx.db, { after: 0, limit: 10_000 }).map(({ seq }) => `e${seq}`);
  expect(got).toEqual(all.slice(all.indexOf(got[0] as string)));
});

test("a feed that is too far behind is sent anew", async () => {
  const site = openSite();
  const address = await site.liveAddress("/log");
  for (let n = 0; n < 3 * LOG; n++) site.happen({ text: `row ${n}` });
  const tab = await site.connect(address);
  await tab.saw(`row ${3 * LOG - 1}`);
  expect(tab.text()).toContain('hx-target="#log" hx-swap="outerMorph"');
  expect(rowsIn(tab.text())).toHaveLength(LOG);
});

test("a page that cannot be shown any more says why, and comes back", async () => {
  const site = openSite();
  const tab = await site.connect(await site.liveAddress("/list"));
  site.shown.fault = new Fault("not_found", 'There is no task "7".', "`ccm list-tasks` shows all.");
  site.happen({});
  await tab.saw("There is no task");
  expect(tab.text()).toContain('hx-target="#main" hx-swap="innerMorph"');
  site.shown.fault = null;
  site.happen({});
  await tab.saw('<ul id="rows">');
});

test("a page that gets another section is sent whole", async () => {
  const site = openSite();
  const tab = await site.connect(await site.liveAddress("/list"));
  site.shown.extra = "Another";
  site.happen({});
  await tab.saw("Another");
  expect(tab.text()).toContain('<form id="form">');
});

test("what somebody writes into an attribute does not become a part of the message", async () => {
  const site = openSite();
  const tab = await site.connect(await site.liveAddress("/list"));
  site.shown.rows.set("row-2", '<b title="</hx-partial><hx-partial hx-target=&#34;body&#34;><HEAD>">text</b>');
  site.happen({});
  await tab.saw("text");
  // What htmx looks for in the text of a message.
  expect(tab.text().match(/<\/?hx-[a-z]+|<head[\s>]/gi)).toHaveLength(4);
});

test("tabs of the same page share the work", async () => {
  const site = openSite();
  const address = await site.liveAddress("/list");
  const tabs = await Promise.all(Array.from({ length: 50 }, () => site.connect(address)));
  await waitFor("all tabs", () => site.connections() === 50);
  site.happen({});
  const before = site.shown.renders;
  site.shown.rows.set("row-2", "for all");
  site.happen({});
  await Promise.all(tabs.map((tab) => tab.saw("for all")));
  expect(site.shown.renders - before).toBeLessThan(5);
});

test("only so many tabs are open at a time, and one that ends makes room", async () => {
  const site = openSite();
  const address = await site.liveAddress("/list");
  const tabs = Array.from({ length: TABS }, () => openRaw(site.url, address));
  await waitFor("all tabs", () => tabs.every((tab) => tab.text().startsWith("HTTP/1.1 200")));
  const refused = await site.connect(address);
  expect(refused.status).toBe(503);
  tabs[0]?.end();
  await waitFor("room", async () => {
    const tab = await site.connect(address);
    return tab.status === 200;
  });
  for (const tab of tabs) tab.end();
});

test("a tab that does not read is dropped, and others are not held up", async () => {
  const site = openSite();
  const address = await site.liveAddress("/list");
  const slow = openRaw(site.url, address);
  await waitFor("the stream", () => slow.text().startsWith("HTTP/1.1 200"));
  slow.pause();
  const quick = await site.connect(address);
  // Beyond what the kernel takes for the connection, which is some megabytes.
  for (let round = 0; round < 40; round++) {
    site.shown.rows.set("row-2", `${round} ${"x".repeat(TAB_BYTES / 2)}`);
    site.happen({});
    await quick.saw(`<li id="row-2">${round} `);
    quick.messages.length = 0;
  }
  slow.resume();
  await waitFor("the slow tab's end", () => slow.isEnded());
  const rest = await site.connect(address);
  await rest.saw('<li id="row-2">39 ');
});

test("tabs that come and go leave nothing behind", async () => {
  const site = openSite();
  const address = await site.liveAddress("/list");
  const open = async (count: number) => {
    for (let n = 0; n < count; n += 50) {
      const tabs = Array.from({ length: 50 }, () => openRaw(site.url, address));
      await waitFor("the tabs", () => tabs.every((tab) => tab.text().includes(": live")));
      for (const tab of tabs) tab.end();
      await waitFor("their end", () => site.connections() === 0);
    }
  };
  await open(2_000);
  Bun.gc(true);
  const before = process.memoryUsage().heapUsed;
  await open(10_000);
  Bun.gc(true);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(LEAK_BYTES);
  const renders = site.shown.renders;
  site.happen({});
  const tab = await site.connect(await site.liveAddress("/log"));
  site.happen({ text: "after all" });
  await tab.saw("after all");
  expect(site.shown.renders).toBe(renders); // Nobody looks at that page any more.
}, 60_000);

test("the end of a session ends its streams", async () => {
  const site = openSite();
  const tab = await site.connect(await site.liveAddress("/list"));
  site.endSession();
  await waitFor("the end", () => tab.isEnded);
  expect(tab.messages.at(-1)?.event).toBe("ccm-signed-out");
});

test("a tab of another version is told so", async () => {
  const site = openSite();
  const address = await site.liveAddress("/list");
  const tab = await site.connect(address.replace(/from=\w+/, "from=older"));
  await waitFor("the word", () => tab.messages.some(({ event }) => event === "ccm-upgraded"));
});

test("a page about one task is made again at once for that task, and later for others", async () => {
  const site = openSite();
  const tab = await site.connect(await site.liveAddress("/about/1"));
  await waitFor("the page to be made again, and once more with its file", () => site.shown.renders === 3);
  site.shown.rows.set("row-2", "from another");
  site.happen({}, 2);
  const from = performance.now();
  await tab.saw("from another");
  expect(performance.now() - from).toBeGreaterThan(500);
  site.shown.rows.set("row-2", "from this");
  site.happen({}, 1);
  await tab.saw("from this");
});

test("a page that shows a file is made again when that grows, without a change of the database", async () => {
  const site = openSite();
  const tab = await site.connect(await site.liveAddress("/about/1"));
  await waitFor("the page to be made again, and once more with its file", () => site.shown.renders === 3);
  site.shown.rows.set("row-2", "from the file");
  site.shown.bytes = 100;
  await tab.saw("from the file");
});

test("a page that does not exist has no stream", async () => {
  const site = openSite();
  expect((await site.connect("/live?page=/nowhere")).status).toBe(404);
  expect((await site.connect("/live?page=%ff%00")).status).toBe(404);
});

function rowsIn(text: string): string[] {
  return [...text.matchAll(/<li id="(e\d+)">/g)].map(([, id]) => id as string);
}

type Raw = { text(): string; pause(): void; resume(): void; end(): void; isEnded(): boolean };

/** A connection without the limits of `fetch`: how many there are at a time, and that somebody reads. */
function openRaw(url: string, address: string): Raw {
  let text = "";
  let isEnded = false;
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname, () => socket.write(`GET ${address} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`));
  socket.on("data", (bytes) => {
    if (text.length < 10_000) text += bytes.toString("latin1");
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    isEnded = true;
  });
  return {
    text: () => text,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    end: () => socket.destroy(),
    isEnded: () => isEnded,
  };
}

/** https://en.wikipedia.org/wiki/Linear_congruential_generator with the numbers of Numerical Recipes. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
