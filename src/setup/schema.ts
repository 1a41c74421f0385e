// What setting up and looking after ccm speaks of: profiles of the daemon, and what a check of the machine found.

/** `full`: with the dashboard. `minimal`: without it. */
export const PROFILES = ["minimal", "full"] as const;
export type Profile = (typeof PROFILES)[number];

export const VERDICTS = ["ok", "warn", "fail"] as const;

/** One thing that was tried: what came of it, and what to do when it is not well (empty when it is). */
export type Check = { name: string; verdict: (typeof VERDICTS)[number]; text: string; hint: string };
