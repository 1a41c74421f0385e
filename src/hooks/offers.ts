// What a shell offers for the name of an automation.
import type { Offers } from "../kernel/completion.ts";
import { listAutomations } from "./automations/automations.ts";

export const offers: Offers = {
  automation: async ({ open }) =>
    listAutomations((await open()).paths.home).map(({ name, header }) => ({ word: name, about: header?.about ?? "" })),
};
