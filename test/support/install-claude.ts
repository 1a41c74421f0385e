// Installs every version of Claude Code that tests run; the exit code is 1 when one cannot be had.
import { INSTALL_COMMAND, installClaude } from "./claude-cli.ts";
import { CLAUDE_VERSIONS } from "./claude-versions.ts";

for (const version of CLAUDE_VERSIONS) {
  try {
    installClaude(version);
  } catch (thrown) {
    console.error(`Claude Code ${version} is not installed, and tests that need it are skipped. Try again with: ${INSTALL_COMMAND}`);
    console.error(thrown instanceof Error ? thrown.message : String(thrown));
    process.exitCode = 1;
  }
}
