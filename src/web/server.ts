// The web server of the daemon: it listens when it can, the door comes first, and the app only for somebody who was let in.
import { readFileSync } from "node:fs";
import type { Server } from "bun";
import type { Ctx } from "../kernel/context.ts";
import type { Routes } from "../kernel/page.ts";
import type { WebAddress } from "../setup/schema.ts";
import { answerBug, plain, withTlsOnly } from "./answers.ts";
import { createDoor } from "./door.ts";
import { keepListening } from "./listener.ts";
import { namesOf, type Place, schemeOf } from "./rules.ts";
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

export type Web = { stop(): void };
/** `tell` hears where the page is, or why it is not; `wake` that somebody wrote something, which the loop is to look at. */
export type Surroundings = { routes(): Promise<Routes[]>; tell(address: WebAddress): void; wake(): void };
type App = import("./app.ts").App;

/**
 * Listens. A port that is taken stops nothing, because the work matters more than the page: it is tried again, and `tell` hears
 * each time how it went. The app is loaded with the first request that is let in: it costs as much memory as the rest.
 */
export function startWeb(ctx: Ctx, { routes, tell, wake }: Surroundings): Web {
  let app: Promise<App> | undefined;
  const answer = async (request: Request, visitor: Visitor) => {
    app ??= loadApp(ctx, routes).catch((thrown) => {
      app = undefined; // The next request tries again.
      throw thrown;
    });
    const answered = await (await app).answer(request, visitor);
    if (request.method === "POST") wake();
    return answered;
  };
  const { web } = ctx.config;
  const place = { ...web, tls: web.tls.cert !== undefined };
  const listener = keepListening(ctx, { place, listen: (port) => listen(ctx, place, { ...web, port }, answer), tell });
  return {
    stop() {
      void app?.then((one) => one.stop());
      listener.stop();
    },
  };
}

async function loadApp(ctx: Ctx, routes: () => Promise<Routes[]>): Promise<App> {
  const [{ createApp }, all] = await Promise.all([import("./app.ts"), routes()]);
  return createApp(ctx, all);
}

type Answer = (request: Request, visitor: Visitor) => Promise<Response>;

function listen(ctx: Ctx, place: Place, { bind, port, tls }: Ctx["config"]["web"], answer: Answer): Server<undefined> {
  tokenOf(ctx.paths); // Scripts look for the file before they ask anything.
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
