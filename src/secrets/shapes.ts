// Secrets as scripts read them.
import type { Secret, SecretStore } from "./schema.ts";

/** Times in ISO 8601. There is no value in it. */
export type SecretShape = { name: string; store: SecretStore; uses: readonly string[]; createdAt: string; updatedAt: string };

export function secretShape({ name, store, uses, createdAt, updatedAt }: Secret): SecretShape {
  return { name, store, uses, createdAt: new Date(createdAt).toISOString(), updatedAt: new Date(updatedAt).toISOString() };
}
