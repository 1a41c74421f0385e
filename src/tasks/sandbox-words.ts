// What is said of a sandbox as words: `level=namespace`, `hosts=model,registry.example`.
import { oneOf } from "../kernel/input.ts";
import type { SandboxWish } from "../sandbox/schema.ts";
import { sandboxWishSchema } from "../sandbox/shapes.ts";

export const SANDBOX_EXAMPLE = "level=namespace";

/**
 * The settings by name, values as their schema wants them, which checks them afterwards. A list has commas between its
 * parts; an empty text stays one, and takes the setting away. Faults: `invalid` for a name that no setting has.
 */
export function wishFrom(named: Readonly<Record<string, string>>): Record<string, unknown> {
  const names = Object.keys(sandboxWishSchema.entries);
  return Object.fromEntries(Object.entries(named).map(([name, text]) => [oneOf(names, name, "setting of a sandbox"), wanted(name, text)]));
}

function wanted(name: string, text: string): unknown {
  if (text === "") return "";
  const parts = text.split(",").map((part) => part.trim());
  if (name === "hosts" || name === "hide" || name === "readOnly") return parts;
  if (name === "ports") return parts.map(Number);
  if (name === "unixSockets") return text === "true" || (text === "false" ? false : text);
  return text;
}

/** `level namespace, hosts model registry.example`; empty when nothing is said. */
export function wishText(wish: SandboxWish): string {
  return Object.entries(wish)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(" ") : value}`)
    .join(", ");
}
