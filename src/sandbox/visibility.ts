// Which paths a spec lets a command see: the deepest mark that holds a path decides. Pure.
import type { SandboxSpec } from "./schema.ts";

/** What a path is: not there, there to read, there to read and write, or read-only inside what may be written. */
export type Mark = "hide" | "show" | "write" | "protect";

/** Marks by path, outer paths before inner ones. */
export type Marks = ReadonlyMap<string, Mark>;

/**
 * At the same path `write` wins over `show` and `show` over `hide`; `protect` marks only what lies inside `write`.
 * Folders between the two are marked too: as mounts of their own they cannot be renamed away with what they hold.
 */
export function marksOf(spec: Pick<SandboxSpec, "hide" | "show" | "write" | "protect">): Marks {
  const marks = new Map<string, Mark>();
  for (const mark of ["hide", "show", "write", "protect"] as const) for (const path of spec[mark]) marks.set(path, mark);
  for (const folder of spec.protect.flatMap(ancestors)) {
    if (!marks.has(folder) && markOf(marks, folder) === "write") marks.set(folder, "write");
  }
  return new Map([...marks].sort(([a], [b]) => byDepth(a, b)));
}

/** The mark that decides for a path itself: its own or that of the nearest folder above; everything else is shown. */
export function markOf(marks: Marks, path: string): Mark {
  for (let at = path; at !== "/"; at = parent(at)) {
    const mark = marks.get(at);
    if (mark) return mark;
  }
  return marks.get("/") ?? "show";
}

/**
 * The fewest paths that together hold everything readable and nothing hidden. `list` gives a folder's entries without
 * symbolic links, and nothing for what is no folder.
 */
export function readable(marks: Marks, list: (folder: string) => readonly string[]): string[] {
  const holdsHidden = new Set<string>();
  const holdsShown = new Set<string>();
  for (const [path, mark] of marks) for (const folder of ancestors(path)) (mark === "hide" ? holdsHidden : holdsShown).add(folder);

  const marked = Map.groupBy(
    [...marks.keys(), ...holdsShown, ...holdsHidden].filter((path) => path !== "/"),
    parent,
  );

  function visit(path: string, around: "hidden" | "shown"): string[] {
    const mark = marks.get(path);
    const state = mark === undefined ? around : mark === "hide" ? "hidden" : "shown";
    if (state === "shown" && !holdsHidden.has(path)) return [path];
    if (state === "hidden" && !holdsShown.has(path)) return [];
    const listed = state === "shown" ? list(path).map((name) => join(path, name)) : [];
    return [...new Set([...(marked.get(path) ?? []), ...listed])].flatMap((entry) => visit(entry, state));
  }

  return visit("/", "shown");
}

/** The folders above a path, outermost first: "/" and so on, without the path itself. */
export function ancestors(path: string): string[] {
  const above: string[] = [];
  for (let at = path; at !== "/"; ) {
    at = parent(at);
    above.unshift(at);
  }
  return above;
}

export function parent(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function join(folder: string, name: string): string {
  return folder === "/" ? `/${name}` : `${folder}/${name}`;
}

/** Outer paths before inner ones, for sort(). */
export function byDepth(a: string, b: string): number {
  return depth(a) - depth(b) || (a < b ? -1 : 1);
}

function depth(path: string): number {
  return path === "/" ? 0 : path.split("/").length - 1;
}
