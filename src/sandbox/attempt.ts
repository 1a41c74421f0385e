// What ccm tries from inside a sandbox when it probes a level: each thing must fail, but for the last.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { call } from "./libc.ts";

/** Paths of the probe's folder: a hidden file, a socket that somebody listens on, a folder of the sandbox's own. */
export const PROBE = { secret: "secret", socket: "socket", tree: "tree", tmp: "tmp" } as const;
export type Attempt = "read" | "write" | "connect" | "mount" | "work";

/** Prints the attempts that succeeded as JSON. `folder` is the probe's folder. */
export async function attempt(folder: string): Promise<number> {
  const tries: Record<Attempt, () => unknown> = {
    read: () => readFileSync(join(folder, PROBE.secret)).length > 0 || refused(),
    write: () => writeFileSync(join(folder, "written"), ""),
    connect: () => connectTo(join(folder, PROBE.socket)),
    mount: () => call("mount", "none", join(folder, PROBE.tree), "tmpfs", 0, 0) === 0 || refused(),
    work: () => writeFileSync(join(folder, PROBE.tree, "written"), ""),
  };
  const succeeded: string[] = [];
  for (const [name, run] of Object.entries(tries)) {
    try {
      await run();
      succeeded.push(name);
    } catch {}
  }
  console.log(JSON.stringify(succeeded));
  return 0;
}

function refused(): never {
  throw new Error("refused");
}

async function connectTo(unix: string): Promise<void> {
  const socket = await Bun.connect({ unix, socket: { data() {} } }); // node:net would load streams for it, which takes longer.
  socket.end();
}
