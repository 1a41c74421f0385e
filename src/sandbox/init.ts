// Process 1 of the sandbox: starts the command, passes signals on, collects every orphan, ends with the command's status.
import { type Command, cannotStart } from "./command.ts";
import { call, libc, stringArray } from "./libc.ts";

/** Signals that ask for something; a fault of init's own (SIGSEGV) or job control is not the command's business. */
const FORWARDED = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGCONT", "SIGWINCH"] as const;
/** SIGCHLD says when to look; this keeps the event loop alive and is the net below it. */
const LOOK_MS = 1_000;
const WNOHANG = 1;
/** Exit status of a process that a signal ended, as shells give it. */
const SIGNALLED = 128;

/**
 * Runs the command as a child and never returns: when the command ends, this process leaves with its status (128 + n
 * for signal n), and the kernel kills whatever else is in the pid namespace, daemonised or not.
 */
export function runAsInit(command: Command): Promise<never> {
  const child = spawn(command);
  // The command keeps the process group, and with it the terminal: a signal to the group must not come twice.
  call("setpgid", 0, 0);
  for (const signal of FORWARDED) process.on(signal, () => process.kill(child, signal));
  process.on("SIGCHLD", () => reap(child));
  setInterval(() => reap(child), LOOK_MS);
  reap(child); // A short command has ended before anybody listened.
  return new Promise(() => {});
}

function reap(child: number): void {
  const status = new Int32Array(1);
  for (let pid = wait(status); pid > 0; pid = wait(status)) if (pid === child) leave(status[0] ?? 0);
}

function wait(status: Int32Array): number {
  return call("wait4", -1, status, WNOHANG, 0);
}

/** Leaves without Bun's own farewell, which touches the terminal that is not init's any more. */
function leave(status: number): void {
  const signal = status & 0x7f;
  call("exit_group", signal === 0 ? (status >> 8) & 0xff : SIGNALLED + signal);
}

const SETSIGDEF = 4;
const SETSIGMASK = 8;
/** sizeof(posix_spawnattr_t) is 336 and sizeof(sigset_t) 128 in glibc on both architectures. */
const ATTRIBUTE_BYTES = 512;
const SIGNAL_SET_BYTES = 128;

/** posix_spawn from this thread: the child inherits what the thread gave up. No fork, which Bun's threads would not survive. */
function spawn(command: Command): number {
  const attributes = new Uint8Array(ATTRIBUTE_BYTES);
  const library = libc();
  library.posix_spawnattr_init(attributes);
  library.posix_spawnattr_setsigdefault(attributes, new Uint8Array(SIGNAL_SET_BYTES).fill(0xff));
  library.posix_spawnattr_setsigmask(attributes, new Uint8Array(SIGNAL_SET_BYTES));
  library.posix_spawnattr_setflags(attributes, SETSIGDEF | SETSIGMASK);
  const pid = new Int32Array(1);
  const [argv, envp] = [stringArray(command.argv), stringArray(command.env)];
  const error = library.posix_spawn(pid, Buffer.from(`${command.path}\0`), null, attributes, argv, envp);
  if (error !== 0) throw cannotStart(command, error);
  return pid[0] ?? 0;
}
