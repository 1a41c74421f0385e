// Settings of the sandbox: `sandbox.*`. No project can change them.
import * as v from "valibot";
import { SANDBOX_LEVELS } from "./schema.ts";

const place = v.pipe(v.string(), v.regex(/^(?:\/|~(?:\/|$))/, "an absolute path, or one that starts with ~/"));

export const sandboxSection = v.optional(
  v.strictObject({
    /** `auto` takes the strongest level that works on this machine; a level by name refuses to run without it. */
    level: v.optional(v.picklist(["auto", ...SANDBOX_LEVELS]), "auto"),
    /** Agents without any sandbox, on a machine that has no level: only when a person says so. */
    allowNone: v.optional(v.boolean("true or false"), false),
    /** `host` because agents must reach their model; `none` is for agents that run a local one. */
    network: v.optional(v.picklist(["host", "none"]), "host"),
    /** Folders and files to hide in addition to keys, tokens and sockets; `~` is the home folder. */
    hide: v.optional(v.array(place), []),
    /** What is hidden otherwise and may be read after all: a toolchain below /tmp, an `~/.npmrc` that set-up needs. */
    show: v.optional(v.array(place), []),
  }),
  {},
);

export type SandboxSettings = v.InferOutput<typeof sandboxSection>;

declare module "../kernel/context.ts" {
  interface Config {
    sandbox: SandboxSettings;
  }
}
