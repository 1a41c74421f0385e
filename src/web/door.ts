// The door: everything a request must show before the app is even loaded.
import type { Ctx } from "../kernel/context.ts";
import { plain, refusal } from "./answers.ts";
import type { Peer } from "./peers.ts";
import { createProofs } from "./proofs.ts";
import { judgeKnock, type Knock, mayWriteToApi, type Names, type Refusal, schemeOf } from "./rules.ts";
import type { Visitor } from "./schema.ts";
import { answerSignIn, answerSignOut, type Cookie, findOpenAsset, showSignIn, turnAway } from "./sign-in.ts";

/** Where the door is: the names that it goes by, its port, and the peer of a connection, null when that is not known. */
export type Doorway = { names: Names; port: number };

export type Door = {
  /** The visitor, or the answer that turns them away or signs them in. The body of a request that is let in is still unread. */
  admit(request: Request, peer: Peer | null): Promise<Visitor | Response>;
};

export function createDoor(ctx: Ctx, { names, port }: Doorway): Door {
  const proofs = createProofs(ctx, port);
  return {
    async admit(request, peer) {
      const knock = knockOf(request);
      const turned = judgeKnock(knock, names);
      if (turned) return turnBack(turned, knock);
      const { pathname: path, searchParams } = new URL(request.url);
      if (path === "/healthz") return plain("ok", 200);
      const open = findOpenAsset(path);
      if (open) return open;
      const cookie = cookieOf(names, knock, port);
      const visitor = proofs.visitorOf(request, cookie.name, peer);
      const browser = visitor?.kind === "browser" ? visitor : null;
      const isPost = request.method === "POST";
      if (path === "/sign-in")
        return isPost
          ? answerSignIn(ctx, request, cookie, { visitor: browser, proofs, peer })
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

function turnBack({ status, text }: Refusal, { url }: Knock): Response {
  const headers: Record<string, string> = status === 405 ? { allow: "GET, HEAD, POST" } : {};
  const isApi = URL.parse(url, "http://ccm.local")?.pathname.startsWith("/api/");
  return isApi
    ? refusal(status, text, "The page is for this machine's browsers and scripts: `ccm status` says where it is.", headers)
    : plain(text, status, headers);
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
