// Which settings exist: read from the schemas of the sections.
import * as v from "valibot";
import { valueTyped } from "./config-file.ts";

/** Each section's schema: a strict object whose keys all have defaults, or a record of such objects by name. */
export type Sections = Record<string, v.GenericSchema>;

/** A whole number from `min` to `max`; the text says what was expected when the check fails. */
export function whole(fallback: number, min: number, max: number) {
  const expected = `a whole number from ${min} to ${max}`;
  return v.optional(v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected)), fallback);
}

/** Turns one word or a YAML flow value (`8`, `true`, `[a, b]`) into what the key's schema wants: text stays text. */
export function parseValue(sections: Sections, path: readonly string[], text: string): unknown {
  const leaf = leafOf(sections[path[0] ?? ""], path.slice(1));
  return leaf && leaf.type !== "string" ? valueTyped(text) : text;
}

/** All dotted keys that exist, `agents.*.command` for records. */
export function knownKeys(sections: Sections): string[] {
  return Object.entries(sections).flatMap(([name, schema]) => keysBelow(schema, name));
}

/** The parts of a valibot schema that this file reads: https://valibot.dev/guides/schemas/ (plain objects, stable since 1.0). */
type Shape = { type: string; entries?: Record<string, Shape>; value?: Shape; wrapped?: Shape };

function unwrapped(schema: unknown): Shape | undefined {
  let shape = schema as Shape | undefined;
  while (shape?.wrapped) shape = shape.wrapped;
  return shape;
}

export function schemaType(schema: unknown): string | undefined {
  return unwrapped(schema)?.type;
}

function leafOf(schema: unknown, path: readonly string[]): Shape | undefined {
  let shape = unwrapped(schema);
  for (const key of path) shape = unwrapped(shape?.type === "record" ? shape.value : shape?.entries?.[key]);
  return shape;
}

export function entriesOf(schema: unknown, path: readonly string[]): Record<string, Shape> | undefined {
  return leafOf(schema, path)?.entries;
}

function keysBelow(schema: unknown, prefix: string): string[] {
  const shape = unwrapped(schema);
  if (shape?.type === "record") return keysBelow(shape.value, `${prefix}.*`);
  // An object of anything, such as the description of a server, is one value.
  if (!shape?.entries || Object.keys(shape.entries).length === 0) return [prefix];
  return Object.entries(shape.entries).flatMap(([key, entry]) => keysBelow(entry, `${prefix}.${key}`));
}
