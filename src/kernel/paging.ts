// Lists a page at a time: each page begins after the last row of the one before it, whatever was added meanwhile.
import * as v from "valibot";
import { Fault } from "./fault.ts";

/** Rows of a page unless asked otherwise, and at most: what a script reads in a moment, about 1 kB a row. */
const PAGE_ROWS = 50;
const MOST_PAGE_ROWS = 1_000;

/** A whole number in a query, where everything is text. */
export function numberInQuery(least: number, most: number) {
  const message = `is to be a whole number from ${least} to ${most}`;
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,15}$/, message),
    v.transform(Number),
    v.number(),
    v.integer(),
    v.minValue(least, message),
    v.maxValue(most, message),
  );
}

export const yesOrNo = v.pipe(
  v.picklist(["true", "false"], 'is to be "true" or "false"'),
  v.transform((word) => word === "true"),
  v.boolean(),
);

/** The part of a query that every list has. */
export const pageQuery = {
  limit: v.pipe(v.optional(numberInQuery(1, MOST_PAGE_ROWS), String(PAGE_ROWS)), v.description("At most so many items")),
  cursor: v.exactOptional(
    v.pipe(
      v.string(),
      v.maxLength(100),
      v.description("`next` of the page before; the first page without it. Nobody needs to understand it"),
    ),
  ),
};

/** A page of items. `next` is the cursor of the page that follows, null on the last one. */
export function pageSchema<S extends v.GenericSchema>(item: S) {
  return v.strictObject({
    items: v.array(item),
    next: v.pipe(v.nullable(v.string()), v.description("The cursor of the page that follows; null on the last one")),
  });
}

export type Page<T> = { items: T[]; next: string | null };

/** A page of `limit` rows out of one row more than that, if there is one: by it one knows that a page follows. */
export function pageOf<R, T>(
  rows: readonly R[],
  page: { list: string; limit: number; place: (row: R) => readonly number[]; shape: (row: R) => T },
): Page<T> {
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const next = last !== undefined && rows.length > page.limit ? encodeCursor(page.list, page.place(last)) : null;
  return { items: shown.map(page.shape), next };
}

/** Names the list, so that a cursor of another one is noticed. */
export function encodeCursor(list: string, place: readonly number[]): string {
  return Buffer.from([list, ...place].join(" ")).toString("base64url");
}

/** Where a cursor of this list points: as many numbers as went in. Faults: `invalid` for anything else. */
export function decodeCursor(list: string, cursor: string, count: number): number[] {
  const [name, ...words] = Buffer.from(cursor, "base64url").toString("utf8").split(" ");
  const place = words.map(Number);
  if (name === list && place.length === count && words.every((word) => word !== "") && place.every(Number.isFinite)) return place;
  throw new Fault("invalid", `"${cursor}" is no cursor of this list.`, "Take `next` of the page before as it is, or leave the cursor out.");
}
