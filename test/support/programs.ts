// Programs that a test runs for real; a test whose program is missing is skipped and says how to get it.
import { test } from "bun:test";

/** Where each program comes from on Debian and its relatives. */
const PACKAGES: Record<string, string> = {
  git: "git",
  tmux: "tmux",
  zsh: "zsh",
  fish: "fish",
  unshare: "util-linux",
  setpriv: "util-linux",
  ps: "procps",
  python3: "python3",
  chromium: "chromium",
  "gnome-keyring-daemon": "gnome-keyring dbus-daemon libsecret-tools",
};

export function hasProgram(program: string): boolean {
  return Bun.which(program) !== null;
}

/** `test`, or, without the program, a skipped test whose name says what to install. */
export function testWith(program: string): (name: string, body: () => Promise<void>, timeoutMs?: number) => void {
  if (hasProgram(program)) return (name, body, timeoutMs) => test(name, body, timeoutMs);
  return (name, body) => test.skip(`${name} [needs ${program}: apt-get install ${PACKAGES[program] ?? program}]`, body);
}
