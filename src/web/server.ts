// The web server of the daemon: the door first, and the app behind it only when somebody was let in.
import type { Ctx } from "../kernel/context.ts";
import { messageOf } from "../kernel/fault.ts";
import type { Routes } from "../kernel/page.ts";
import type { WebAddress } from "../setup/schema.ts";
import { admit } from "./door.ts";

/** The largest body of a request in bytes: a prompt of 1 MB, written as a form three times as long. */
const BODY_BYTES = 4_000_000;
/** A connection that sends nothing for so long is closed, in seconds; live streams are exempt. */
const IDLE_S = 15;

export type Web = { address: WebAddress; stop(): void };

/**
 * Listens. A port that is taken is told, and stops nothing: the work matters more than the page. The app is loaded with the
 * first request that is let in, because it costs as much memory as the rest of the daemon.
 */
export function startWeb(ctx: Ctx, routes: () => Promise<Routes[]>): Web {
  const { bind, port } = ctx.config.web;
  let app: Promise<import("./app.ts").App> | undefined;
  try {
    const server = Bun.serve({
      hostname: bind,
      port,
      idleTimeout: IDLE_S,
      maxRequestBodySize: BODY_BYTES,
      async fetch(request, bun) {
        const admitted = admit(ctx, request, bun.port ?? port);
        if (admitted instanceof Response) return admitted;
        app ??= import("./app.ts").then(async ({ createApp }) => createApp(ctx, await routes()));
        const answer = await (await app).answer(request, admitted);
        // Live streams say nothing while nothing happens.
        if (answer.headers.get("content-type")?.startsWith("text/event-stream")) bun.timeout(request, 0);
        return answer;
      },
      error(thrown) {
        ctx.log.error("a request ended badly", { error: messageOf(thrown) });
        return new Response("This is a bug in ccm; the daemon's log has it.\n", { status: 500 });
      },
    });
    return {
      address: { url: `http://${bind.includes(":") ? `[${bind}]` : bind}:${server.port}` },
      stop() {
        void app?.then((one) => one.stop());
        void server.stop(true);
      },
    };
  } catch (thrown) {
    const fault = `The page cannot listen on ${bind} port ${port}: ${messageOf(thrown)}`;
    ctx.log.error(fault);
    return { address: { fault }, stop() {} };
  }
}
