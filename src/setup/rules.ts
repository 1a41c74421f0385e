// What setting up decides: how a daemon is started. Pure.
import { Fault } from "../kernel/fault.ts";
import { PROFILES, type Profile } from "./schema.ts";

/** The profile that the words after `ccm daemon` ask for. Faults: `invalid`. */
export function profileFrom(words: readonly string[]): Profile | Fault {
  const joined = words.length === 1 ? words[0]?.split("=") : words;
  if (words.length === 0) return "full";
  const [flag, value, ...rest] = joined ?? [];
  if (flag !== "--profile" || rest.length > 0)
    return new Fault("invalid", `"ccm daemon" does not take "${words.join(" ")}".`, "See: ccm daemon --help");
  return profileNamed(value ?? "");
}

/** Faults: `invalid` for any other word. */
export function profileNamed(word: string): Profile | Fault {
  const found = PROFILES.find((profile) => profile === word);
  return found ?? new Fault("invalid", `There is no profile "${word}".`, "A profile is minimal (without the dashboard) or full.");
}

/** What a daemon needs of the environment it is started from; whatever else a person's shell holds would live on in it for weeks. */
const DAEMON_VARIABLES = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_CONFIG_HOME"];
/** ccm's own variables that belong to one run, not to a daemon that a run may start. */
const RUN_VARIABLE = /^CCM_(?:TASK|RUN|PORT|CARRIED)(?:_|$)/;
/** A daemon mostly waits: without the second JIT tier it keeps 5 MB less. */
const DAEMON_ENGINE = { BUN_JSC_useDFGJIT: "0" };

/** The environment of a new daemon: settings by variable (`CCM_LIMITS_RUNS`) stay. Faults: `invalid` for a port that is none. */
export function daemonEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  port: string | undefined,
): Record<string, string> | Fault {
  const kept = Object.entries(env).flatMap(([name, value]) => {
    const isKept = DAEMON_VARIABLES.includes(name) || (name.startsWith("CCM_") && !RUN_VARIABLE.test(name));
    return isKept && value !== undefined ? [[name, value] as const] : [];
  });
  if (port !== undefined && !/^[1-9]\d{0,4}$/.test(port)) return new Fault("invalid", `"${port}" is no port.`, "For example: --port 8765");
  return { ...Object.fromEntries(kept), ...DAEMON_ENGINE, CCM_HOME: home, ...(port === undefined ? {} : { CCM_WEB_PORT: port }) };
}
