// Gives the owner of a folder back the right to read and empty it.
import { chmodSync, lstatSync, readdirSync } from "node:fs";

/** Entries that are looked at; more than any real tree has. */
const ENTRIES = 10_000_000;

/** Makes every folder below `top` readable, writable and enterable for its owner; links are not followed. */
export function openUp(top: string): void {
  const waiting = [Buffer.from(top)];
  for (let seen = 0; seen < ENTRIES; seen++) {
    const folder = waiting.pop();
    if (!folder) return;
    const found = lstatSync(folder);
    if (!found.isDirectory()) continue;
    if ((found.mode & 0o700) !== 0o700) chmodSync(folder, (found.mode & 0o7777) | 0o700);
    // Names as bytes; Bun 1.4 gives no file types with them.
    for (const name of readdirSync(folder, { encoding: "buffer" })) waiting.push(Buffer.concat([folder, Buffer.from("/"), name]));
  }
}
