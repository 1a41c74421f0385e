// What a shell offers where a command wants the key of a setting.

import type { Offers } from "../kernel/completion.ts";
import { knownKeys } from "../kernel/config-keys.ts";
import { BUILT_IN_AGENTS } from "../projects/rules.ts";
import { sections } from "./config.ts";

export const offers: Offers = {
  key: async ({ open }) => {
    const agents = [...new Set([...BUILT_IN_AGENTS, ...Object.keys((await open()).config.agents)])];
    const keys = knownKeys(sections).flatMap((key) => (key.includes("*") ? agents.map((name) => key.replace("*", name)) : key));
    return keys.filter((key) => !key.includes("*")).map((word) => ({ word, about: "" }));
  },
};
