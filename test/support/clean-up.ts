// What a test leaves to be cleaned up after it. Loaded before every file (bunfig.toml), because a hook that a shared file
// registers counts only for the first file that imports it.
import { afterEach } from "bun:test";

const waiting: (() => void | Promise<void>)[] = [];

/** Does this after the current test, whatever happens in it; the last one first. Call it inside a test or a `beforeEach`. */
export function afterThisTest(cleanUp: () => void | Promise<void>): void {
  waiting.push(cleanUp);
}

/** Ending the processes of a home on a loaded machine. */
const CLEAN_UP_MS = 60_000;

afterEach(async () => {
  for (let next = waiting.pop(); next; next = waiting.pop()) await next();
}, CLEAN_UP_MS);
