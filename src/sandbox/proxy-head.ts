// The head of a request to the proxy: a tunnel to a host, or a request that names its host (RFC 9110 §9.3.6, RFC 9112 §3.2.2). Pure.
import type { Target } from "./allow-list.ts";

/** `head` is what the target gets in the place of what came; null for a tunnel, of which it gets everything after the head. */
export type Asked = { target: Target; head: string | null; credentials: string };

/** What no proxy passes on (RFC 9110 §7.6.1), and what this one says itself. */
const LEFT_OUT = ["connection", "proxy-connection", "keep-alive", "proxy-authorization", "upgrade", "te", "host"];

/** What is asked for, or null for what is no request to a proxy. */
export function readAsked(text: string): Asked | null {
  const [start = "", ...lines] = text.split("\r\n");
  const [method = "", where = "", version, more] = start.split(" ");
  const headers = lines.map(headerOf);
  if (version !== "HTTP/1.1" && version !== "HTTP/1.0") return null;
  if (more !== undefined || !/^[A-Z]{1,20}$/.test(method) || headers.includes(null)) return null;
  const credentials = headers.find((header) => header?.name === "proxy-authorization")?.value ?? "";
  if (method === "CONNECT") {
    const target = targetOf(where);
    return target && { target, head: null, credentials };
  }
  const url = URL.parse(where);
  if (url?.protocol !== "http:" || url.username !== "" || url.password !== "") return null;
  const target = targetOf(`${url.hostname}:${url.port || 80}`);
  if (!target) return null;
  const passed = headers.flatMap((header) => (header && !LEFT_OUT.includes(header.name) ? [`${header.original}: ${header.value}`] : []));
  // The host is the one that was allowed, whatever the request says; and one request a connection, so that no second one names another.
  const head = [`${method} ${url.pathname}${url.search} ${version}`, `Host: ${url.host}`, "Connection: close", ...passed];
  return { target, head: `${head.join("\r\n")}\r\n\r\n`, credentials };
}

function headerOf(line: string): { name: string; original: string; value: string } | null {
  const [, original, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\r\n\0]*)$/.exec(line) ?? [];
  return original === undefined ? null : { name: original.toLowerCase(), original, value: (value ?? "").trimEnd() };
}

/**
 * In one spelling: small letters, no dot at the end, and numbers that resolvers would take for an address
 * (`0x7f.1`, `2130706433`) as that address.
 */
function targetOf(authority: string): Target | null {
  const [, name, port] = /^(\[[0-9a-f:.]+\]|[\w.-]+):(\d{1,5})$/i.exec(authority) ?? [];
  const host = name && URL.parse(`http://${name}/`)?.hostname.replace(/^\[|\]$|\.$/g, "");
  const number = Number(port);
  return host && number >= 1 && number <= 65_535 ? { host, port: number } : null;
}
