// Whether a file may be run as the person: theirs, writable by nobody else, and in its place.
import { lstatSync, realpathSync, type Stats } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { AutomationOrder } from "../schema.ts";

/** What a folder of CCM_HOME holds of automations. `enabled` has links into `available`, or programs themselves. */
export type AutomationPlaces = { root: string; available: string; enabled: string; library: string; shipped: string };

export function automationPlaces(home: string): AutomationPlaces {
  const root = join(home, "automations");
  return {
    root,
    available: join(root, "available"),
    enabled: join(root, "enabled"),
    library: join(root, "lib", "ccm.bash"),
    shipped: join(root, "shipped.json"),
  };
}

const WRITABLE_BY_OTHERS = 0o022;
const EXECUTABLE = 0o100;

/**
 * Why the automation at this path (in `available` or `enabled`) must not be run, or null. Looked at anew before each start:
 * what it runs as could do everything. Its library is part of it.
 */
export function dangerOf(home: string, path: string): string | null {
  const places = automationPlaces(home);
  try {
    return (
      dangerOfFolders([home, places.root, dirname(path), places.available]) ??
      dangerOfFile(path, places.available) ??
      dangerOfLibrary(places.library)
    );
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === "ENOENT") return "it is not there, or leads to nothing.";
    return `it cannot be looked at (${code ?? String(thrown)}).`;
  }
}

/** The same of a secret that it says it needs, and that nobody has allowed it. */
export function refusedSecret({ name, secrets }: Pick<AutomationOrder, "name" | "secrets">): string | null {
  const refused = secrets.find(({ store }) => store === null);
  return refused ? `it may not have the secret "${refused.name}". Try: ccm secret set ${refused.name} --for automation:${name}` : null;
}

function dangerOfFolders(folders: readonly string[]): string | null {
  for (const folder of folders) {
    const stat = lstatSync(folder === folders[0] ? realpathSync(folder) : folder); // CCM_HOME itself may be a link of the person's.
    if (!stat.isDirectory()) return `"${folder}" is no folder, but leads elsewhere.`;
    const danger = dangerOfOwner(stat, folder);
    if (danger) return danger;
  }
  return null;
}

function dangerOfFile(path: string, available: string): string | null {
  const real = realpathSync(path);
  const isLink = lstatSync(path).isSymbolicLink();
  if (isLink && dirname(real) !== realpathSync(available)) return `it leads to "${real}", which is not in automations/available.`;
  const stat = lstatSync(real);
  if (!stat.isFile()) return "it is no file.";
  if (stat.nlink > 1) return "it has a second name elsewhere (a hard link), by which it could be changed. Copy it instead.";
  if ((stat.mode & EXECUTABLE) === 0) return `it is not executable. Try: chmod +x '${real}'`;
  return dangerOfOwner(stat, basename(path));
}

/** Sourced by automations, so what holds for them holds for it; without one they do without. */
function dangerOfLibrary(library: string): string | null {
  const stat = lstatSync(library, { throwIfNoEntry: false });
  if (!stat) return null;
  if (!stat.isFile() || stat.nlink > 1) return `"${library}" is no plain file.`;
  return dangerOfFolders([dirname(library)]) ?? dangerOfOwner(stat, library);
}

function dangerOfOwner(stat: Stats, name: string): string | null {
  if (stat.uid !== process.geteuid?.()) return `"${name}" belongs to another user (${stat.uid}).`;
  return (stat.mode & WRITABLE_BY_OTHERS) === 0 ? null : `others may write "${name}". Try: chmod go-w on it.`;
}
