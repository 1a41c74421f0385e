// The proxy of a run's host: the one way out of network `hosts`, to the hosts that its list allows and to nobody else.
import type { TCPSocketListenOptions } from "bun";
import { isAddress } from "./addresses.ts";
import { type Allowance, allowanceOf, allowedAddresses, type Target } from "./allow-list.ts";
import { createDialer, type Dial } from "./dial.ts";
import { type Asked, readAsked } from "./proxy-head.ts";
import { answerOf, type Refusal, refusalText, refuse } from "./refusal.ts";
import { DEAF, LISTENERS, type Line, type Listener, splice } from "./splice.ts";
import { openingOf } from "./tunnel-opening.ts";

export type ProxyOptions = {
  /** See `allowanceOf`. */
  hosts: readonly string[];
  /** A unix socket, which nobody else can reach; or a port of this machine, for those who show the password. */
  at: { unix: string } | { password: string };
  onRefusal(refusal: Refusal): void;
  /** The addresses of a name; the system's resolver unless a test has its own. */
  lookup?(name: string): Promise<string[]>;
};

/** `port` is 0 for one that listens on a unix socket. */
export type ProxyDoor = { port: number; close(): void };

/** Lines at one time, those included that wait for an answer of the network: npm opens fifteen. */
const LINES = 128;
/** Heads of requests take some hundred bytes; cookies make them long. */
const HEAD_BYTES = 32_000;
/** Who says nothing for this long before the request is whole is hung up on. */
const HEAD_SECONDS = 30;

/** Opens it. Throws what the system says. */
export function openProxy(options: ProxyOptions): ProxyDoor {
  let lines = 0;
  const dial = createDialer();
  const where = "unix" in options.at ? { unix: options.at.unix } : { hostname: "127.0.0.1", port: 0 };
  const socket = {
    ...LISTENERS,
    open(line: Line) {
      lines += 1;
      line.data = waitForHead(line, (asked, rest) => void serve(line, { asked, rest }, options, dial).catch(() => line.terminate()));
      line.timeout(HEAD_SECONDS);
      if (lines > LINES) refuse(line, 503, `${LINES} connections are open, and no more are allowed.`);
    },
    close(line: Line) {
      lines -= 1;
      line.data.close();
    },
  };
  const server = Bun.listen<Listener>({ ...where, allowHalfOpen: true, socket } as TCPSocketListenOptions<Listener>);
  return { port: server.port ?? 0, close: () => server.stop(true) };
}

/** Reads up to the end of a request's head; `onAsked` gets it with what came behind it. */
function waitForHead(line: Line, onAsked: (asked: Asked, rest: Uint8Array) => void): Listener {
  let held: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  return {
    ...DEAF,
    take(chunk) {
      held = Buffer.concat([held, chunk]);
      const end = held.indexOf("\r\n\r\n");
      if (end > HEAD_BYTES || (end < 0 && held.length > HEAD_BYTES)) return refuse(line, 431, `A head has at most ${HEAD_BYTES} bytes.`);
      if (end < 0) return;
      const asked = readAsked(held.toString("latin1", 0, end));
      line.timeout(0);
      line.data = DEAF;
      if (asked) onAsked(asked, held.subarray(end + 4));
      else refuse(line, 400, "This is the proxy of a run: it takes CONNECT host:port, and http:// addresses.");
    },
    end: () => void line.end(),
  };
}

async function serve(line: Line, { asked, rest }: { asked: Asked; rest: Uint8Array }, options: ProxyOptions, dial: Dial): Promise<void> {
  const { target, head } = asked;
  line.pause(); // What comes early waits in the kernel.
  if ("password" in options.at && !isRight(asked.credentials, options.at.password))
    return refuse(line, 407, "The password of this run is missing.");
  const allowance = allowanceOf(options.hosts, target);
  if (!allowance) return refuseTarget(line, { ...target, why: "unlisted" }, options);
  const addresses = await addressesOf(target, allowance, options.lookup ?? lookup);
  if (!addresses) return refuse(line, 502, `Nobody knows an address of "${target.host}".`);
  if (addresses.length === 0) return refuseTarget(line, { ...target, why: "address" }, options);
  const upstream = await dial(addresses, target.port);
  if (!upstream) return refuse(line, 504, `"${target.host}" does not answer at port ${target.port}.`);
  if (line.readyState <= 0) return void upstream.terminate();
  splice(line, upstream);
  if (head === null) {
    upstream.data.take(ESTABLISHED);
    line.data = lookFirst(line, target, options);
  } else line.data.take(Buffer.from(head, "latin1"));
  if (rest.length > 0) line.data.take(rest);
}

function refuseTarget(line: Line, refusal: Refusal, { hosts, onRefusal }: ProxyOptions): void {
  onRefusal(refusal);
  refuse(line, 403, refusalText(refusal, hosts));
}

function isRight(credentials: string, password: string): boolean {
  return credentials.replace(/^basic /i, "") === btoa(`ccm:${password}`);
}

/** Null for a name that nobody knows; nothing for one that leads only to where it may not. */
async function addressesOf(target: Target, allowance: Allowance, find: (name: string) => Promise<string[]>): Promise<string[] | null> {
  if (isAddress(target.host)) return [target.host];
  const found = await find(target.host).catch(() => []);
  return found.length === 0 ? null : allowedAddresses(target, allowance, found);
}

async function lookup(name: string): Promise<string[]> {
  return (await Bun.dns.lookup(name)).map(({ address }) => address);
}

const ESTABLISHED = Buffer.from("HTTP/1.1 200 Connection established\r\n\r\n");
/** A fatal alert (RFC 8446 §6), in the place of a sentence that no TLS client would show. */
const UNRECOGNIZED_NAME = new Uint8Array([21, 3, 3, 0, 2, 2, 112]);

/** What a client says first in a tunnel is passed on once it is clear that it means whom it was let through to, or another listed host. */
function lookFirst(line: Line, target: Target, { hosts, onRefusal }: ProxyOptions): Listener {
  const onward = line.data;
  let held: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  return {
    ...onward,
    take(chunk) {
      held = Buffer.concat([held, chunk]);
      const opening = openingOf(held, target.port);
      if (opening.kind === "more" && held.length <= HEAD_BYTES) return;
      const host = (opening.kind === "asks" && opening.host) || target.host;
      if (opening.kind === "asks" && (host === target.host || allowanceOf(hosts, { ...target, host }))) {
        line.data = onward;
        return onward.take(opening.bytes);
      }
      const refusal: Refusal = { host, port: target.port, why: "tunnel" };
      onRefusal(refusal);
      if (opening.protocol === "tls") line.write(UNRECOGNIZED_NAME);
      else if (opening.kind === "asks") line.write(answerOf(403, refusalText(refusal, hosts)));
      else line.write(answerOf(400, `In a tunnel to "${host}" a request is for that host, and says so once.`));
      line.end();
    },
    end() {
      if (held.length > 0 && openingOf(held, target.port).protocol !== "other") return void line.end();
      if (held.length > 0) onward.take(held);
      onward.end();
    },
  };
}
