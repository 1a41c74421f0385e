// Signing in: a link that works once becomes a session; scripts show the token of CCM_HOME.
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ctx } from "../kernel/context.ts";
import type { Paths } from "../kernel/paths.ts";
import * as table from "./table.ts";

/** A link is typed or clicked at once; one that is found later in a history opens nothing. */
const LINK_MS = 10 * 60_000;
/** A browser that nobody used for a month is asked to sign in again. */
const SESSION_MS = 30 * 24 * 60 * 60_000;
/** 256 bits: nobody guesses it, so no attempts have to be counted. */
const SECRET_BYTES = 32;

/** The secret of a new sign-in link. */
export function createLink(ctx: Ctx): string {
  const secret = newSecret();
  ctx.db.transact(() => table.insertLink(ctx.db, hashOf(secret), ctx.clock.now() + LINK_MS));
  return secret;
}

/** Uses a link up and begins a session; null for one that is unknown, used or too old. */
export function signIn(ctx: Ctx, link: string): { cookie: string; maxAgeS: number } | null {
  return ctx.db.transact(() => {
    if (!table.takeLink(ctx.db, hashOf(link), ctx.clock.now())) return null;
    const cookie = newSecret();
    table.insertSession(ctx.db, hashOf(cookie), ctx.clock.now(), ctx.clock.now() + SESSION_MS);
    return { cookie, maxAgeS: SESSION_MS / 1_000 };
  });
}

export function signOut(ctx: Ctx, cookie: string): void {
  ctx.db.transact(() => table.deleteSession(ctx.db, hashOf(cookie)));
}

export function isSignedIn(ctx: Ctx, cookie: string): boolean {
  return table.findSession(ctx.db, hashOf(cookie), ctx.clock.now()) !== null;
}

/** What the forms of a session carry. It cannot be made without the cookie, and does not tell it. */
export function csrfOf(cookie: string): string {
  return createHmac("sha256", cookie).update("csrf").digest("base64url");
}

/** The token of scripts, made when it is first needed; only the owner of CCM_HOME can read it. */
export function tokenOf(paths: Paths): string {
  const file = join(paths.home, "token");
  if (!existsSync(file)) writeFileSync(file, `${newSecret()}\n`, { mode: 0o600, flag: "wx" });
  return readFileSync(file, "utf8").trim();
}

/** Equal, without telling by the time it takes how much of it is. */
export function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(createHash("sha256").update(given).digest(), createHash("sha256").update(wanted).digest());
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
