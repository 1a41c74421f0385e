// The head of a request to a host's endpoint: the little of HTTP/1.1 (RFC 9112) that agents speak to it. Pure.

/** `bodyBytes` is what the client announces. */
export type Head = { event: string; bodyBytes: number; expectsContinue: boolean };

/** `host` is the address as the client must name it, so that a web page cannot reach the endpoint by a name of its own. */
export type Door = { host: string; isToken(token: string): boolean };

/** Names of events as the agents have them, and a little more than the longest. */
const PATH = /^\/hook\/([A-Za-z][A-Za-z0-9_-]{0,63})$/;

/**
 * What is asked for, or the status that refuses it. Who has no token learns nothing but that. A body must say its
 * length, which clients with a whole text in hand do; 411 is for those that do not.
 */
export function readHead(text: string, door: Door): Head | number {
  const [start = "", ...lines] = text.split("\r\n");
  const headers = readHeaders(lines);
  if (!headers) return 400;
  if (!door.isToken(/^Bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "")) return 401;
  if (headers.get("host") !== door.host) return 421;
  const [method, path = "", version] = start.split(" ");
  if (version !== "HTTP/1.1") return 505;
  const event = PATH.exec(path)?.[1];
  if (event === undefined) return 404;
  if (method !== "POST") return 405;
  const length = headers.get("content-length");
  if (length === undefined || headers.has("transfer-encoding")) return 411;
  if (!/^\d{1,15}$/.test(length)) return 400;
  return { event, bodyBytes: Number(length), expectsContinue: headers.get("expect")?.toLowerCase() === "100-continue" };
}

/** Undefined for what is no header, and for one that comes twice: two lengths, or two tokens, are no question of taste. */
function readHeaders(lines: readonly string[]): Map<string, string> | undefined {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    if (colon < 1 || /[\s\0]/.test(name) || headers.has(name)) return undefined;
    headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}
