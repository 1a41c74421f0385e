// What a tab shows, in a few letters: the id of every event of the live stream, from which a tab that comes back goes on.
import type { Section } from "../kernel/page.ts";
import { assetsVersion } from "./assets.ts";

/**
 * The version of the assets, which sections the page has, and for each that is not still its token: a digest of the
 * markup, or for a feed the cursor. Joined by dots.
 */
export type State = { version: string; structure: string; tokens: readonly string[] };

/** A section's token, and its markup where it is live. */
export function digestOf(html: string): string {
  return Bun.hash(html).toString(36);
}

export function stateOf(sections: readonly Section[], tokens: readonly string[]): State {
  return { version: assetsVersion(), structure: digestOf(sections.map(({ kind, id }) => `${kind} ${id}`).join()), tokens };
}

export function writeState(state: State): string {
  const strange = state.tokens.find((token) => !/^\w*$/.test(token));
  if (strange !== undefined) throw new Error(`The cursor "${strange}" has more than letters and digits.`);
  return [state.version, state.structure, ...state.tokens].join(".");
}

/** Of whatever a browser sends: a state that no page has leads to the whole page. */
export function readState(text: string): State {
  const [version = "", structure = "", ...tokens] = text.split(".");
  return { version, structure, tokens };
}
