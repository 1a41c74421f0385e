// A stored secret as everybody may know it: its name, where its value is, and who gets it.

/** `keyring`: the operating system's. `file`: `CCM_HOME/secrets`, encrypted. */
export const SECRET_STORES = ["keyring", "file"] as const;
export type SecretStore = (typeof SECRET_STORES)[number];

/**
 * All but its value. `uses` are such as `automation:notify`; times are epoch ms. `earlierValues` are those that are not kept any
 * more and still taken out of texts; of a removed one there is nothing else, and its store and times are null.
 */
export type Secret = {
  name: string;
  store: SecretStore | null;
  uses: readonly string[];
  createdAt: number | null;
  updatedAt: number | null;
  earlierValues: number;
};

export type KeptSecret = Secret & { store: SecretStore; createdAt: number; updatedAt: number };

/** Where a value is. */
export type SecretPlace = Pick<KeptSecret, "name" | "store">;
