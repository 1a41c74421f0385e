// Builds dist/ccm, one executable: `bun run build.ts [TARGET]...`, targets as in `bun-linux-arm64`, by default this machine's.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = import.meta.dir;
const DIST = join(ROOT, "dist");

/**
 * Variables by which any Bun executable runs foreign code before its own first line: a preload, the `bun` command
 * line instead of the program, a debugger. The executable cannot refuse them at run time, so the runtime that it is
 * made from does not know them: .github/decisions/0001-one-compiled-executable.md.
 */
const DISARMED = ["BUN_OPTIONS", "BUN_BE_BUN", "BUN_INSPECT", "BUN_INSPECT_PRELOAD", "BUN_INSPECT_CONNECT_TO"];

/**
 * How many times as often as usual a function has to run before it is compiled. A command ends before its compiled code has
 * paid for itself: with the usual 1 `ccm --help` takes 1.6 times as much processor time, with 8 1.15 times. What works for
 * seconds is not slower for it.
 */
const JIT_RELUCTANCE = 100;

const targets = process.argv.slice(2);
mkdirSync(DIST, { recursive: true });
await describeApi();
if (targets.length === 0) await build(process.execPath, join(DIST, "ccm"));
for (const target of targets) await build(runtimeOf(target), join(DIST, `ccm-${target.replace(/^bun-/, "")}`), target);

/** public/openapi.json follows the operations of the rooms; it is kept with the sources, so that they run without being built. */
async function describeApi(): Promise<void> {
  const { version } = await import("./package.json", { with: { type: "json" } });
  const { allOperations } = await import("./src/modules.ts");
  const { openApiText } = await import("./src/web/open-api.ts");
  const file = join(ROOT, "public/openapi.json");
  const text = openApiText(await allOperations(), version);
  if (readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}

async function build(runtime: string, outfile: string, target?: string): Promise<void> {
  const disarmed = `${outfile}.runtime`;
  disarm(runtime, disarmed);
  try {
    const result = await Bun.build({
      entrypoints: [join(ROOT, "src/main.ts")],
      minify: true,
      bytecode: true,
      splitting: true,
      format: "esm",
      define: { "process.env.CCM_GALLERY": JSON.stringify(process.env.CCM_GALLERY ?? "") },
      compile: {
        outfile,
        execArgv: ["--smol"],
        jitPolicy: JIT_RELUCTANCE,
        autoloadDotenv: false,
        autoloadBunfig: false,
        executablePath: disarmed,
        ...(target ? { target: target as Bun.Build.CompileTarget } : {}),
      },
    });
    for (const line of result.logs) console.error(String(line));
    if (!result.success) process.exit(1);
  } finally {
    rmSync(disarmed, { force: true });
  }
  console.log(`${outfile} ${(statSync(outfile).size / 1e6).toFixed(0)} MB`);
}

/** The runtime of another platform, from its npm package: nothing is downloaded while building. */
function runtimeOf(target: string): string {
  const folder = join(ROOT, "node_modules/@oven", target.replace("-arm64", "-aarch64"));
  const runtime = join(folder, "bin/bun");
  if (existsSync(runtime)) return runtime;
  console.error(`There is no runtime for "${target}". Try: npm install --no-save --force @oven/${folder.split("/").at(-1)}@${Bun.version}`);
  return process.exit(2);
}

/** Copies the runtime with each name's first byte zeroed: a name that no environment can hold. The size stays the same. */
function disarm(runtime: string, copy: string): void {
  const bytes = readFileSync(runtime);
  for (const name of DISARMED) {
    const pattern = Buffer.from(`\0${name}\0`);
    const at = bytes.indexOf(pattern);
    if (at < 0 || bytes.indexOf(pattern, at + 1) >= 0) throw new Error(`The runtime does not hold "${name}" exactly once.`);
    bytes[at + 1] = 0;
  }
  writeFileSync(copy, bytes);
  chmodSync(copy, 0o755);
}
