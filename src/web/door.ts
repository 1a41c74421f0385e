// The door: everything a request must show before the app is even loaded.
import type { Ctx } from "../kernel/context.ts";
import { csrfOf, findSession, isSame, keepSession, recordRefusals } from "./actions.ts";
import { plain, refusal } from "./answers.ts";
import { createPeers, type Peer } from "./peers.ts";
import { bearerOf, cookiesNamed, judgeKnock, type Knock, mayWriteToApi, type Names, schemeOf } from "./rules.ts";
import type { BrowserVisitor, Visitor } from "./schema.ts";
import { answerSignIn, answerSignOut, type Cookie, findOpenAsset, showSignIn, turnAway } from "./sign-in.ts";
import { tokenOf } from "./token.ts";

/** Cookies of our name that are looked at: another port of this machine can put some in front of the right one. */
const COOKIES = 4;
/** Wrong links and tokens are written down at most so often, with their number: whoever guesses must not fill the record. */
const REFUSALS_MS = 60_000;

/** Where the door is: the names that it goes by, its port, and the peer of a connection, null when that is not known. */
export type Doorway = { names: Names; port: number };

export type Door = {
  /** The visitor, or the answer that turns them away or signs them in. The body of a request that is let in is still unread. */
  admit(request: Request, peer: Peer | null): Promise<Visitor | Response>;
};

export function createDoor(ctx: Ctx, { names, port }: Doorway): Door {
  const peers = createPeers(ctx);
  const refused = createRefusals(ctx);

  /** A token that is shown and is wrong is not made good by a cookie. */
  function visitorOf(request: Request, cookie: Cookie, peer: Peer | null): Visitor | null {
    const authorization = request.headers.get("authorization");
    const visitor = authorization === null ? browserOf(request, cookie) : scriptOf(authorization);
    if (!visitor || !peers.isOfRun(peer, port)) return visitor;
    refused(visitor.kind === "script" ? "the token, shown by a process of a run," : "a cookie, shown by a process of a run,");
    return null;
  }

  function scriptOf(authorization: string): Visitor | null {
    const token = bearerOf(authorization);
    const stays = () => token !== null && isSame(token, tokenOf(ctx.paths));
    if (stays()) return { kind: "script", by: "a script", stays };
    refused("a token");
    return null;
  }

  function browserOf(request: Request, { name }: Cookie): BrowserVisitor | null {
    for (const cookie of cookiesNamed(request.headers.get("cookie"), name, COOKIES)) {
      const session = findSession(ctx, cookie);
      if (!session) continue;
      keepSession(ctx, session);
      const stays = () => findSession(ctx, cookie) !== null;
      return { kind: "browser", csrf: csrfOf(cookie), by: "the page", session: session.id, stays };
    }
    return null;
  }

  return {
    async admit(request, peer) {
      const knock = knockOf(request);
      const turned = judgeKnock(knock, names);
      if (turned) return plain(turned.text, turned.status, turned.status === 405 ? { allow: "GET, HEAD, POST" } : {});
      const { pathname: path, searchParams } = new URL(request.url);
      if (path === "/healthz") return plain("ok", 200);
      const open = findOpenAsset(path);
      if (open) return open;
      const cookie = cookieOf(names, knock, port);
      const visitor = visitorOf(request, cookie, peer);
      const browser = visitor?.kind === "browser" ? visitor : null;
      const isPost = request.method === "POST";
      if (path === "/sign-in")
        return isPost
          ? answerSignIn(ctx, request, cookie, { visitor: browser, refused: () => refused("a link") })
          : showSignIn(ctx, searchParams.get("link") ?? "", browser);
      if (!visitor) return turnAway(request, path);
      if (path === "/sign-out" && isPost && browser) return answerSignOut(ctx, request, cookie, browser);
      const isWrite = isPost && path.startsWith("/api/");
      if (browser && isWrite && !mayWriteToApi(knock.contentType, request.headers.has("hx-request") ? "htmx" : null))
        return refusal(403, "A browser writes to the API with JSON.", "Send it with: Content-Type: application/json");
      return visitor;
    },
  };
}

function knockOf({ method, url, headers }: Request): Knock {
  return {
    method,
    url,
    host: headers.get("host"),
    origin: headers.get("origin"),
    fetchSite: headers.get("sec-fetch-site"),
    fetchMode: headers.get("sec-fetch-mode"),
    upgrade: headers.get("upgrade"),
    contentType: headers.get("content-type"),
    contentEncoding: headers.get("content-encoding"),
  };
}

/**
 * All ports of a host share their cookies: the port is in the name, so that two homes do not sign each other out. Over TLS the
 * prefix has browsers take it from this very host only: https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie
 */
function cookieOf(names: Names, knock: Knock, port: number): Cookie {
  const secure = schemeOf(names, knock.host) === "https";
  return { name: `${secure ? "__Host-" : ""}ccm_${port}`, secure };
}

function createRefusals(ctx: Ctx): (what: string) => void {
  const counts = new Map<string, { times: number; recordedAt: number }>();
  return (what) => {
    const count = counts.get(what) ?? { times: 0, recordedAt: Number.NEGATIVE_INFINITY };
    counts.set(what, count);
    count.times += 1;
    if (ctx.clock.elapsed() - count.recordedAt < REFUSALS_MS) return;
    recordRefusals(ctx, what, count.times);
    counts.set(what, { times: 0, recordedAt: ctx.clock.elapsed() });
  };
}
