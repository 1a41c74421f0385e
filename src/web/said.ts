// What a form did, for a browser that sent it without scripts: the page that it is led to says it, once.

/** A browser follows a redirect at once; what it never fetched is not said hours later on another visit, in ms. */
const KEPT_MS = 60_000;
/** Sentences that wait at a time: each waits for one request. */
const MOST = 100;

export type Said = {
  /** `csrf` is whose session it is, `path` where the browser is led to; a place within the page is not sent to servers. */
  keep(csrf: string, path: string, text: string): void;
  /** What that session is to be told on that page; null when there is nothing. */
  take(csrf: string, path: string): string | null;
};

/** `elapsed` is a clock that only grows, in ms. */
export function createSaid(elapsed: () => number): Said {
  const waiting = new Map<string, { text: string; at: number }>();
  const keyOf = (csrf: string, path: string) => `${csrf} ${path.replace(/#.*/s, "")}`;
  return {
    keep(csrf, path, text) {
      // The oldest first: a map keeps the order in which it was filled.
      for (const [key, { at }] of waiting) if (waiting.size >= MOST || elapsed() - at > KEPT_MS) waiting.delete(key);
      waiting.set(keyOf(csrf, path), { text, at: elapsed() });
    },
    take(csrf, path) {
      const key = keyOf(csrf, path);
      const found = waiting.get(key);
      waiting.delete(key);
      return found && elapsed() - found.at <= KEPT_MS ? found.text : null;
    },
  };
}
