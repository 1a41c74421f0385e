// Who is at the door of the page: sessions of browsers, links that sign in, the token of scripts.

/** A browser that is signed in, and what it says it is. Only a hash of its cookie is kept. Times are epoch ms. */
export type Session = { id: number; browser: string; createdAt: number; seenAt: number; expiresAt: number };

/**
 * Who asks, once admitted. `csrf` belongs to the session and is in every form; scripts with the token have none. `stays` asks
 * whether they would still be let in, for answers that take long.
 */
export type Visitor = BrowserVisitor | { kind: "script"; by: string; stays(): boolean };
/** `session` is the id of its session. */
export type BrowserVisitor = { kind: "browser"; csrf: string; by: string; session: number; stays(): boolean };
