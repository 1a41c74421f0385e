// Trying each level for real on this machine, as `ccm doctor` shows it and the daemon does at its start.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isFault, messageOf } from "../kernel/fault.ts";
import { ownCommand, ownPlaces } from "../kernel/process.ts";
import { sandboxLaunch } from "./actions.ts";
import { type Attempt, PROBE } from "./attempt.ts";
import { landlockAbi } from "./landlock.ts";
import { GIT_USER, sandboxArgv, sandboxEnv } from "./rules.ts";
import type { SandboxLevel, SandboxProbe, SandboxSpec } from "./schema.ts";

/** A probe takes 30 ms; a machine that needs this long is not going to run agents. */
const PROBE_TIMEOUT_MS = 20_000;
/** Abstract unix sockets and signals are held back from this Landlock ABI on (Linux 6.12). */
const SCOPED_ABI = 6;

/** Tries every level, the strongest first: escapes that must fail, work that must succeed. Costs 0.1 s. */
export async function probeSandbox(): Promise<SandboxProbe[]> {
  const tried = await Promise.all([probeLevel("namespace"), probeLevel("kernel")]);
  return [...tried, { level: "none", works: true, detail: "No sandbox at all." }];
}

/** Tries the level `namespace` with a user of its own, in this folder: for root, and where the file system can map ids. */
export function probeOwnUser(place: string): Promise<SandboxProbe> {
  return probeLevel("namespace", { place, user: { id: GIT_USER, home: process.env.HOME ?? "/" } });
}

type As = { place: string; user: SandboxSpec["user"] };

async function probeLevel(level: SandboxLevel, { place, user }: As = { place: tmpdir(), user: null }): Promise<SandboxProbe> {
  const folder = realpathSync(mkdtempSync(join(place, "ccm-probe-")));
  let server: { stop(): void } | undefined; // Not of node:net: its streams would stay in the daemon's memory.
  try {
    for (const name of [PROBE.tree, PROBE.tmp]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, PROBE.secret), "secret");
    server = Bun.listen({ unix: join(folder, PROBE.socket), socket: { data() {} } });
    return verdict(level, await run({ ...probeSpec(level, folder), user }, folder));
  } catch (thrown) {
    return { level, works: false, detail: isFault(thrown) ? `${thrown.message} ${thrown.hint}` : messageOf(thrown) };
  } finally {
    server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function probeSpec(level: SandboxLevel, folder: string): SandboxSpec {
  return {
    level,
    write: [join(folder, PROBE.tree), join(folder, PROBE.tmp)],
    protect: [],
    hide: [join(folder, PROBE.secret)],
    show: [folder, ...ownPlaces()],
    tmp: join(folder, PROBE.tmp),
    cwd: join(folder, PROBE.tree),
    network: "host",
    hosts: [],
    ports: [],
    relays: [],
    fileBytes: 0,
    user: null,
    unixSockets: false,
  };
}

/** The attempts that succeeded inside, or why nothing ran. */
async function run(spec: SandboxSpec, folder: string): Promise<Attempt[] | string> {
  const specPath = join(folder, "spec.json");
  writeFileSync(specPath, JSON.stringify(spec));
  const argv = [...sandboxArgv(spec, sandboxLaunch(specPath)), ...ownCommand(), "sandbox", "--attempt", folder];
  const child = Bun.spawn(argv, {
    env: sandboxEnv(spec.level, {}),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: PROBE_TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  const [output, errors, code] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited]);
  return code === 0 ? JSON.parse(output) : errors.trim() || `It ended with ${code}.`;
}

function verdict(level: SandboxLevel, result: Attempt[] | string): SandboxProbe {
  if (typeof result === "string") return { level, works: false, detail: result };
  const escapes = result.filter((name) => name !== "work");
  if (escapes.length > 0) return { level, works: false, detail: `It did not hold: ${escapes.join(", ")} outside succeeded.` };
  if (!result.includes("work")) return { level, works: false, detail: "Writing in the tree failed." };
  const abi = landlockAbi();
  const weaker = abi < SCOPED_ABI ? "; before Linux 6.12 abstract sockets (and at kernel level signals) are not held back" : "";
  return { level, works: true, detail: `Landlock ABI ${abi}${weaker}.` };
}
