// The door: everything a request must show before the app sees it, the sign-in, and the headers of every answer.
import type { Ctx } from "../kernel/context.ts";
import { csrfOf, isSame, isSignedIn, signIn, tokenOf } from "./actions.ts";
import { judgeKnock } from "./rules.ts";
import type { Visitor } from "./schema.ts";

/** Cookies of one host are shared by all its ports: the port is in the name, so that two homes do not sign each other out. */
const cookieName = (port: number) => `ccm_${port}`;

/** Nothing is loaded from elsewhere, nothing inline runs, no other site shows the page in a frame. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** The visitor, or the answer that turns them away or signs them in. */
export function admit(ctx: Ctx, request: Request, port: number): Visitor | Response {
  const url = new URL(request.url);
  const headers = request.headers;
  const refusal = judgeKnock(
    {
      method: request.method,
      path: url.pathname,
      host: headers.get("host"),
      origin: headers.get("origin"),
      fetchSite: headers.get("sec-fetch-site"),
    },
    ownHosts(port),
    ["http"],
  );
  if (refusal) return plain(refusal.text, refusal.status);
  if (url.pathname === "/healthz") return plain("ok", 200);
  if (url.pathname === "/sign-in") return answerSignIn(ctx, url, port);
  return visitorOf(ctx, request, port) ?? plain("Sign in with the link that `ccm open` prints.", 401);
}

/** Puts the headers of every answer on one that the app gave. */
export function dressed(answer: Response): Response {
  for (const [name, value] of Object.entries(HEADERS)) if (!answer.headers.has(name)) answer.headers.set(name, value);
  return answer;
}

function ownHosts(port: number): string[] {
  return ["127.0.0.1", "localhost", "[::1]"].map((name) => `${name}:${port}`);
}

function visitorOf(ctx: Ctx, request: Request, port: number): Visitor | null {
  const bearer = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  if (bearer !== undefined) return isSame(bearer, tokenOf(ctx.paths)) ? { kind: "script", by: "a script", stays: () => true } : null;
  const cookie = new Bun.CookieMap(request.headers.get("cookie") ?? "").get(cookieName(port));
  const stays = () => Boolean(cookie) && isSignedIn(ctx, cookie as string);
  return cookie && stays() ? { kind: "browser", csrf: csrfOf(cookie), by: "the page", stays } : null;
}

function answerSignIn(ctx: Ctx, url: URL, port: number): Response {
  const session = signIn(ctx, url.searchParams.get("link") ?? "");
  if (!session) return plain("This link was used, or is too old. `ccm open` prints another.", 401);
  const answer = dressed(
    new Response('<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>ccm</title><a href="/">Signed in.</a>', {
      headers: { "content-type": "text/html; charset=utf-8" },
    }),
  );
  answer.headers.append(
    "set-cookie",
    `${cookieName(port)}=${session.cookie}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${session.maxAgeS}`,
  );
  return answer;
}

function plain(text: string, status: number): Response {
  return dressed(new Response(`${text}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8" } }));
}
