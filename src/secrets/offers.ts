// What a shell offers for the name of a secret.
import type { Offers } from "../kernel/completion.ts";
import { listSecrets } from "./actions.ts";

export const offers: Offers = {
  secret: async ({ open }) => listSecrets(await open()).map(({ name, uses }) => ({ word: name, about: uses.join(", ") })),
};
