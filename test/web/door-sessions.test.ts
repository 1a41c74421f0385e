// Sessions, links and the token: how long each is good for, what is kept of it, and what the commands say.
import { beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, readFileSync, statSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ctx } from "../../src/kernel/context.ts";
import { readEvents } from "../../src/kernel/events.ts";
import { realIds } from "../../src/kernel/ids.ts";
import { createLink, endSessions, findSession, isOpenLink, keepSession, openSessions, signIn } from "../../src/web/actions.ts";
import { renewToken, tokenOf } from "../../src/web/token.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let home: CommandHome;
let ctx: Ctx;
beforeEach(() => {
  home = openCommandHome();
  ctx = { ...home.ctx, ids: realIds };
});

const enter = () => signIn(ctx, createLink(ctx), "Firefox, Linux")?.cookie ?? "";

/** What a browser does: shows its cookie, and is remembered for it. */
function use(cookie: string): boolean {
  const session = findSession(ctx, cookie);
  if (session) keepSession(ctx, session);
  return session !== null;
}

describe("a link", () => {
  test("is good once", () => {
    const link = createLink(ctx);
    expect(signIn(ctx, link, "curl")).not.toBeNull();
    expect(signIn(ctx, link, "curl")).toBeNull();
  });

  test("is good for ten minutes", () => {
    const link = createLink(ctx);
    home.clock.advance(10 * MINUTE - 1);
    expect(isOpenLink(ctx, link)).toBe(true);
    home.clock.advance(1);
    expect(isOpenLink(ctx, link)).toBe(false);
    expect(signIn(ctx, link, "curl")).toBeNull();
  });

  test("is worth nothing once everybody was signed out", () => {
    const link = createLink(ctx);
    endSessions(ctx, "a test");
    expect(signIn(ctx, link, "curl")).toBeNull();
  });
});

describe("a session", () => {
  test("ends a month after it was last used", () => {
    const cookie = enter();
    for (let month = 0; month < 3; month++) {
      home.clock.advance(29 * DAY);
      expect(use(cookie)).toBe(true);
    }
    home.clock.advance(30 * DAY);
    expect(use(cookie)).toBe(false);
  });

  test("ends after half a year, however much it is used", () => {
    const cookie = enter();
    let days = 0;
    for (; use(cookie); days++) home.clock.advance(DAY);
    expect(days).toBe(180);
  });

  test("is written down only now and then while it is used", () => {
    const cookie = enter();
    home.clock.advance(9 * MINUTE);
    const before = ctx.db.changes();
    expect(use(cookie)).toBe(true);
    expect(ctx.db.changes()).toBe(before);
    home.clock.advance(MINUTE);
    use(cookie);
    expect(ctx.db.changes()).toBe(before + 1);
  });

  test("is kept as a hash, and so is a link: a copy of the database opens nothing", () => {
    const [cookie, link] = [enter(), createLink(ctx)];
    ctx.db.sql.run("PRAGMA wal_checkpoint(TRUNCATE)");
    const bytes = readFileSync(home.paths.database, "latin1");
    for (const secret of [cookie, link]) expect(bytes).not.toContain(secret);
  });

  test("leaves its marks in the record, without a secret", () => {
    const cookie = enter();
    endSessions(ctx, "a test");
    const events = readEvents(ctx.db, { after: 0, limit: 10 });
    expect(events.map(({ name, data }) => [name, data])).toEqual([
      ["session.opened", { session: 1, browser: "Firefox, Linux" }],
      ["session.ended", { sessions: 1, why: "a test" }],
    ]);
    expect(JSON.stringify(events)).not.toContain(cookie);
  });
});

describe("the commands", () => {
  test("list sessions and end them, one or all", async () => {
    const cookies = [enter(), enter(), enter()];
    expect(await home.json<object[]>("web", "sessions")).toMatchObject([
      { session: 1, browser: "Firefox, Linux" },
      { session: 2 },
      { session: 3 },
    ]);
    expect(await home.out("web", "sign-out", "2")).toBe("Session 2 was signed out.\n");
    expect(cookies.map(use)).toEqual([true, false, true]);
    expect(await home.out("web", "sign-out", "--all")).toBe("2 browsers were signed out.\n");
    expect(cookies.map(use)).toEqual([false, false, false]);
    expect(await home.out("web", "sessions")).toBe("No browser is signed in. `ccm open` signs one in.\n");
    expect(openSessions(ctx)).toEqual([]);
  });

  test("refuse what is no session", async () => {
    for (const word of ["2", "first", "1; DROP TABLE web_sessions"])
      expect(await home.fault("web", "sign-out", word)).toMatchObject({ code: "not_found", hint: "`ccm web sessions` lists them." });
    expect(await home.fault("web", "sign-out")).toMatchObject({ code: "invalid" });
  });

  test("print the token, and make another", async () => {
    const token = (await home.out("web", "token")).trim();
    expect(tokenOf(home.paths)).toBe(token);
    const other = (await home.out("web", "token", "--new")).trim();
    expect(other).not.toBe(token);
    expect(tokenOf(home.paths)).toBe(other);
  });
});

describe("the token's file", () => {
  const file = () => join(home.paths.home, "token");

  test("is for its owner alone", () => {
    tokenOf(home.paths);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  test.each([
    ["is empty", () => writeFileSync(file(), "")],
    ["ends early", () => writeFileSync(file(), "abc")],
    ["has more in it", () => writeFileSync(file(), `${realIds.secret()}\n${realIds.secret()}\n`)],
    ["may be read by others", () => chmodSync(file(), 0o644)],
    [
      "leads elsewhere",
      () => {
        unlinkSync(file());
        symlinkSync("/etc/hostname", file());
      },
    ],
  ])("is made anew where it %s", (_, spoil) => {
    const token = tokenOf(home.paths);
    spoil();
    const next = tokenOf(home.paths);
    expect(next).not.toBe(token);
    expect(next).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(renewToken(home.paths)).toBe(tokenOf(home.paths));
  });
});
