// The versions of Claude Code that tests run: the two ends of what ccm says it is tested with.
import { TESTED_FROM, TESTED_TO } from "../../src/agents/claude/versions.ts";

/** The one that every test runs; CCM_TEST_CLAUDE tries all of them with another, before it is called tested. */
export const CLAUDE_MAIN = process.env.CCM_TEST_CLAUDE ?? TESTED_FROM;
/** Runs the main path too, so that a change of its stream or hooks is seen. */
export const CLAUDE_NEWEST = TESTED_TO;
export const CLAUDE_VERSIONS: readonly string[] = [...new Set([CLAUDE_MAIN, CLAUDE_NEWEST])];
