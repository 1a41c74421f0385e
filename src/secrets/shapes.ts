// Secrets as scripts read them.
import type { Secret, SecretStore } from "./schema.ts";

/** Times in ISO 8601. There is no value in it. */
export type SecretShape = {
  name: string;
  /** Null for one that was removed. */
  store: SecretStore | null;
  uses: readonly string[];
  createdAt: string | null;
  updatedAt: string | null;
  /** How many values are taken out of texts though they are not kept any more. */
  earlierValues: number;
};

export function secretShape({ name, store, uses, createdAt, updatedAt, earlierValues }: Secret): SecretShape {
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return { name, store, uses, createdAt: iso(createdAt), updatedAt: iso(updatedAt), earlierValues };
}
