// The versions of Claude Code that tests run: the first that ccm was written for, and the newest on npm since.

/** The one that every test runs. */
export const CLAUDE_MAIN = "2.1.197";
/** Runs the main path too, so that a change of its stream or hooks is seen. */
export const CLAUDE_NEWEST = "2.1.330";
export const CLAUDE_VERSIONS: readonly string[] = [CLAUDE_MAIN, CLAUDE_NEWEST];
