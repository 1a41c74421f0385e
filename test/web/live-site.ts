// A small site for tests of the live stream: its own pages on a real database, behind a real server, and tabs that read it.
import { realClock } from "../../src/kernel/clock.ts";
import type { Ctx } from "../../src/kernel/context.ts";
import { appendEvent } from "../../src/kernel/events.ts";
import type { Routes } from "../../src/kernel/page.ts";
import { type App, createApp } from "../../src/web/app.ts";
import type { Visitor } from "../../src/web/schema.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { openCommandHome } from "../support/command-home.ts";
import { waitFor } from "../support/wait.ts";

/** What the forms of the one who looks carry. */
export const CSRF = "secret";

export type LiveSite = {
  url: string;
  ctx: Ctx;
  /** The visitor's session is ended, as by signing out. */
  endSession(): void;
  /** Records an event, as the daemon does with everything that happens. */
  happen(data: Record<string, unknown>, taskId?: number): void;
  /** What a page's stream is asked for when the page has just been loaded. */
  liveAddress(path: string): Promise<string>;
  connect(address: string, lastId?: string): Promise<TestTab>;
  connections(): number;
  /** The server goes, with all connections, and nobody is there until `start`. */
  stop(): Promise<void>;
  /** It comes back at the same address, and knows nothing of before. */
  start(): void;
};

export function openLiveSite(routes: Routes): LiveSite {
  const ctx = { ...openCommandHome().ctx, clock: realClock };
  const who = { stays: true };
  const visitor: Visitor = { kind: "browser", csrf: CSRF, by: "the page", session: 1, stays: () => who.stays };
  let running = serve(createApp(ctx, [routes]), visitor, 0);
  const url = `http://127.0.0.1:${running.server.port}`;
  const port = Number(running.server.port);
  const stop = async () => {
    running.app.stop();
    await running.server.stop(true);
  };
  afterThisTest(stop);
  return {
    url,
    ctx,
    endSession() {
      who.stays = false;
      ctx.db.transact(() => appendEvent(ctx.db, ctx.clock.now(), { name: "session.ended", source: "person" }));
    },
    happen: (data, taskId) => {
      ctx.db.transact(() =>
        appendEvent(ctx.db, ctx.clock.now(), { name: "row.set", source: "daemon", data, ...(taskId === undefined ? {} : { taskId }) }),
      );
    },
    async liveAddress(path) {
      const text = await (await fetch(url + path)).text();
      return /hx-sse:connect="([^"]+)"/.exec(text)?.[1]?.replaceAll("&amp;", "&") ?? "";
    },
    connect: (address, lastId) => openTestTab(url + address, lastId),
    connections: () => running.server.pendingRequests,
    stop,
    start() {
      running = serve(createApp(ctx, [routes]), visitor, port);
    },
  };
}

function serve(app: App, visitor: Visitor, port: number) {
  const server = Bun.serve({ hostname: "127.0.0.1", port, idleTimeout: 0, fetch: (request) => app.answer(request, visitor) });
  return { app, server };
}

export type Message = { id: string; event: string; data: string };
export type TestTab = {
  status: number;
  messages: Message[];
  lastId: string;
  /** The data of all messages so far. */
  text(): string;
  /** Waits until some message has it. */
  saw(text: string): Promise<void>;
  readonly isEnded: boolean;
  close(): void;
};

/** Reads a stream as a browser does: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
async function openTestTab(url: string, lastId?: string): Promise<TestTab> {
  const abort = new AbortController();
  const headers: Record<string, string> = lastId === undefined ? {} : { "last-event-id": lastId };
  const response = await fetch(url, { headers, signal: abort.signal });
  let isEnded = false;
  const tab: TestTab = {
    status: response.status,
    messages: [],
    lastId: lastId ?? "",
    text: () => tab.messages.map(({ data }) => data).join("\n"),
    saw: async (text) => {
      await waitFor(`a message with ${text}`, () => tab.messages.some(({ data }) => data.includes(text)));
    },
    get isEnded() {
      return isEnded;
    },
    close: () => abort.abort(),
  };
  void read(response, tab)
    .catch(() => {})
    .finally(() => {
      isEnded = true;
    });
  return tab;
}

async function read(response: Response, tab: TestTab): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = block.split("\n").filter((line) => !line.startsWith(":"));
      const of = (name: string) =>
        fields.filter((line) => line.startsWith(`${name}: `) || line === `${name}:`).map((line) => line.slice(name.length + 2));
      if (fields.length === 0) continue;
      const [id] = of("id");
      if (id !== undefined) tab.lastId = id;
      tab.messages.push({ id: tab.lastId, event: of("event")[0] ?? "", data: of("data").join("\n") });
    }
  }
}
