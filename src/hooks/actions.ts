// What other rooms ask of hooks: the endpoint of a host, what went past it, what a hook was about, and the settings of agents.
import { briefOf } from "./brief.ts";
import { type ClaudeHooks, claudeSettings } from "./claude-settings.ts";
import { type Endpoint, type EndpointOptions, listen } from "./endpoint.ts";
import type { HookBrief } from "./schema.ts";
import { createSpoolReader, type SpoolReader } from "./spool.ts";

/** Opens an endpoint on 127.0.0.1 at a port of the system's choice, for one run. Throws what the system says. */
export function openEndpoint(options: EndpointOptions): Endpoint {
  return listen(options);
}

/** Reads the hooks that are in a run's spool folder; see `SpoolLine`. */
export function readSpool(folder: string): SpoolReader {
  return createSpoolReader(folder);
}

/** A hook as the event log keeps it, at most 2 kB; takes any body, which must be without secrets already. */
export function hookBrief(event: string, body: unknown): HookBrief {
  return briefOf(event, body);
}

/** The JSON for Claude Code's `--settings`, `{runUrl}` still to be filled in. */
export function settingsForClaude(hooks: ClaudeHooks): string {
  return claudeSettings(hooks);
}
