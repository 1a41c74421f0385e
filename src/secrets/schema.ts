// A stored secret as everybody may know it: its name, where its value is, and by what the value is recognised in text.

/** `keyring`: the operating system's. `file`: `CCM_HOME/secrets`, encrypted. */
export const SECRET_STORES = ["keyring", "file"] as const;
export type SecretStore = (typeof SECRET_STORES)[number];
