// The part of the page on health that is about automations, and the form that switches one.
import * as v from "valibot";
import { HealthAutomations } from "../../views/automations.tsx";
import { automationsShown, switchAutomation } from "../hooks/actions.ts";
import type { Ctx } from "../kernel/context.ts";
import { type FormRoute, form, type Section } from "../kernel/page.ts";
import { printable } from "../kernel/text-table.ts";
import { when } from "../kernel/time-text.ts";

/** Costs some file system calls for each automation. */
export async function automationsSection(ctx: Ctx, csrf: string): Promise<Section> {
  const automations = (await automationsShown(ctx)).map(({ name, enabled, about, events, trouble, last }) => ({
    name: printable(name),
    enabled,
    about: printable(about),
    events,
    trouble: trouble && printable(trouble),
    last: last && { at: when(Date.parse(last.at)), ok: last.ok, text: printable(last.text) },
  }));
  return { kind: "live", id: "automations", html: () => HealthAutomations({ automations, csrf }) };
}

export const automationForm: FormRoute = form({
  path: "/health/automations",
  fields: v.object({ name: v.pipe(v.string(), v.maxLength(200)), to: v.picklist(["on", "off"]) }),
  page: () => "/health",
  section: "automations",
  async act(ctx, { name, to }) {
    await switchAutomation(ctx, name, to);
    return { said: to === "on" ? `"${name}" runs from the next start of an agent on.` : `"${name}" runs no more.` };
  },
});
