// Settings of the sandbox: `sandbox.*`. No project can change them.
import * as v from "valibot";
import { SANDBOX_DEFAULTS } from "./rules.ts";
import { NETWORKS, SANDBOX_LEVELS } from "./schema.ts";
import { sandboxWishSchema } from "./shapes.ts";

const { hosts, ports, hide, readOnly } = sandboxWishSchema.entries;

export const sandboxSection = v.optional(
  v.strictObject({
    /** `auto` takes the strongest level that works on this machine; a level by name refuses to run without it. */
    level: v.optional(v.picklist(["auto", ...SANDBOX_LEVELS]), SANDBOX_DEFAULTS.level),
    /** Agents without any sandbox, on a machine that has no level: only when a person says so. */
    allowNone: v.optional(v.boolean("true or false"), SANDBOX_DEFAULTS.allowNone),
    /** Of a daemon that is root: a user of its own for each run, wherever that works. Nobody else needs one. */
    ownUser: v.optional(v.picklist(["auto", "off"], "auto or off"), SANDBOX_DEFAULTS.ownUser),
    /** `host` because agents must reach their model; `hosts` lets them reach the named ones; `none` is for a local model. */
    network: v.optional(v.picklist(NETWORKS), SANDBOX_DEFAULTS.network),
    /** With `network: hosts`: `model` is what the run's own agent must reach. */
    hosts: v.optional(hosts.wrapped, SANDBOX_DEFAULTS.hosts),
    /** With `network: ports`. */
    ports: v.optional(ports.wrapped, SANDBOX_DEFAULTS.ports),
    /** Folders and files to hide in addition to keys, tokens and sockets; `~` is the home folder. */
    hide: v.optional(hide.wrapped, SANDBOX_DEFAULTS.hide),
    /** Files and folders of every tree that runs may read and not change. */
    readOnly: v.optional(readOnly.wrapped, SANDBOX_DEFAULTS.readOnly),
    /** What is hidden otherwise and may be read after all: a toolchain below /tmp, an `~/.npmrc` that set-up needs. */
    show: v.optional(hide.wrapped, SANDBOX_DEFAULTS.show),
  }),
  {},
);

export type SandboxSettings = v.InferOutput<typeof sandboxSection>;

declare module "../kernel/context.ts" {
  interface Config {
    sandbox: SandboxSettings;
  }
}
