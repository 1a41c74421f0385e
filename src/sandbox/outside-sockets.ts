// Unix sockets that programs outside listen on: a read-only mount keeps nobody from connecting, so each is to be covered.
import { lstatSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";

/** In /proc/net/unix an entry ends where another begins: the name at its end may hold anything, a line break too. */
const BETWEEN_ENTRIES = /\n(?=[0-9a-f]{8,16}: )/;
/** Seven columns, then the name. One that starts with "@" is no file. */
const NAMED = /^(?:\S+\s+){7}([^@][\s\S]*)$/;

/**
 * Where they are now, without links on the way. The kernel lists each by the name that its program gave to bind(2), through
 * links or senseless here: whoever listens chooses it, a run in the same network included. So nothing is believed but that
 * there is a socket.
 */
export function outsideSockets(): string[] {
  return whereSockets(names().filter(isAbsolute));
}

/**
 * Those that were named from the folder that their program was in, in which it mostly still is: to be asked outside, since
 * who has a user namespace of its own may not know the folders of others. `findFolders` is asked where there is such a name.
 */
export function socketsNamedFrom(findFolders: () => readonly string[]): string[] {
  const relative = names().filter((name) => !isAbsolute(name));
  if (relative.length === 0) return [];
  return whereSockets([...new Set(findFolders())].flatMap((folder) => relative.map((name) => join(folder, name))));
}

function names(): string[] {
  const entries = readFileSync("/proc/net/unix", "utf8").trimEnd().split(BETWEEN_ENTRIES);
  return [...new Set(entries.flatMap((entry) => NAMED.exec(entry)?.[1] ?? []))];
}

function whereSockets(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => socketAt(path) ?? []))];
}

function socketAt(path: string): string | undefined {
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return join(realpathSync.native(dirname(path)), basename(path));
  } catch {} // Where this user cannot enter the command cannot either.
}
