// What the parts of the app know of the whole: all pages, found by their path.
import type { Ctx } from "../kernel/context.ts";
import type { PageRoute } from "../kernel/page.ts";
import type { Said } from "./said.ts";

export type Site = { ctx: Ctx; pages: readonly PageRoute[]; said: Said };

/** The page that a path leads to, with the parameters in the path; undefined when none does. */
export function findPage(site: Site, path: string): { route: PageRoute; params: Record<string, string> } | undefined {
  for (const route of site.pages) {
    const params = paramsOf(route.path, path);
    if (params) return { route, params };
  }
  return undefined;
}

/** The parameters that a path has by a pattern such as `/tasks/:id`; undefined when it is another path. */
export function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const word = given[index] ?? "";
    const value = part.startsWith(":") ? decoded(word) : undefined;
    if (value !== undefined) params[part.slice(1)] = value;
    else if (part !== word) return undefined;
  }
  return params;
}

/** Undefined for what is no text, such as `%ff`. */
function decoded(word: string): string | undefined {
  try {
    return decodeURIComponent(word);
  } catch {
    return undefined;
  }
}
