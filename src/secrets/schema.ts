// A stored secret as everybody may know it: its name, where its value is, who gets it, and by what the value is recognised in text.
import type { Prints } from "../kernel/prints.ts";

/** `keyring`: the operating system's. `file`: `CCM_HOME/secrets`, encrypted. */
export const SECRET_STORES = ["keyring", "file"] as const;
export type SecretStore = (typeof SECRET_STORES)[number];

/** All but its value. `uses` are such as `automation:notify`; times are epoch ms. */
export type Secret = { name: string; store: SecretStore; uses: readonly string[]; createdAt: number; updatedAt: number };

/** What is known of one without its value. */
export type SecretRow = Secret & Pick<Prints, "salt" | "prints">;

/** Where a value is. */
export type SecretPlace = Pick<Secret, "name" | "store">;
