// Keeps the page's server listening: a port that is taken is tried again, and a crowd is sent away.
import type { Server } from "bun";
import type { Ctx } from "../kernel/context.ts";
import { messageOf } from "../kernel/fault.ts";
import type { WebAddress } from "../setup/schema.ts";
import { endSessions } from "./actions.ts";
import { filesAllowed, openFiles } from "./open-files.ts";
import { listenerAt } from "./peers.ts";
import { type Place, urlOf } from "./rules.ts";

/** Between two tries for a port that is taken, in ms: a little longer each time. */
const AGAIN_MS = [2_000, 5_000, 10_000, 30_000] as const;
/** Between two looks at the number of connections, in ms. */
const COUNT_MS = 1_000;
/** Connections cost 1 kB each, but also a file: above half of those that the daemon may open, and above this, there is a rest. */
const FILES = 4_000;
/** For so long nobody is listened to then, in ms, so that the daemon can go on with its work. */
const REST_MS = 5_000;

export type Listening = { place: Place; listen(port: number): Server<undefined>; tell(address: WebAddress): void };

/** Nothing that goes wrong here is thrown: it is for the log, because the work goes on without the page. */
export function keepListening(ctx: Ctx, { place, listen, tell }: Listening): { stop(): void } {
  let { port } = ctx.config.web;
  let server: Server<undefined> | undefined;
  let timer: ReturnType<typeof setTimeout>;
  let tries = 0;

  function open(): void {
    try {
      server = listen(port);
    } catch (thrown) {
      return waitForPort(thrown);
    }
    timer = later(count, COUNT_MS);
    tries = 0;
    port = server.port ?? port; // Open tabs come back to where they were, also where any free port would do.
    tell({ url: urlOf(place, port) });
  }

  function waitForPort(thrown: unknown): void {
    timer = later(open, AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)] ?? 0);
    const fault = whyClosed(thrown, place.bind, port);
    if (tries++ === 0) ctx.log.error(fault);
    tell({ fault });
    // Browsers with this page open have told whoever is there now their cookies.
    if (isTaken(thrown)) endSessions(ctx, "another program has the page's port", "daemon");
  }

  function count(): void {
    const held = openFiles();
    if (held < Math.min(FILES, filesAllowed() / 2)) {
      timer = later(count, COUNT_MS);
      return;
    }
    timer = later(open, REST_MS);
    void server?.stop(true);
    const fault = `The page rests for ${REST_MS / 1_000} s: there were ${held} connections and files.`;
    ctx.log.warn(fault);
    tell({ fault });
  }

  function later(work: () => void, ms: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => guarded(work), ms).unref();
  }

  function guarded(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      ctx.log.error("the page's server could not say or see how it is", { error: messageOf(thrown) });
    }
  }

  guarded(open);
  return {
    stop() {
      clearTimeout(timer);
      void server?.stop(true);
    },
  };
}

function isTaken(thrown: unknown): boolean {
  return (thrown as NodeJS.ErrnoException).code === "EADDRINUSE";
}

function whyClosed(thrown: unknown, bind: string, port: number): string {
  const holder = isTaken(thrown) ? listenerAt(port) : null;
  const why = isTaken(thrown) ? `${holder ?? "another program"} has it` : messageOf(thrown);
  return `The page cannot listen on ${bind} port ${port}: ${why}.`;
}
