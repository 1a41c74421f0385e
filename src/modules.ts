// The rooms in their order: what ccm consists of. Each room imports only rooms above it.
import type { Module } from "./kernel/module.ts";
import { setup } from "./setup/module.ts";

export const modules: readonly Module[] = [setup];
