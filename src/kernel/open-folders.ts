// Gives the owner of a folder back the right to read and empty it.
import { chmodSync, lstatSync, readdirSync } from "node:fs";

/** Entries that are looked at; more than any real tree has. */
const ENTRIES = 10_000_000;

/** Paths of folders up to this length leave room for any name in them (255 bytes) below PATH_MAX (4,096 bytes). */
const NAMED_BYTES = 3_800;

/**
 * Makes every folder below `top` readable, writable and enterable for its owner; links are not followed. Folders can lie so
 * deep that no path names what is in them: of those `nearer` gives another path, or null to leave them as they are.
 */
export function openUp(top: string, nearer: (folder: Buffer) => Buffer | null = () => null): void {
  const waiting = [Buffer.from(top)];
  for (let seen = 0; seen < ENTRIES; seen++) {
    const found = waiting.pop();
    if (!found) return;
    const stats = lstatSync(found);
    if (!stats.isDirectory()) continue;
    if ((stats.mode & 0o700) !== 0o700) chmodSync(found, (stats.mode & 0o7777) | 0o700);
    const folder = found.length > NAMED_BYTES ? nearer(found) : found;
    // Names as bytes; Bun 1.4 gives no file types with them.
    if (folder)
      for (const name of readdirSync(folder, { encoding: "buffer" })) waiting.push(Buffer.concat([folder, Buffer.from("/"), name]));
  }
}
