// Settings of secrets: `secrets.*`.
import * as v from "valibot";
import { SECRET_STORES } from "./schema.ts";

export const secretsSection = v.optional(
  v.strictObject({
    /** Where `ccm secret set` keeps a value. A machine without a keyring, such as a server, needs `file`. */
    store: v.optional(v.picklist(SECRET_STORES), "keyring"),
  }),
  {},
);

declare module "../kernel/context.ts" {
  interface Config {
    secrets: v.InferOutput<typeof secretsSection>;
  }
}
