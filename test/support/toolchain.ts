// vitest and tsx for the sandbox's tests, installed once beside the checkout's own packages and never part of them.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dir, "../../node_modules/.cache/ccm-toolchain");
const PACKAGES = { tsx: "4.20.6", vitest: "3.2.4" };

/** The folder that has them in its node_modules; needs the npm registry the first time. */
export function toolchain(): string {
  if (existsSync(join(FOLDER, "node_modules/.package-lock.json"))) return FOLDER;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "package.json"), JSON.stringify({ private: true, dependencies: PACKAGES }));
  const install = Bun.spawnSync(["npm", "install", "--silent", "--no-audit", "--no-fund"], { cwd: FOLDER, stderr: "pipe" });
  if (install.exitCode !== 0) throw new Error(`npm install of ${Object.keys(PACKAGES).join(" and ")} failed: ${install.stderr}`);
  return FOLDER;
}
