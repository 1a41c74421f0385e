// Calling hosts of the internet: one address after another, each for a bounded time.
import { DEAF, LISTENERS, type Line, type Listener } from "./splice.ts";

/** A host that does not answer within this is not going to; each of its addresses is given so long. */
const DIAL_MS = 10_000;
/** Addresses of a name that are tried. */
const ADDRESSES = 4;
/** Calls that nobody has answered yet; the system gives one up after two minutes. */
const CALLS = 256;

/** A line to the first of the addresses that answers, paused; null when none does. */
export type Dial = (addresses: readonly string[], port: number) => Promise<Line | null>;

/** Who calls too many hosts that never answer is not given another call until the system has given some up. */
export function createDialer(): Dial {
  let calls = 0;

  /** A call that is taken too late is hung up on. */
  function dial(address: string, port: number): Promise<Line | null> {
    if (calls >= CALLS) return Promise.resolve(null);
    calls += 1;
    return new Promise((resolve) => {
      let isLate = false;
      const waited = setTimeout(() => {
        isLate = true;
        resolve(null);
      }, DIAL_MS);
      function answered(line: Line | null): void {
        calls -= 1;
        clearTimeout(waited);
        if (isLate) line?.terminate();
        resolve(line);
      }
      const socket = { ...LISTENERS, open: (line: Line) => line.pause(), connectError: () => {} };
      Bun.connect<Listener>({ hostname: address, port, allowHalfOpen: true, data: DEAF, socket }).then(answered, () => answered(null));
    });
  }

  return async function first(addresses, port) {
    for (const address of addresses.slice(0, ADDRESSES)) {
      const line = await dial(address, port);
      if (line) return line;
    }
    return null;
  };
}
