// The whole configuration: every room's section in one list, and the address of the web server.
import * as v from "valibot";
import { agentsSection, limitsSection, windowsSection } from "../agents/config.ts";
import { guardWishSchema } from "../hooks/shapes.ts";
import { checkConfig } from "../kernel/config.ts";
import { type Sections, whole } from "../kernel/config-keys.ts";
import type { Config } from "../kernel/context.ts";
import { unwrap } from "../kernel/fault.ts";
import { sandboxSection } from "../sandbox/config.ts";
import { secretsSection } from "../secrets/config.ts";
import { retentionSection } from "../worktrees/config.ts";

/** A name as browsers write it into Host: letters, digits, dots and hyphens, and a port where it is not the usual one. */
const hostName = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9]\d{0,4})?$/i, "a name such as ccm.example or localhost:9000"),
);
const file = v.optional(v.pipe(v.string(), v.regex(/^\//, "an absolute path")));

const webSection = v.optional(
  v.strictObject({
    /** A port of its own, so that links keep working; below 1024 only root may listen; 0 takes any free one. */
    port: whole(8_765, 0, 65_535),
    /** This machine only: ccm runs programs, so reaching it from elsewhere is a decision (a tunnel is the better one). */
    bind: v.optional(v.pipe(v.string(), v.ip("an IP address")), "127.0.0.1"),
    /** Further names that browsers reach it by, through a tunnel or a proxy. */
    hosts: v.optional(v.array(hostName), []),
    /** A program in front of it speaks TLS with browsers, who reach it by web.hosts. */
    proxy: v.optional(v.boolean("true or false"), false),
    /** Files in PEM: with them it speaks TLS itself. */
    tls: v.optional(v.strictObject({ cert: file, key: file }), {}),
  }),
  {},
);

/** How calls of tools are judged for every project: `ccm policy show` shows what that comes to. */
const { classes, deny, ask, allow } = guardWishSchema.entries;
const guardsSection = v.optional(
  v.strictObject({
    classes: v.optional(classes.wrapped, {}),
    deny: v.optional(deny.wrapped, []),
    ask: v.optional(ask.wrapped, []),
    allow: v.optional(allow.wrapped, []),
  }),
  {},
);

export const sections = {
  agents: agentsSection,
  limits: limitsSection,
  windows: windowsSection,
  web: webSection,
  sandbox: sandboxSection,
  guards: guardsSection,
  secrets: secretsSection,
  retention: retentionSection,
} satisfies Sections;

/** What holds where nobody has said anything. */
export function defaultConfig(): Config {
  return unwrap(checkConfig(sections, "", "", {}));
}

export type WebSettings = v.InferOutput<typeof webSection>;

declare module "../kernel/context.ts" {
  interface Config {
    web: WebSettings;
    guards: v.InferOutput<typeof guardsSection>;
  }
}
