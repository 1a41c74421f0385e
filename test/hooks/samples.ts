// Bodies of hooks as the real agents sent them: test/data/hooks/<agent>/<Event>.json.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dir, "../data/hooks");

export type Agent = "claude" | "gemini" | "codex";
export type Sample = { agent: Agent; event: string; body: Record<string, unknown> };

export const samples: Sample[] = (["claude", "gemini", "codex"] as const).flatMap((agent) =>
  readdirSync(join(FOLDER, agent))
    .sort()
    .flatMap((file) => {
      const bodies: Record<string, unknown>[] = JSON.parse(readFileSync(join(FOLDER, agent, file), "utf8"));
      return bodies.map((body) => ({ agent, event: file.replace(".json", ""), body }));
    }),
);
