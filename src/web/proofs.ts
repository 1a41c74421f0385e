// What a visitor shows at the door: the token of scripts or the cookie of a session, and where they show it from.
import type { Ctx } from "../kernel/context.ts";
import { csrfOf, endSession, findSession, isSame, keepSession, recordRefusals } from "./actions.ts";
import { createPeers, type Peer } from "./peers.ts";
import { bearerOf, cookiesNamed } from "./rules.ts";
import type { BrowserVisitor, Visitor } from "./schema.ts";
import { tokenOf } from "./token.ts";

/** Cookies of our name that are looked at: another port of this machine can put some in front of the right one. */
const COOKIES = 4;
/** Wrong proofs of a kind are written down at most so often, with their number: whoever guesses must not fill the record. */
const REFUSALS_MS = 60_000;

export type Proofs = {
  /** Who this is, by the token or by a cookie of that name; null for everybody else, and for processes of runs. */
  visitorOf(request: Request, cookieName: string, peer: Peer | null): Visitor | null;
  /** Whether somebody with a sign-in link may use it. */
  maySignIn(peer: Peer | null): boolean;
  /** Writes down that a link opened nothing. */
  wrongLink(): void;
};

export function createProofs(ctx: Ctx, port: number): Proofs {
  const peers = createPeers(ctx);
  const refused = createRefusals(ctx);

  function scriptOf(authorization: string): Visitor | null {
    const token = bearerOf(authorization);
    const stays = () => token !== null && isSame(token, tokenOf(ctx.paths));
    if (stays()) return { kind: "script", by: "api", stays };
    refused("a token");
    return null;
  }

  function browserOf(request: Request, name: string): BrowserVisitor | null {
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
    visitorOf(request, cookieName, peer) {
      // A token that is shown and is wrong is not made good by a cookie.
      const authorization = request.headers.get("authorization");
      const visitor = authorization === null ? browserOf(request, cookieName) : scriptOf(authorization);
      const from = visitor ? peers.judge(peer, port) : "elsewhere";
      if (!visitor || from === "elsewhere") return visitor;
      refused(visitor.kind === "script" ? "the token, shown by a process of a run," : "a cookie, shown by a process of a run,");
      if (visitor.kind === "browser" && from === "run") endSession(ctx, visitor.session, "a process of a run showed its cookie");
      return null;
    },
    maySignIn(peer) {
      if (peers.judge(peer, port) === "elsewhere") return true;
      refused("a link, shown by a process of a run,");
      return false;
    },
    wrongLink: () => refused("a link"),
  };
}

function createRefusals(ctx: Ctx): (what: string) => void {
  const counts = new Map<string, { times: number; recordedAt: number }>();
  return (what) => {
    const count = counts.get(what) ?? { times: 0, recordedAt: Number.NEGATIVE_INFINITY };
    counts.set(what, count);
    count.times += 1;
    const now = ctx.clock.elapsed();
    if (now - count.recordedAt < REFUSALS_MS) return;
    recordRefusals(ctx, what, count.times);
    counts.set(what, { times: 0, recordedAt: now });
  };
}
