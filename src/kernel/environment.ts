// Which variables of ccm's own environment never reach a child process.

/**
 * What changes how a runtime, the dynamic linker or git behaves: a person's setting for one program of theirs (or a
 * surrounding git hook's GIT_DIR) must not steer agents, gates or ccm's own git.
 */
const FOREIGN = /^(?:BUN_|LD_|DYLD_|GIT_)|^NODE_OPTIONS$/;

/** Deletes those variables from `env` itself; every process that ccm starts inherits what is left. */
export function scrubEnvironment(env: Record<string, string | undefined>): void {
  for (const name of Object.keys(env)) if (FOREIGN.test(name)) delete env[name];
}
