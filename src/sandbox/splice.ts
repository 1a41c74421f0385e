// Two sockets as one connection: what comes from either goes to the other, no faster than that takes it.
import type { Socket, SocketHandler } from "bun";

/** Who gets the events of a socket; each socket has its own in `data`, and another one after it was spliced. */
export type Listener = { take(chunk: Uint8Array): void; drain(): void; end(): void; close(): void };
export type Line = Socket<Listener>;

const LOOPBACK = "127.0.0.1";
/** A connection over which nothing has gone for this long is given up: agents think for minutes, and forget what they opened. */
const SILENCE_SECONDS = 1_800;

/** The events of all sockets that will be spliced. An `end` is of one direction only: open them with `allowHalfOpen`. */
export const LISTENERS: SocketHandler<Listener> = {
  data: (line, chunk) => line.data.take(chunk),
  drain: (line) => line.data.drain(),
  end: (line) => line.data.end(),
  close: (line) => line.data.close(),
  error: (line) => void line.terminate(),
  timeout: (line) => void line.terminate(),
};

/** Where a relay listens or leads: a socket's path, or a port of loopback. */
export type Place = { unix: string } | { port: number };

/** Whatever comes to `from` goes on to `to`, byte by byte, at most so many connections at a time. Throws what the system says. */
export function relay(from: Place, to: Place, most: number): { close(): void } {
  let lines = 0;
  const at = (place: Place) => ("unix" in place ? place : { hostname: LOOPBACK, port: place.port }) as { hostname: string; port: number };
  const onward = { ...LISTENERS, open: (line: Line) => line.pause(), connectError() {} };

  function lead(line: Line): void {
    line.pause();
    Bun.connect<Listener>({ ...at(to), allowHalfOpen: true, data: DEAF, socket: onward }).then(
      (other) => (line.readyState > 0 ? splice(line, other) : void other.terminate()),
      () => void line.terminate(),
    );
  }

  const server = Bun.listen<Listener>({
    ...at(from),
    allowHalfOpen: true,
    socket: {
      ...LISTENERS,
      open(line) {
        lines += 1;
        line.data = DEAF;
        if (lines > most) line.terminate();
        else lead(line);
      },
      close(line) {
        lines -= 1;
        line.data.close();
      },
    },
  });
  return { close: () => server.stop(true) };
}

/** Gets nothing, for a socket whose story goes on elsewhere. */
export const DEAF: Listener = { take() {}, drain() {}, end() {}, close() {} };

/** From now on each is the other's; both must be open. When one is gone the other goes, with what was still on its way. */
export function splice(one: Line, other: Line): void {
  const [toOne, toOther] = [createOut(one, other), createOut(other, one)];
  one.data = listener(toOne, toOther, one);
  other.data = listener(toOther, toOne, other);
  for (const line of [one, other]) {
    line.timeout(SILENCE_SECONDS);
    line.resume();
  }
}

type Out = ReturnType<typeof createOut>;

function listener(own: Out, others: Out, line: Line): Listener {
  return {
    take(chunk) {
      line.timeout(SILENCE_SECONDS);
      others.send(chunk);
    },
    drain: own.flush,
    end: () => others.finish("direction"),
    close() {
      own.abandon();
      others.finish("connection");
    },
  };
}

/** The way out to a line: while it takes no more, its source is not read. */
function createOut(line: Line, source: Line) {
  let unsent: Uint8Array[] = [];
  let isSourceWaiting = false;
  let after: "nothing" | "direction" | "connection" | "gone" = "nothing";

  function flush(): void {
    while (unsent[0] && after !== "gone") {
      const sent = Math.max(0, line.write(unsent[0]));
      if (sent < unsent[0].length) {
        unsent[0] = unsent[0].subarray(sent);
        return;
      }
      unsent.shift();
    }
    if (isSourceWaiting) source.resume();
    isSourceWaiting = false;
    if (after === "direction") line.shutdown();
    if (after === "connection") line.end();
  }

  return {
    flush,
    send(bytes: Uint8Array): void {
      if (after === "gone") return;
      unsent.push(bytes);
      if (unsent.length === 1) flush();
      if (unsent.length === 0 || isSourceWaiting) return;
      isSourceWaiting = true;
      source.pause();
    },
    finish(what: "direction" | "connection"): void {
      if (after === "gone" || after === "connection") return;
      after = what;
      if (unsent.length === 0) flush();
    },
    abandon(): void {
      after = "gone";
      unsent = [];
    },
  };
}
