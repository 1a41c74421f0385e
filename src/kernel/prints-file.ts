// CCM_HOME/prints.json: the prints of all stored secrets, for every process that writes or shows texts and opens no database.
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { messageOf } from "./fault.ts";
import { createMatcher, NO_MATCHER, type Prints } from "./prints.ts";
import { recognise } from "./redact.ts";

/** Recognises what is stored from now on, in this process; the function that it gives looks whether that has changed. */
export function followPrints(file: string): () => void {
  let seen = "";
  function look(): void {
    const now = stateOf(file);
    if (now === seen) return;
    seen = now;
    try {
      recognise(now === "" ? NO_MATCHER : createMatcher(JSON.parse(readFileSync(file, "utf8"))));
    } catch (thrown) {
      // What was known stays known. The daemon writes the file again when it starts.
      process.stderr.write(`ccm: "${file}" cannot be read, so new secrets are not recognised: ${messageOf(thrown)}\n`);
    }
  }
  look();
  return look;
}

/** Whoever reads meanwhile gets the whole of the old or the whole of the new one. */
export function writePrints(file: string, prints: readonly Prints[]): void {
  const text = JSON.stringify(prints);
  if (text === textOf(file)) return;
  const half = `${file}.${process.pid}.tmp`;
  rmSync(half, { force: true });
  writeFileSync(half, text, { mode: 0o600, flag: "wx" });
  renameSync(half, file);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return JSON.stringify([]); // A home without secrets needs no file.
  }
}

/** Another text is another file, because it is replaced by renaming; empty for none. */
function stateOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.ino} ${found.mtimeMs} ${found.size}` : "";
}
