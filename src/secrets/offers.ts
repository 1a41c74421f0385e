// What a shell offers for the name of a secret.
import type { Offers } from "../kernel/completion.ts";
import { listSecrets } from "./actions.ts";
import type { Secret } from "./schema.ts";

export const offers: Offers = {
  secret: async ({ open }) => offered(listSecrets(await open()).filter(({ store }) => store !== null)),
  "earlier-secret": async ({ open }) => offered(listSecrets(await open()).filter(({ earlierValues }) => earlierValues > 0)),
};

function offered(secrets: readonly Secret[]): { word: string; about: string }[] {
  return secrets.map(({ name, uses }) => ({ word: name, about: uses.join(", ") }));
}
