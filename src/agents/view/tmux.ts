// The only caller of tmux: a server of ccm's own for each home, which nobody else's settings reach.
import { join } from "node:path";
import type { Paths } from "../../kernel/paths.ts";
import { cleanEnvironment } from "../../kernel/process.ts";

/** A command of tmux takes 5 ms; a server that does not answer hangs. */
const COMMAND_MS = 5_000;
/** Longest path of a unix socket in bytes, its end included: unix(7). */
const SOCKET_BYTES = 108;
/** What the server, and with it every window, gets of the environment. */
const VARIABLES = ["PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "USER", "SHELL"];

/** A server, running or not: the name that its processes carry, the folder for its socket, the socket. */
export type Server = { name: string; folder: string; socket: string; env: Record<string, string> };

/**
 * One server a home. Its socket is below the home, which no sandbox shows to agents: whoever reaches the socket of a
 * tmux can run commands outside.
 */
export function serverOf({ home }: Paths): Server {
  const name = `ccm-${Bun.hash(home).toString(36)}`;
  const folder = join(home, "tmux");
  const uid = process.getuid?.() ?? 0;
  const env = { ...cleanEnvironment(VARIABLES, process.env), CCM_HOME: home, TMUX_TMPDIR: folder };
  return { name, folder, socket: join(folder, `tmux-${uid}`, name), env };
}

/** A home so deep that the path of a socket in it is too long for the kernel has no windows. */
export function hasRoomForSocket(paths: Paths): boolean {
  return Buffer.byteLength(serverOf(paths).socket) < SOCKET_BYTES;
}

export type Ended = { code: number; out: string; error: string };

/** Has the server do these commands, one after another; the first `new-session` starts it. */
export async function tmux(server: Server, commands: readonly (readonly string[])[]): Promise<Ended> {
  const child = Bun.spawn([...calling(server), ...chained(commands)], {
    cwd: "/",
    env: server.env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: COMMAND_MS,
    killSignal: "SIGKILL",
  });
  const [out, error, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, out, error: error.trim() };
}

/** The same with this process's terminal; gives the exit code once its person has left. */
export async function tmuxHere(server: Server, commands: readonly (readonly string[])[]): Promise<number> {
  const client = Bun.spawn([...calling(server), ...chained(commands)], {
    env: { ...withoutTmux(process.env), TMUX_TMPDIR: server.folder },
    stdio: ["inherit", "inherit", "inherit"],
  });
  return await client.exited;
}

/** Or tmux takes itself for a window of another one. */
function withoutTmux({ TMUX: _outer, ...env }: Record<string, string | undefined>): Record<string, string | undefined> {
  return env;
}

function calling({ name }: Server): string[] {
  return ["tmux", "-u", "-L", name, "-f", "/dev/null"];
}

/** tmux(1): a word `;` ends a command, and so would one at the end of a word. */
function chained(commands: readonly (readonly string[])[]): string[] {
  return commands.flatMap((words, at) => [...(at > 0 ? [";"] : []), ...words.map((word) => word.replace(/;$/, "\\;"))]);
}
