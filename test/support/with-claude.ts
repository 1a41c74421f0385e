// Tests that run the real Claude Code; where it is not installed they are skipped, and their names say how to get it.
import { test } from "bun:test";
import { findClaude, INSTALL_COMMAND } from "./claude-cli.ts";
import { CLAUDE_MAIN } from "./claude-versions.ts";

/** One agent session takes one to three seconds alone, and many times that on a loaded machine. */
export const CLAUDE_TEST_MS = 90_000;

/** `test` with the executable of that version, or a skipped one. */
export function testWithClaude(name: string, body: (executable: string) => Promise<void>, version = CLAUDE_MAIN): void {
  const executable = findClaude(version);
  if (executable) test(name, () => body(executable), CLAUDE_TEST_MS);
  else test.skip(`${name} [needs Claude Code ${version}: ${INSTALL_COMMAND}]`, () => {});
}
