// Who is at the door of the page: sessions of browsers, links that sign in, the token of scripts.

/** A browser that is signed in. Only a hash of its cookie is kept. Times are epoch ms. */
export type Session = { id: number; createdAt: number; seenAt: number; expiresAt: number };

/**
 * Who asks, once admitted. `csrf` belongs to the session and is in every form; scripts with the token have none. `stays` asks
 * whether they would still be let in, for answers that take long.
 */
export type Visitor = { kind: "browser"; csrf: string; by: string; stays(): boolean } | { kind: "script"; by: string; stays(): boolean };
