// Reads the end of a file that somebody else writes, and only when there is something new in it.
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** Gives the last bytes of a file as Latin-1, null while it is as it was at the last call, or no plain file. */
export type NewEnd = () => string | null;

/** Links are not followed, and a pipe does not block: what is there may be an agent's to choose. Costs microseconds when nothing is new. */
export function newEndOf(path: string, limitBytes: number): NewEnd {
  let known = "";
  return () => {
    const file = openPlain(path);
    if (file === null) return null;
    try {
      const { size, mtimeMs, ino } = fstatSync(file);
      const now = `${size} ${mtimeMs} ${ino}`;
      if (now === known) return null;
      known = now;
      const bytes = Buffer.alloc(Math.min(size, limitBytes));
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, Math.max(0, size - limitBytes))).toString("latin1");
    } finally {
      closeSync(file);
    }
  };
}

function openPlain(path: string): number | null {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (fstatSync(file).isFile()) return file;
    closeSync(file);
  } catch {
    // It is not there yet, or is a link.
  }
  return null;
}
