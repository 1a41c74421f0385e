// Which versions of Claude Code ccm knows. Pure.
import type { Standing } from "../schema.ts";

/** Tests run the first and the last of these against a scripted model, with all that a run needs. */
export const TESTED_FROM = "2.1.197";
export const TESTED_TO = "2.1.330";

/**
 * With this one a hook may defer a call, by which a question waits without a process; HTTP hooks came in 2.1.63. Older
 * ones take the words that ccm starts them with and then ignore what they do not know.
 */
export const OLDEST = "2.1.89";

/** The version in the answer to `claude --version`: `2.1.197 (Claude Code)`; null when it is something else. */
export function versionIn(answer: string): string | null {
  return /^\s*(\d+\.\d+\.\d+)\b/.exec(answer)?.[1] ?? null;
}

/** Less than 0 when `a` is older than `b`; both three numbers with dots between. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(".").map(Number));
  return [0, 1, 2].map((i) => (left?.[i] ?? 0) - (right?.[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

export function standingOf(version: string | null): Standing {
  if (version === null) return "unknown";
  if (compareVersions(version, OLDEST) < 0) return "old";
  if (compareVersions(version, TESTED_FROM) < 0) return "older";
  return compareVersions(version, TESTED_TO) > 0 ? "newer" : "tested";
}

/** The version with what is known of it: `2.0.1: too old, ccm needs 2.1.89 or newer`. */
export function standingText(version: string | null): string {
  const tested = `tested with ${TESTED_FROM} – ${TESTED_TO}`;
  switch (standingOf(version)) {
    case "unknown":
      return `it does not tell its version; ${tested}`;
    case "old":
      return `${version}: too old, ccm needs ${OLDEST} or newer; ${tested}`;
    case "older":
      return `${version}: older than what is tested; ${tested}`;
    case "newer":
      return `${version}: newer than what is tested; ${tested}`;
    case "tested":
      return `${version}; ${tested}`;
  }
}
