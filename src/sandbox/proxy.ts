// The proxy of a run's host: the one way out of network `hosts`, to the hosts that its list allows and to nobody else.
import type { TCPSocketListenOptions } from "bun";
import { isAddress } from "./addresses.ts";
import { type Allowance, allowanceOf, allowedAddresses, type Target } from "./allow-list.ts";
import { type Asked, readAsked } from "./proxy-head.ts";
import { DEAF, LISTENERS, type Line, type Listener, splice } from "./splice.ts";

/** Why somebody was not let through: the list does not have it, or its name leads to where no name may lead. */
export const REFUSALS = ["unlisted", "address"] as const;
export type Refusal = Target & { why: (typeof REFUSALS)[number] };

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
/** A host that does not answer within this is not going to; each of its addresses is given so long. */
const DIAL_MS = 10_000;
/** Addresses of a name that are tried. */
const ADDRESSES = 4;
/** Calls that nobody has answered yet; the system gives one up after two minutes. */
const CALLS = 256;

/** Opens it. Throws what the system says. */
export function openProxy(options: ProxyOptions): ProxyDoor {
  let lines = 0;
  const dialFirst = createDialer();
  const socket = {
    ...LISTENERS,
    open(line: Line) {
      lines += 1;
      line.data = waitForHead(line, (asked, rest) => void serve(line, asked, rest).catch(() => line.terminate()));
      line.timeout(HEAD_SECONDS);
      if (lines > LINES) refuse(line, 503, `${LINES} connections are open, and no more are allowed.`);
    },
    close(line: Line) {
      lines -= 1;
      line.data.close();
    },
  };

  async function serve(line: Line, asked: Asked, rest: Uint8Array): Promise<void> {
    line.pause(); // What comes early waits in the kernel.
    if ("password" in options.at && !isRight(asked.credentials, options.at.password)) {
      return refuse(line, 407, "The password of this run is missing.", 'Proxy-Authenticate: Basic realm="ccm"');
    }
    const { target } = asked;
    const allowance = allowanceOf(options.hosts, target);
    if (!allowance) return refuseTarget(line, { ...target, why: "unlisted" });
    const addresses = await addressesOf(target, allowance);
    if (addresses === "unknown") return refuse(line, 502, `Nobody knows an address of "${target.host}".`);
    if (addresses.length === 0) return refuseTarget(line, { ...target, why: "address" });
    const upstream = await dialFirst(addresses, target.port);
    if (!upstream) return refuse(line, 504, `"${target.host}" does not answer at port ${target.port}.`);
    if (line.readyState <= 0) return void upstream.terminate();
    splice(line, upstream);
    if (asked.head === null) upstream.data.take(ESTABLISHED);
    else line.data.take(Buffer.from(asked.head, "latin1"));
    if (rest.length > 0) line.data.take(rest);
  }

  async function addressesOf(target: Target, allowance: Allowance): Promise<string[] | "unknown"> {
    if (isAddress(target.host)) return [target.host];
    const found = await (options.lookup ?? lookup)(target.host).catch(() => []);
    return found.length === 0 ? "unknown" : allowedAddresses(target, allowance, found);
  }

  function refuseTarget(line: Line, refusal: Refusal): void {
    options.onRefusal(refusal);
    refuse(line, 403, refusalText(refusal, options.hosts));
  }

  const where = "unix" in options.at ? { unix: options.at.unix } : { hostname: "127.0.0.1", port: 0 };
  const server = Bun.listen<Listener>({ ...where, allowHalfOpen: true, socket } as TCPSocketListenOptions<Listener>);
  return { port: server.port ?? 0, close: () => server.stop(true) };
}

/** What the agent is told, and what it can do about it. */
export function refusalText({ host, port, why }: Refusal, hosts: readonly string[]): string {
  const what =
    why === "unlisted"
      ? `This run may not reach "${host}" at port ${port}. It may reach: ${hosts.join(", ") || "nothing"}.`
      : `The name "${host}" leads to an address of this machine or its network, which must be listed itself.`;
  return `${what} Trying another way is of no use. Go on without it, or say at the end which host you need and what for: a person can allow it.`;
}

const ESTABLISHED = Buffer.from("HTTP/1.1 200 Connection established\r\n\r\n");
const STATUS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Not Allowed By ccm",
  407: "Proxy Authentication Required",
  431: "Request Header Fields Too Large",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** Short enough for any socket that nothing was written to yet. */
function refuse(line: Line, status: number, text: string, header?: string): void {
  const body = `ccm: ${text}\n`;
  const lines = ["Content-Type: text/plain; charset=utf-8", `Content-Length: ${Buffer.byteLength(body)}`, "Connection: close"];
  const head = [`HTTP/1.1 ${status} ${STATUS[status]}`, ...lines, ...(header ? [header] : [])].join("\r\n");
  line.data = { ...DEAF, end: () => line.end() };
  line.write(`${head}\r\n\r\n${body}`);
  line.timeout(HEAD_SECONDS);
  line.resume();
  line.shutdown();
}

function isRight(credentials: string, password: string): boolean {
  return credentials.toLowerCase().startsWith("basic ") && atobOrNothing(credentials.slice(6)) === `ccm:${password}`;
}

function atobOrNothing(text: string): string {
  try {
    return atob(text.trim());
  } catch {
    return "";
  }
}

/** Reads up to the end of a request's head; `onAsked` gets it with what came behind it. */
function waitForHead(line: Line, onAsked: (asked: Asked, rest: Uint8Array) => void): Listener {
  let held: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  return {
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
    drain() {},
    end: () => line.end(),
    close() {},
  };
}

async function lookup(name: string): Promise<string[]> {
  return (await Bun.dns.lookup(name)).map(({ address }) => address);
}

/** Calls hosts; one that is never answered takes a place until the system gives it up. */
function createDialer() {
  let calls = 0;

  /** Null when nobody takes the call in time; a call that is taken later is hung up on. */
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

  return async function dialFirst(addresses: readonly string[], port: number): Promise<Line | null> {
    for (const address of addresses.slice(0, ADDRESSES)) {
      const line = await dial(address, port);
      if (line) return line;
    }
    return null;
  };
}
