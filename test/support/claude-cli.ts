// The real Claude Code for tests: one executable a version in a cache outside the tree, shared by all checkouts of a person.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** What a test that is skipped names. */
export const INSTALL_COMMAND = "npm run agents";

const PACKAGE = "@anthropic-ai/claude-code";
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "ccm-agents");
/** A download of about 80 MB from the registry. */
const INSTALL_TIMEOUT_MS = 300_000;

/** The executable of that version, or null when it is not installed. It was tried before it was put there. */
export function findClaude(version: string): string | null {
  const executable = join(CACHE, version, "claude");
  return existsSync(executable) ? executable : null;
}

/**
 * Installs that version unless it is there, and gives its executable. Two at once are no harm: each works in a folder of
 * its own, and the first to rename it wins. Throws with what npm or the executable said.
 */
export function installClaude(version: string): string {
  const found = findClaude(version);
  if (found) return found;
  mkdirSync(CACHE, { recursive: true });
  removeLeftovers();
  const folder = mkdtempSync(join(CACHE, "installing-"));
  try {
    const ready = join(folder, "ready");
    mkdirSync(ready);
    renameSync(download(version, folder), join(ready, "claude"));
    chmodSync(join(ready, "claude"), 0o755);
    tryOut(join(ready, "claude"), version);
    putInPlace(ready, version);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  return join(CACHE, version, "claude");
}

/** Folders of installations that were killed: each holds hundreds of MB. */
function removeLeftovers(): void {
  for (const name of readdirSync(CACHE).filter((one) => one.startsWith("installing-"))) {
    const folder = join(CACHE, name);
    const startedAt = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - startedAt > 2 * INSTALL_TIMEOUT_MS) rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Gives npm's copy of the executable. It lies in the package of this platform, which is why no install script is needed:
 * the main package only links it. Package: @anthropic-ai/claude-code.
 */
function download(version: string, folder: string): string {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: { [PACKAGE]: version } }));
  const retries = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"];
  const words = ["install", "--loglevel=error", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", ...retries];
  const install = Bun.spawnSync(["npm", ...words], { cwd: folder, stdin: "ignore", stderr: "pipe", timeout: INSTALL_TIMEOUT_MS });
  if (install.exitCode !== 0) throw new Error(`npm install of ${PACKAGE}@${version} failed: ${install.stderr}${install.stdout}`);
  const packages = join(folder, "node_modules/@anthropic-ai");
  const platform = readdirSync(packages).find((name) => existsSync(join(packages, name, "claude")));
  if (!platform) throw new Error(`${PACKAGE}@${version} has no executable for ${process.platform}-${process.arch}.`);
  return join(packages, platform, "claude");
}

function tryOut(executable: string, version: string): void {
  const said = Bun.spawnSync([executable, "--version"], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const text = said.stdout.toString().trim();
  if (said.exitCode !== 0 || !text.startsWith(version)) {
    throw new Error(`${executable} --version said "${text}" and "${said.stderr}" instead of "${version}".`);
  }
}

function putInPlace(ready: string, version: string): void {
  try {
    renameSync(ready, join(CACHE, version));
  } catch (thrown) {
    if (!findClaude(version)) throw thrown; // Another one was first.
  }
}
