// Looking into JSON whose shape is somebody else's: any field may be missing, or anything. Pure.

/** A value of unknown shape, read without trust. */
export type Json = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object's fields; of anything else, none. */
export function jsonOf(value: unknown): Json {
  return isJson(value) ? value : {};
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text, or null for everything that is none. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** The number, or null for everything that is none; what JSON cannot say (NaN, infinite) is none. */
export function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
