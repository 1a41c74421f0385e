// The head of a request to the proxy: a tunnel to a host, or a request that names its host (RFC 9110 §9.3.6, RFC 9112 §3.2.2). Pure.
import type { Target } from "./allow-list.ts";

/** `head` is what the target gets in the place of what came; null for a tunnel, of which it gets everything after the head. */
export type Asked = { target: Target; head: string | null; credentials: string };

/** What no proxy passes on (RFC 9110 §7.6.1), and what this one says itself. */
const LEFT_OUT = ["connection", "proxy-connection", "keep-alive", "proxy-authorization", "upgrade", "te", "host"];

/** What is asked for, or null for what is no request to a proxy. */
export function readAsked(text: string): Asked | null {
  const request = requestOf(text);
  if (!request) return null;
  const credentials = request.headers.find(({ name }) => name === "proxy-authorization")?.value ?? "";
  if (request.method === "CONNECT") {
    const target = targetOf(request.where);
    return target && { target, head: null, credentials };
  }
  const url = URL.parse(request.where);
  if (url?.protocol !== "http:" || url.username !== "" || url.password !== "") return null;
  const target = targetOf(`${url.hostname}:${url.port || 80}`);
  return target && { target, head: headFor(request, url.host, url.pathname + url.search), credentials };
}

/** A request to a host itself, as it goes through a tunnel to that port; null for what names no host, two, or another port. */
export function readInTunnel(text: string, port: number): { target: Target; head: string } | null {
  const request = requestOf(text);
  const [host, second] = request?.headers.filter(({ name }) => name === "host") ?? [];
  if (!request || !host || second || !/^\/[^\s\0]*$/.test(request.where)) return null;
  const target = targetOf(/:\d+$/.test(host.value) ? host.value : `${host.value}:${port}`);
  return target?.port === port ? { target, head: headFor(request, host.value, request.where) } : null;
}

type Header = { name: string; original: string; value: string };
type Request = { method: string; where: string; version: string; headers: Header[] };

function requestOf(text: string): Request | null {
  const [start = "", ...lines] = text.split("\r\n");
  const [method = "", where = "", version = "", more] = start.split(" ");
  const headers = lines.flatMap((line) => headerOf(line) ?? []);
  if (version !== "HTTP/1.1" && version !== "HTTP/1.0") return null;
  if (more !== undefined || !/^[A-Z]{1,20}$/.test(method) || headers.length < lines.length) return null;
  return { method, where, version, headers };
}

/** The host is the one that was allowed, whatever the request says; and one request a connection, so that no second one names another. */
function headFor({ method, version, headers }: Request, host: string, path: string): string {
  const passed = headers.filter(({ name }) => !LEFT_OUT.includes(name)).map(({ original, value }) => `${original}: ${value}`);
  return `${[`${method} ${path} ${version}`, `Host: ${host}`, "Connection: close", ...passed].join("\r\n")}\r\n\r\n`;
}

function headerOf(line: string): Header | null {
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
