// Running something as a user without rights, when the tests themselves run as root.

export const isRoot = process.geteuid?.() === 0;

/** `nobody` on Debian and its relatives: a user that owns nothing. */
export const NOBODY = 65_534;

/** The words that run `command` without root's rights: as they are for a normal user, through setpriv(1) for root. */
export function asNormalUser(command: readonly string[]): string[] {
  if (!isRoot) return [...command];
  return ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--inh-caps=-all", ...command];
}
