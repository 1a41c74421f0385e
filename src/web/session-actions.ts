// `ccm web sessions`, `sign-out` and `token`: who may use the page and the API, as the owner of CCM_HOME decides.
import { Fault } from "../kernel/fault.ts";
import type { CommandHost } from "../kernel/module.ts";
import { textTable } from "../kernel/text-table.ts";
import { ago } from "../kernel/time-text.ts";
import { endSession, endSessions, openSessions } from "./actions.ts";
import type { SignOutOptions, TokenOptions } from "./commands.ts";
import { renewToken, tokenOf } from "./token.ts";

export async function sessions(host: CommandHost): Promise<void> {
  const ctx = await host.open();
  const open = openSessions(ctx);
  const now = ctx.clock.now();
  const iso = (at: number) => new Date(at).toISOString();
  const asJson = open.map(({ id, browser, createdAt, seenAt, expiresAt }) => ({
    session: id,
    browser,
    createdAt: iso(createdAt),
    seenAt: iso(seenAt),
    expiresAt: iso(expiresAt),
  }));
  host.print(asJson, () => {
    if (open.length === 0) return "No browser is signed in. `ccm open` signs one in.";
    return textTable(
      [{ title: "SESSION" }, { title: "BROWSER", shrink: true }, { title: "SIGNED IN" }, { title: "SEEN" }],
      open.map(({ id, browser, createdAt, seenAt }) => [String(id), browser, ago(createdAt, now), ago(seenAt, now)]),
      host.columns,
    );
  });
}

/** Faults: `invalid` without a session, `not_found` for one that is not signed in. */
export async function signOut(host: CommandHost, word: string | undefined, options: SignOutOptions): Promise<void> {
  const ctx = await host.open();
  if (options.all) {
    const count = endSessions(ctx, "ccm web sign-out --all");
    host.print({ signedOut: count }, () => (count === 1 ? "One browser was signed out." : `${count} browsers were signed out.`));
    return;
  }
  if (word === undefined)
    throw new Fault("invalid", "Which browser is to be signed out?", "`ccm web sessions` lists them; --all means all.");
  if (!/^\d{1,15}$/.test(word) || !endSession(ctx, Number(word), "ccm web sign-out"))
    throw new Fault("not_found", `There is no session "${word}".`, "`ccm web sessions` lists them.");
  host.print({ signedOut: 1 }, () => `Session ${word} was signed out.`);
}

export async function token(host: CommandHost, options: TokenOptions): Promise<void> {
  const { paths } = await host.open();
  const text = options.new ? renewToken(paths) : tokenOf(paths);
  host.print({ token: text }, () => text);
}
