// The door's own answers, and what every answer says to the browser that shows it.
import { brokenPage } from "../../views/sign-in.tsx";
import type { Scheme } from "./rules.ts";

/** Nothing is loaded from elsewhere, nothing inline runs, no other site shows the page in a frame. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // With "no-referrer" browsers would send the forms of the page with `Origin: null`: https://fetch.spec.whatwg.org/#append-a-request-origin-header
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "cache-control": "no-store",
};
/** Half a year. Only for names that a person gave this server: for localhost it would bind every other program there to TLS. */
const HSTS = "max-age=15552000";

/** Puts the headers of every answer on one; those that it has stay. */
export function dressed(answer: Response): Response {
  for (const [name, value] of Object.entries(HEADERS)) if (!answer.headers.has(name)) answer.headers.set(name, value);
  return answer;
}

export function withTlsOnly(answer: Response, scheme: Scheme, host: string): Response {
  const isOfMachine = /^(?:127\.|localhost|\[|\d+\.\d+\.\d+\.\d+(?::|$))/.test(host);
  if (scheme === "https" && !isOfMachine) answer.headers.set("strict-transport-security", HSTS);
  return answer;
}

/** A sentence. Whoever is not let in is hung up on, so that they hold no connection. */
export function plain(text: string, status: number, headers: Record<string, string> = {}): Response {
  return dressed(
    new Response(`${text}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8", connection: "close", ...headers } }),
  );
}

/** The API's form of a refusal: what is shown is not enough, or what is asked is not well formed. */
export function refusal(status: number, message: string, hint: string, headers: Record<string, string> = {}): Response {
  const code = status === 401 || status === 403 || status === 421 ? "denied" : "invalid";
  return dressed(Response.json({ error: { code, message, hint } }, { status, headers: { connection: "close", ...headers } }));
}

/** Something was not foreseen: the log has where, and nobody else learns it. */
export async function answerBug({ url, headers }: Request): Promise<Response> {
  const text = "This is a bug in ccm; the daemon's log has it.";
  const hint = "Try again; `ccm health` says whether work goes on.";
  if (URL.parse(url)?.pathname.startsWith("/api/"))
    return dressed(Response.json({ error: { code: "bug", message: text, hint } }, { status: 500 }));
  return headers.get("accept")?.includes("text/html") ? page(await brokenPage(), 500) : plain(text, 500);
}

export function page(markup: string, status: number, headers: Record<string, string> = {}): Response {
  return dressed(
    new Response(markup, { status, headers: { "content-type": "text/html; charset=utf-8", connection: "close", ...headers } }),
  );
}
