// How often live pages are made again: soon after a change, but never for more than a share of the daemon's time. Pure.

/** What has changed: what a page is about, or only something else. */
export type Touch = "touched" | "untouched";

/** Between two renderings of one page, in ms: events of one step of an agent come together, and a person sees no difference. */
const GAP_MS = 40;
/** The same after changes of other tasks than the one that a page is about. */
const UNTOUCHED_GAP_MS = 1_000;
/** The part of the daemon's time that making pages again may take; agents are heard in the rest. */
const SHARE = 0.2;
/** Time for pages that may be saved up, in ms: several pages after a quiet time are made at once. */
export const CREDIT_MS = 30;

/** When a page that took `tookMs` to make may be made again, in ms after that. */
export function gapAfter(tookMs: number, touch: Touch): number {
  return Math.max(touch === "touched" ? GAP_MS : UNTOUCHED_GAP_MS, tookMs / SHARE);
}

/** Time for pages that there is after `passedMs`; what they take is taken from it, and below nothing none is made. */
export function creditOf(credit: number, passedMs: number): number {
  return Math.min(CREDIT_MS, credit + passedMs * SHARE);
}
