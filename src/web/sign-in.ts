// Signing in and out: the answers at /sign-in and /sign-out, and what everybody sees who is not let in.
import css from "../../public/css/sign-in.css" with { type: "text" };
import script from "../../public/js/sign-in.js" with { type: "text" };
import { notSignedInPage, onceMorePage, signInPage } from "../../views/sign-in.tsx";
import type { Ctx } from "../kernel/context.ts";
import { dropLink, endSession, endSessions, isOpenLink, isSame, signIn } from "./actions.ts";
import { dressed, page, plain, refusal } from "./answers.ts";
import type { Peer } from "./peers.ts";
import type { Proofs } from "./proofs.ts";
import { browserName, isSecret } from "./rules.ts";
import type { BrowserVisitor } from "./schema.ts";

/** The cookie's name, and whether browsers may send it only over TLS. */
export type Cookie = { name: string; secure: boolean };

const ASSETS: Record<string, { text: string; type: string }> = {
  "/sign-in.css": { text: css, type: "text/css; charset=utf-8" },
  "/sign-in.js": { text: script, type: "text/javascript; charset=utf-8" },
};

/** What the pages before the sign-in load; the same for every version that looks the same. */
export function findOpenAsset(path: string): Response | undefined {
  const asset = Object.hasOwn(ASSETS, path) ? ASSETS[path] : undefined;
  return asset && dressed(new Response(asset.text, { headers: { "content-type": asset.type, connection: "close" } }));
}

/**
 * A link is followed. Programs look at links, too (chats make previews, browsers fetch ahead), so following one uses nothing
 * up: that does the form on the page that is shown. Whoever is signed in already goes on.
 */
export async function showSignIn(ctx: Ctx, link: string, visitor: BrowserVisitor | null): Promise<Response> {
  const isOpen = isSecret(link) && isOpenLink(ctx, link);
  if (visitor) {
    if (isOpen) dropLink(ctx, link);
    return seeOther("/");
  }
  if (isOpen) return page(await signInPage({ link }), 200);
  return page(await notSignedInPage({ why: link === "" ? NOBODY : USED_UP }), 401);
}

/** The form of that page: uses the link up, unless a run got hold of it. */
export async function answerSignIn(
  ctx: Ctx,
  request: Request,
  cookie: Cookie,
  from: { visitor: BrowserVisitor | null; proofs: Proofs; peer: Peer | null },
): Promise<Response> {
  const link = (await fieldsOf(request)).get("link") ?? "";
  if (from.visitor) {
    dropLink(ctx, link);
    return seeOther("/");
  }
  const isOpen = isSecret(link) && isOpenLink(ctx, link);
  if (!isOpen) from.proofs.wrongLink();
  const session = isOpen && from.proofs.maySignIn(from.peer) ? signIn(ctx, link, browserName(request.headers.get("user-agent"))) : null;
  if (session) return seeOther("/", cookieText(cookie, session.cookie, session.maxAgeS));
  return page(await notSignedInPage({ why: USED_UP }), 401);
}

/** Ends the session, or with the field `everywhere` all of them. */
export async function answerSignOut(ctx: Ctx, request: Request, cookie: Cookie, visitor: BrowserVisitor): Promise<Response> {
  const fields = await fieldsOf(request);
  if (!isSame(fields.get("csrf") ?? "", visitor.csrf)) return plain("This form is not from a page of yours. Load the page again.", 403);
  if (fields.has("everywhere")) endSessions(ctx, "signed out everywhere");
  else endSession(ctx, visitor.session, "signed out");
  return seeOther("/sign-in", cookieText(cookie, "", 0));
}

/**
 * The same for every address and every wrong proof, so that nobody learns what there is. A page for people, JSON for programs.
 */
export async function turnAway(request: Request, path: string): Promise<Response> {
  const headers = request.headers;
  if (path.startsWith("/api/"))
    return refusal(401, "You are not signed in.", "Send `Authorization: Bearer` with the token in CCM_HOME/token.");
  if (headers.has("hx-request")) return plain(NOBODY, 401, { "hx-redirect": "/sign-in" });
  if (!isNavigation(headers)) return plain("Sign in with the link that `ccm open` prints.", 401);
  if (isFromElsewhere(headers)) return page(await onceMorePage({ path: path + new URL(request.url).search }), 401);
  return page(await notSignedInPage({ why: NOBODY }), 401);
}

const NOBODY = "You are not signed in.";
const USED_UP = "This link was used, or is older than ten minutes.";

function isNavigation(headers: Headers): boolean {
  return (headers.get("accept") ?? "").includes("text/html");
}

function isFromElsewhere(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  return headers.get("sec-fetch-mode") === "navigate" && (site === "cross-site" || site === "same-site");
}

async function fieldsOf(request: Request): Promise<URLSearchParams> {
  return new URLSearchParams(await request.text());
}

function seeOther(to: string, cookie?: string): Response {
  return dressed(new Response(null, { status: 303, headers: { location: to, ...(cookie ? { "set-cookie": cookie } : {}) } }));
}

/** Scripts cannot read it, and no other site's page makes browsers send it. */
function cookieText({ name, secure }: Cookie, value: string, maxAgeS: number): string {
  return `${name}=${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${maxAgeS}${secure ? "; Secure" : ""}`;
}
