// Signing in and out: a link that works once becomes a session, which ends by itself, by a person, or with all others.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Ctx } from "../kernel/context.ts";
import { appendEvent, type NewEvent } from "../kernel/events.ts";
import type { Session } from "./schema.ts";
import * as table from "./table.ts";

/** A link is typed or clicked at once; one that is found later in a history opens nothing. */
const LINK_MS = 10 * 60_000;
/** A browser that nobody used for a month is asked to sign in again, */
const IDLE_MS = 30 * 24 * 60 * 60_000;
/** and every browser twice a year, so that a cookie that was copied is not good for ever. */
const SESSION_MS = 180 * 24 * 60 * 60_000;
/** That a session is used is written at most so often: a page makes many requests. */
const KEEP_MS = 10 * 60_000;

/** The secret of a new sign-in link. */
export function createLink(ctx: Ctx): string {
  const secret = ctx.ids.secret();
  ctx.db.transact(() => table.insertLink(ctx.db, hashOf(secret), ctx.clock.now() + LINK_MS));
  return secret;
}

/** Whether a link would sign somebody in. */
export function isOpenLink(ctx: Ctx, link: string): boolean {
  return table.findLink(ctx.db, hashOf(link), ctx.clock.now());
}

/** Makes a link useless without signing anybody in. */
export function dropLink(ctx: Ctx, link: string): void {
  ctx.db.transact(() => table.takeLink(ctx.db, hashOf(link), ctx.clock.now()));
}

/** Uses a link up and begins a session; null for one that is unknown, used or too old. The cookie is good for `maxAgeS`. */
export function signIn(ctx: Ctx, link: string, browser: string): { cookie: string; maxAgeS: number } | null {
  return ctx.db.transact(() => {
    const now = ctx.clock.now();
    if (!table.takeLink(ctx.db, hashOf(link), now)) return null;
    const cookie = ctx.ids.secret();
    const session = table.insertSession(ctx.db, hashOf(cookie), { browser, createdAt: now, seenAt: now, expiresAt: now + IDLE_MS });
    record(ctx, { name: "session.opened", source: "person", data: { session: session.id, browser } });
    return { cookie, maxAgeS: SESSION_MS / 1_000 };
  });
}

/** The session of a cookie, null when there is none any more. */
export function findSession(ctx: Ctx, cookie: string): Session | null {
  return table.findSession(ctx.db, hashOf(cookie), ctx.clock.now());
}

/** A session lasts while it is used, up to its end. */
export function keepSession(ctx: Ctx, session: Session): void {
  const now = ctx.clock.now();
  if (now - session.seenAt < KEEP_MS) return;
  const expiresAt = Math.min(now + IDLE_MS, session.createdAt + SESSION_MS);
  ctx.db.transact(() => table.keepSession(ctx.db, session.id, now, expiresAt));
}

export function openSessions(ctx: Ctx): Session[] {
  return table.listSessions(ctx.db, ctx.clock.now());
}

/** Signs one browser out; false when it was not signed in. */
export function endSession(ctx: Ctx, id: number, why: string): boolean {
  return ctx.db.transact(() => {
    if (!table.deleteSession(ctx.db, id)) return false;
    record(ctx, { name: "session.ended", source: "person", data: { session: id, why } });
    return true;
  });
}

/** Signs every browser out and makes every link useless; gives the number of browsers. */
export function endSessions(ctx: Ctx, why: string, source: "person" | "daemon" = "person"): number {
  return ctx.db.transact(() => {
    table.deleteLinks(ctx.db);
    const sessions = table.deleteSessions(ctx.db);
    if (sessions > 0) record(ctx, { name: "session.ended", source, data: { sessions, why } });
    return sessions;
  });
}

/** Writes down that somebody tried to get in: `what` is the link, token or session that was shown, never its value. */
export function recordRefusals(ctx: Ctx, what: string, times: number): void {
  ctx.db.transact(() => record(ctx, { name: "session.refused", source: "outside", data: { what, times } }));
}

/** What the forms of a session carry. It cannot be made without the cookie, and does not tell it. */
export function csrfOf(cookie: string): string {
  return createHmac("sha256", cookie).update("csrf").digest("base64url");
}

/** Equal, without telling by the time it takes how much of it is. */
export function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(createHash("sha256").update(given).digest(), createHash("sha256").update(wanted).digest());
}

function record(ctx: Ctx, event: NewEvent): void {
  appendEvent(ctx.db, ctx.clock.now(), event);
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
