// The web server of the daemon: it listens when it can, the door comes first, and the app only for somebody who was let in.
import { readdirSync, readFileSync } from "node:fs";
import type { Server } from "bun";
import type { Ctx } from "../kernel/context.ts";
import { messageOf } from "../kernel/fault.ts";
import type { Routes } from "../kernel/page.ts";
import type { WebAddress } from "../setup/schema.ts";
import { endSessions } from "./actions.ts";
import { answerBug, plain, withTlsOnly } from "./answers.ts";
import { createDoor } from "./door.ts";
import { listenerAt } from "./peers.ts";
import { namesOf, type Place, schemeOf, urlOf } from "./rules.ts";
import type { Visitor } from "./schema.ts";
import { tokenOf } from "./token.ts";

/** The largest body of a request in bytes: a prompt of 1 MB, written as a form three times as long. */
const BODY_BYTES = 4_000_000;
/**
 * From the head of a request to the end of its body, in seconds; Bun counts on whatever arrives meanwhile. For the head it
 * allows 12 s, whatever arrives (both measured with 1.4.4).
 */
const BODY_S = 30;
/** From the body to the answer, in seconds: a diff of thousands of files takes some. */
const ANSWER_S = 120;
/** Between two tries for a port that is taken, in ms: a little longer each time. */
const AGAIN_MS = [2_000, 5_000, 10_000, 30_000] as const;
/** Between two looks at the number of connections, in ms. */
const COUNT_MS = 1_000;
/** Connections cost 1 kB each, but also a file: above half of those that the daemon may open, and above this, there is a rest. */
const FILES = 4_000;
/** For so long nobody is listened to then, in ms, so that the daemon can go on with its work. */
const REST_MS = 5_000;

export type Web = { stop(): void };
/** `tell` hears where the page is, or why it is not; `wake` that somebody wrote something, which the loop is to look at. */
export type Surroundings = { routes(): Promise<Routes[]>; tell(address: WebAddress): void; wake(): void };
type App = import("./app.ts").App;

/**
 * Listens. A port that is taken stops nothing, because the work matters more than the page: it is tried again, and `tell` hears
 * each time how it went. The app is loaded with the first request that is let in: it costs as much memory as the rest.
 */
export function startWeb(ctx: Ctx, { routes, tell, wake }: Surroundings): Web {
  const { settings, place } = placeOf(ctx);
  const files = Math.min(FILES, filesAllowed() / 2);
  let app: Promise<App> | undefined;
  let server: Server<undefined> | undefined;
  let timer: ReturnType<typeof setTimeout>;
  let tries = 0;

  const answer = async (request: Request, visitor: Visitor) => {
    app ??= import("./app.ts").then(async ({ createApp }) => createApp(ctx, await routes()));
    const answered = await (await app).answer(request, visitor);
    if (request.method === "POST") wake();
    return answered;
  };

  function open(): void {
    try {
      server = listen(ctx, place, settings, answer);
      tries = 0;
      tell({ url: urlOf(place, server.port ?? settings.port) });
      timer = later(count, COUNT_MS);
    } catch (thrown) {
      const fault = whyClosed(thrown, settings);
      if (tries === 0) ctx.log.error(fault);
      // Browsers with this page open have told whoever is there now their cookies.
      if (isTaken(thrown)) endSessions(ctx, "another program has the page's port", "daemon");
      tell({ fault });
      timer = later(open, AGAIN_MS[Math.min(tries++, AGAIN_MS.length - 1)] ?? 0);
    }
  }

  function count(): void {
    const held = openFiles();
    if (held < files) {
      timer = later(count, COUNT_MS);
      return;
    }
    void server?.stop(true);
    const fault = `The page rests for ${REST_MS / 1_000} s: there were ${held} connections and files.`;
    ctx.log.warn(fault);
    tell({ fault });
    timer = later(open, REST_MS);
  }

  open();
  return {
    stop() {
      clearTimeout(timer);
      void app?.then((one) => one.stop());
      void server?.stop(true);
    },
  };
}

function placeOf({ config }: Ctx): { settings: Ctx["config"]["web"]; place: Place } {
  const settings = config.web;
  return { settings, place: { ...settings, tls: settings.tls.cert !== undefined } };
}

type Answer = (request: Request, visitor: Visitor) => Promise<Response>;

function listen(ctx: Ctx, place: Place, { bind, port, tls }: Ctx["config"]["web"], answer: Answer): Server<undefined> {
  const server = Bun.serve({
    hostname: bind,
    port,
    ...(tls.cert && tls.key ? { tls: { cert: readFileSync(tls.cert, "utf8"), key: readFileSync(tls.key, "utf8") } } : {}),
    idleTimeout: BODY_S,
    maxRequestBodySize: BODY_BYTES,
    development: false,
    async fetch(request, bun) {
      const host = request.headers.get("host") ?? "";
      try {
        const admitted = await door.admit(request, bun.requestIP(request));
        const answered = admitted instanceof Response ? admitted : await enter(request, bun, (whole) => answer(whole, admitted));
        return withTlsOnly(answered, schemeOf(names, host), host);
      } catch (thrown) {
        if (request.signal.aborted) return plain("It took too long.", 408);
        ctx.log.error("a request ended badly", { error: thrown instanceof Error ? thrown.stack : String(thrown) });
        return answerBug(request);
      }
    },
    error: () => plain("This is a bug in ccm; the daemon's log has it.", 500),
  });
  tokenOf(ctx.paths); // Scripts look for the file before they ask anything.
  const names = namesOf(place, server.port ?? port);
  const door = createDoor(ctx, { names, port: server.port ?? port });
  return server;
}

/** The app sees requests whose body is there, and of reads only GET. */
async function enter(request: Request, bun: Server<undefined>, answer: (whole: Request) => Promise<Response>): Promise<Response> {
  const { url, headers } = request;
  if (request.method === "POST") {
    const body = await request.bytes();
    bun.timeout(request, ANSWER_S);
    return answer(new Request(url, { method: "POST", headers, body }));
  }
  bun.timeout(request, ANSWER_S);
  const answered = await answer(request.method === "HEAD" ? new Request(url, { headers }) : request);
  if (request.method === "HEAD") {
    await answered.body?.cancel();
    return new Response(null, { status: answered.status, headers: answered.headers });
  }
  // Live streams say nothing while nothing happens.
  if (answered.headers.get("content-type")?.startsWith("text/event-stream")) bun.timeout(request, 0);
  return answered;
}

function isTaken(thrown: unknown): boolean {
  return (thrown as NodeJS.ErrnoException).code === "EADDRINUSE";
}

function whyClosed(thrown: unknown, { bind, port }: { bind: string; port: number }): string {
  const holder = isTaken(thrown) ? listenerAt(port) : null;
  const why = isTaken(thrown) ? `${holder ?? "another program"} has it` : messageOf(thrown);
  return `The page cannot listen on ${bind} port ${port}: ${why}.`;
}

/** Files and connections that this process has open; 0 where nothing says it. */
function openFiles(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}

function filesAllowed(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"))?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function later(work: () => void, ms: number): ReturnType<typeof setTimeout> {
  const timer = setTimeout(work, ms);
  timer.unref();
  return timer;
}
