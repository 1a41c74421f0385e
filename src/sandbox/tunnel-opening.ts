// What a client says first in a tunnel, and whom it means by it: many hosts stand behind one address. Pure.
import { greetingOf, HANDSHAKE } from "./client-hello.ts";
import { readInTunnel } from "./proxy-head.ts";

/**
 * `more`: it is not whole. `broken`: it means to say whom, and no honest client says it so. `asks`: the host that is meant,
 * null for whoever is there, and the bytes that go on to it.
 */
export type Opening = { protocol: "tls" | "http" | "other" } & (
  | { kind: "more" | "broken" }
  | { kind: "asks"; host: string | null; bytes: Uint8Array }
);

/** A method and what follows it (RFC 9110 §9.1), after the empty lines that servers pass over; longer ones nobody has. */
const METHOD = /^[!#$%&'*+.^_`|~\w-]{1,32}(?:[ \t]|$)/;

/** The opening of a tunnel to that port. What is neither TLS nor HTTP cannot ask for another host, and goes on as it is. */
export function openingOf(held: Buffer, port: number): Opening {
  if (held[0] !== HANDSHAKE) return requestOf(held, port);
  const greeting = greetingOf(held);
  if (greeting.kind === "hello") return { protocol: "tls", kind: "asks", host: greeting.name, bytes: held };
  return { protocol: "tls", kind: greeting.kind };
}

/**
 * A request is passed on as the proxy says it: to one host, and the only one of its line. Until its first line is whole, a
 * request and the words of another protocol look the same.
 */
function requestOf(held: Buffer, port: number): Opening {
  const text = held.toString("latin1").trimStart();
  const [line = "", rest] = text.split("\n", 2);
  const other: Opening = { protocol: "other", kind: "asks", host: null, bytes: held };
  if (text === "") return { protocol: "other", kind: "more" };
  if (!METHOD.test(text) || line.includes("\0")) return other;
  if (rest === undefined) return { protocol: "other", kind: "more" };
  if (!/\sHTTP\//i.test(line)) return other;
  const end = text.indexOf("\r\n\r\n");
  if (/(?<!\r)\n/.test(end < 0 ? text : text.slice(0, end))) return { protocol: "http", kind: "broken" };
  if (end < 0) return { protocol: "http", kind: "more" };
  const asked = readInTunnel(text.slice(0, end), port);
  if (!asked) return { protocol: "http", kind: "broken" };
  return { protocol: "http", kind: "asks", host: asked.target.host, bytes: Buffer.from(asked.head + text.slice(end + 4), "latin1") };
}
