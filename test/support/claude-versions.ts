// The versions of Claude Code that tests run: the two ends of what ccm says it is tested with.
import { TESTED_FROM, TESTED_TO } from "../../src/agents/claude-versions.ts";

/** The one that every test runs. */
export const CLAUDE_MAIN = TESTED_FROM;
/** Runs the main path too, so that a change of its stream or hooks is seen. */
export const CLAUDE_NEWEST = TESTED_TO;
export const CLAUDE_VERSIONS: readonly string[] = [CLAUDE_MAIN, CLAUDE_NEWEST];
