// The sandbox of this machine as the rest of ccm sees it.
import { Fault } from "../kernel/fault.ts";
import { ownCommand } from "../kernel/process.ts";
import { chosenLevel } from "./rules.ts";
import type { Sandbox, SandboxLevel, SandboxProbe } from "./schema.ts";

/**
 * Probes the machine once, when the daemon starts; a kernel does not change under a running daemon.
 * Faults: `environment` when nothing could be tried.
 */
export async function openSandbox(settings: { level: "auto" | SandboxLevel; allowNone: boolean }): Promise<Sandbox> {
  const level = chosenLevel(await probeInChild(), settings);
  return { level: () => level };
}

/**
 * In a process of its own, which works while the daemon opens its database, and takes along the 5 MB that sockets and
 * streams cost. It ends by itself: every attempt has a deadline.
 */
async function probeInChild(): Promise<SandboxProbe[]> {
  const child = Bun.spawn([...ownCommand(), "sandbox", "--probe"], { env: process.env, stdio: ["ignore", "pipe", "pipe"] });
  const [output, errors, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (code === 0) return JSON.parse(output);
  throw new Fault(
    "environment",
    `The sandbox could not be tried: ${errors.trim() || `it ended with ${code}`}.`,
    "`ccm doctor` tries it again.",
  );
}
