// The automations that come with ccm: put into CCM_HOME once, renewed while nobody has changed them, never put back when removed.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import guardCommands from "../../../automations/10-guard-commands.bash" with { type: "text" };
import formatOnWrite from "../../../automations/20-format-on-write.bash" with { type: "text" };
import checkpoint from "../../../automations/30-checkpoint.bash" with { type: "text" };
import addContext from "../../../automations/40-add-context.bash" with { type: "text" };
import library from "../../../automations/lib/ccm.bash" with { type: "text" };
import { isJson } from "../../kernel/json.ts";
import { sha256 } from "../../kernel/sha256.ts";
import { type AutomationPlaces, automationPlaces } from "./safety.ts";

const SHIPPED: Record<string, string> = {
  "10-guard-commands": guardCommands,
  "20-format-on-write": formatOnWrite,
  "30-checkpoint": checkpoint,
  "40-add-context": addContext,
};
const LIBRARY = "lib/ccm.bash";

/** Makes the folders and puts in what is missing or outdated; safe to repeat. Throws what the system says. */
export function shipAutomations(home: string): void {
  const places = automationPlaces(home);
  for (const folder of [places.available, places.enabled, dirname(places.library)]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const known = readShipped(places);
  const put = { ...known };
  for (const [name, text] of [...Object.entries(SHIPPED), [LIBRARY, library] as const]) {
    const path = pathOf(places, name);
    const before = textAt(path);
    const isOurs = before === null ? known[name] === undefined : sha256(before) === known[name];
    if (isOurs && before !== text) writeAside(path, text, name === LIBRARY ? 0o600 : 0o700);
    if (isOurs || before === text) put[name] = sha256(text);
  }
  if (JSON.stringify(put) !== JSON.stringify(known)) writeAside(places.shipped, JSON.stringify(put), 0o600);
}

/** Whether one of this name came with ccm, and a person has changed it since; null for a person's own. */
export function shippedState(places: AutomationPlaces, name: string): "as shipped" | "changed" | null {
  if (!Object.hasOwn(SHIPPED, name)) return null;
  const text = textAt(pathOf(places, name));
  return text !== null && sha256(text) === readShipped(places)[name] ? "as shipped" : "changed";
}

function pathOf(places: AutomationPlaces, name: string): string {
  return name === LIBRARY ? places.library : join(places.available, name);
}

/** What was put there, by name, as the hash that it had. */
function readShipped({ shipped }: AutomationPlaces): Record<string, string> {
  const text = textAt(shipped);
  try {
    const known: unknown = text === null ? {} : JSON.parse(text);
    return isJson(known) ? (known as Record<string, string>) : {};
  } catch {
    return {};
  }
}

function textAt(path: string): string | null {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/** By rename: an automation may be started at any moment. */
function writeAside(path: string, text: string, mode: number): void {
  const aside = join(dirname(path), `.${process.pid}.tmp`);
  writeFileSync(aside, text, { mode });
  renameSync(aside, path);
}
