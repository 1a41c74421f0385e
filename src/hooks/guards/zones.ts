// Where a path of a run lies: in git's own folders, where it may write, where it may not look. Pure.
import type { GuardPlaces } from "../rules.ts";
import { resolvedAt } from "../shell/builtins.ts";
import { isKnown, NAME, UNSET } from "../shell/values.ts";

/** `git`: the git directory, and the file in the tree that leads to it. `shown`: to read only. */
export type Zone = "git" | "writable" | "shown" | "hidden";

/** Folders that at `namespace` are the sandbox's own, and devices that everybody may use. */
const OWN = ["/tmp", "/dev/shm", "/dev/pts"];
const DEVICES = new Set(["null", "zero", "full", "random", "urandom", "tty", "stdin", "stdout", "stderr"].map((name) => `/dev/${name}`));

/** Of nested marks the innermost decides, as in the sandbox. `path` is absolute. */
export function zoneOf(path: string, places: GuardPlaces): Zone {
  if (isIn(path, `${places.tree}/.git`) || isIn(path, places.git)) return "git";
  if (DEVICES.has(path) || path.startsWith("/dev/fd/") || path.startsWith("/dev/tcp/")) return "writable";
  const zones: [Zone, readonly string[]][] = [
    ["hidden", places.hide],
    ["shown", places.show],
    ["writable", places.level === "namespace" ? [...places.write, ...OWN] : places.write],
    ["shown", places.protect],
  ];
  let [deepest, zone]: [number, Zone] = [-1, "shown"];
  for (const [kind, folders] of zones)
    for (const folder of folders) if (folder.length >= deepest && isIn(path, folder)) [deepest, zone] = [folder.length, kind];
  return zone;
}

export function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/** The folders and files that a word of a command may mean; of a pattern for everything in a folder, the folder. */
export function targetsOf(word: string, cwd: string | null): string[] {
  const spoken = word.includes(UNSET) ? [word.replaceAll(UNSET, "")] : [word];
  return spoken.flatMap((text) => {
    const whole = text.endsWith(`/${NAME}`)
      ? text.slice(0, -1)
      : text === NAME
        ? "."
        : text.endsWith(`/.${NAME}`) || text === `.${NAME}`
          ? `${text.slice(0, -2)}.git`
          : text;
    const path = isKnown(whole) ? resolvedAt(cwd, whole) : null;
    return path === null ? [] : [path];
  });
}

/** Whether a run loses more than work of its own when this is gone: the system, a home, the whole tree, its git directory. */
export function isVital(path: string, places: GuardPlaces): boolean {
  if (isIn(places.tree, path) || path === places.home || path === `${places.tree}/.git` || isIn(places.git, path)) return true;
  return path !== "/tmp" && (/^\/[^/]*$/.test(path) || /^\/(?:home|Users)\/[^/]+$/.test(path));
}
