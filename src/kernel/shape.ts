// Parts of the JSON that scripts are answered with, as schemas.
import * as v from "valibot";

/** A time in UTC with milliseconds. */
export const isoTimeSchema = v.pipe(v.string(), v.isoTimestamp());

export const uuidSchema = v.pipe(v.string(), v.uuid());

export const countSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A full commit id: SHA-1, or SHA-256 in repositories made so. */
export const commitSchema = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/), v.description("A full commit id"));
