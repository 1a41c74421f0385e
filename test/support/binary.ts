// The built executable, for tests that need the real thing: built once when it is missing or older than its sources.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
/** What the executable is made of. */
const SOURCES = ["src", "views", "public", "migrations", "automations", "build.ts", "package.json", "package-lock.json"];

let path: string | undefined;

/** The executable that CCM_BINARY names, or dist/ccm, built first if need be. */
export function binary(): string {
  path ??= process.env.CCM_BINARY ?? built();
  return path;
}

function built(): string {
  const executable = join(ROOT, "dist/ccm");
  if (existsSync(executable) && statSync(executable).mtimeMs >= newest()) return executable;
  const build = Bun.spawnSync([process.execPath, "run", "build.ts"], { cwd: ROOT, stderr: "pipe" });
  if (build.exitCode !== 0) throw new Error(`The build failed: ${build.stderr.toString()}`);
  return executable;
}

function newest(): number {
  const files = SOURCES.filter((name) => existsSync(join(ROOT, name))).flatMap((name) => {
    const found = join(ROOT, name);
    if (!statSync(found).isDirectory()) return [found];
    return readdirSync(found, { recursive: true }).map((below) => join(found, String(below)));
  });
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}
