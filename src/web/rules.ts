// Who may in: what a request must show before anything else looks at it. Pure.

/** A name that the server goes by, as browsers write it into Host, and how browsers reach it there. */
export type Names = ReadonlyMap<string, Scheme>;
export type Scheme = "http" | "https";

/** What the names are made from: `web.*`. */
export type Place = { bind: string; hosts: readonly string[]; proxy: boolean; tls: boolean };

/** What the door looks at. Header values are as they came, null where there was none. */
export type Knock = {
  method: string;
  /** The request's address, which is no address where its Host is none. */
  url: string;
  host: string | null;
  origin: string | null;
  fetchSite: string | null;
  fetchMode: string | null;
  upgrade: string | null;
  contentType: string | null;
  contentEncoding: string | null;
};

/** Turned away: the status and a sentence. */
export type Refusal = { status: 400 | 403 | 405 | 414 | 415 | 421; text: string };

/** Longest address in characters: filters of a list with every field filled take 2,000. */
export const URL_CHARACTERS = 8_000;

const READS = new Set(["GET", "HEAD"]);
const METHODS = new Set(["GET", "HEAD", "POST"]);
const DEFAULT_PORTS: Record<Scheme, number> = { http: 80, https: 443 };
const WILDCARDS = new Set(["0.0.0.0", "::"]);

/** The names of a server that listens at `port`: those of this machine, the address it is bound to, and those that a person lists. */
export function namesOf(place: Place, port: number): Names {
  const own: Scheme = place.tls ? "https" : "http";
  const machine = ["127.0.0.1", "localhost", "[::1]", ...(WILDCARDS.has(place.bind) ? [] : [bracketed(place.bind)])];
  return new Map([
    ...machine.flatMap((name) => withPort(name, port, own)),
    ...place.hosts.flatMap((host) => withPort(host.toLowerCase(), port, place.proxy ? "https" : own)),
  ]);
}

/** Where a browser finds the page of a server that listens at `port`. */
export function urlOf(place: Place, port: number): string {
  const [host] = place.hosts;
  if (host && place.proxy) return `https://${host.toLowerCase()}`;
  const scheme = place.tls ? "https" : "http";
  const name = host && place.tls ? host.toLowerCase() : bracketed(WILDCARDS.has(place.bind) ? "127.0.0.1" : place.bind);
  return /:\d+$/.test(name.replace(/^\[.*\]/, "")) || port === DEFAULT_PORTS[scheme]
    ? `${scheme}://${name}`
    : `${scheme}://${name}:${port}`;
}

/** How browsers reach the server by this name; unencrypted by one that is none of its names. */
export function schemeOf(names: Names, host: string | null): Scheme {
  return names.get(host?.toLowerCase() ?? "") ?? "http";
}

export function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** A name that has a port stands for itself; one without is at the server's own port, and at the one that browsers do not write. */
function withPort(name: string, port: number, scheme: Scheme): [string, Scheme][] {
  if (/:\d+$/.test(name)) return [[name, scheme]];
  const isListed = !/^(?:127\.0\.0\.1|localhost|\[::1\])$/.test(name);
  const written: [string, Scheme] = [`${name}:${port}`, scheme];
  return isListed || port === DEFAULT_PORTS[scheme] ? [written, [name, scheme]] : [written];
}

/**
 * A page on another name that was pointed at this machine sends its own Host; a page of another site that asks or posts here
 * sends its own Origin, or its browser says so in Sec-Fetch-Site. Pages at other ports of this machine are other sites, too:
 * a browser gives them this one's cookies. Only following a link may come from elsewhere.
 */
export function judgeKnock(knock: Knock, names: Names): Refusal | null {
  const scheme = names.get(knock.host?.toLowerCase() ?? "");
  if (!scheme) return { status: 421, text: "This server does not go by that name." };
  if (!METHODS.has(knock.method)) return { status: 405, text: "Only GET, HEAD and POST." };
  if (knock.url.length > URL_CHARACTERS) return { status: 414, text: "The address is too long." };
  if (!isPlainPath(URL.parse(knock.url)?.pathname)) return { status: 400, text: "The address is not written plainly." };
  if (/\bwebsocket\b/i.test(knock.upgrade ?? "")) return { status: 400, text: "There are no sockets here." };
  const isOwn = knock.origin === null || knock.origin === `${scheme}://${knock.host?.toLowerCase()}`;
  if (!isOwn || !isFromHere(knock)) return { status: 403, text: "Another site may not ask this." };
  return READS.has(knock.method) ? null : judgeBody(knock);
}

function isFromHere({ method, fetchSite, fetchMode }: Knock): boolean {
  if (fetchSite === null || fetchSite === "same-origin" || fetchSite === "none") return true;
  return READS.has(method) && fetchMode === "navigate";
}

/** Forms of other sites can be sent as text and as multipart; nothing of ccm's is. What is packed could be any size. */
function judgeBody({ contentType, contentEncoding }: Knock): Refusal | null {
  if (contentEncoding !== null) return { status: 415, text: "The body must not be packed." };
  if (contentType === null || isJson(contentType) || isForm(contentType)) return null;
  return { status: 415, text: "The body must be a form or JSON." };
}

/** A write to the API that a browser makes shows that its page may set headers here; forms show their hidden field instead. */
export function mayWriteToApi(contentType: string | null, isHtmx: "htmx" | null): boolean {
  return isHtmx !== null || isJson(contentType ?? "");
}

export function isJson(contentType: string): boolean {
  return /^application\/json(?:\s*;|$)/i.test(contentType);
}

export function isForm(contentType: string): boolean {
  return /^application\/x-www-form-urlencoded(?:\s*;|$)/i.test(contentType);
}

/**
 * A path that means the same to everybody who reads it: no empty step, no backslash, none of them or a control character
 * behind a percent sign, and every percent sign the start of UTF-8.
 */
export function isPlainPath(path: string | undefined): boolean {
  if (path === undefined || !path.startsWith("/") || path.includes("//") || path.includes("\\")) return false;
  if (/%(?:0|1|7f|2f|5c|2e)/i.test(path)) return false;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** The values of a cookie, at most `limit`: another port of this machine may have put one of the same name beside ours. */
export function cookiesNamed(header: string | null, name: string, limit: number): string[] {
  const found = (header ?? "").split(";").flatMap((part) => {
    const [given = "", value = "", ...rest] = part.trim().split("=");
    return given === name && rest.length === 0 && isSecret(value) ? [value] : [];
  });
  return found.slice(0, limit);
}

/** 256 bits in base64url, as ids.secret() makes them. */
export function isSecret(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** The secret that `Authorization: Bearer` gives; null where it gives none that could be one. */
export function bearerOf(header: string): string | null {
  const secret = /^Bearer (\S+)$/i.exec(header)?.[1] ?? "";
  return isSecret(secret) ? secret : null;
}

const BROWSERS = [/(Edg)\//, /(Firefox)\//, /(Chrome)\//, /(Safari)\//, /(curl)\//] as const;
const SYSTEMS = [/Android/, /iPhone|iPad/, /Windows/, /Mac OS/, /Linux/] as const;

/** A few words for a person to know a browser by: "Firefox, Linux". What the browser says of itself is a claim. */
export function browserName(userAgent: string | null): string {
  const text = (userAgent ?? "").slice(0, 400);
  const browser = firstOf(BROWSERS, text)?.replace("/", "").replace("Edg", "Edge") ?? "a browser";
  const system = firstOf(SYSTEMS, text);
  return system ? `${browser}, ${system.replace("Mac OS", "macOS")}` : browser;
}

function firstOf(patterns: readonly RegExp[], text: string): string | undefined {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[0];
    if (found) return found;
  }
  return undefined;
}
