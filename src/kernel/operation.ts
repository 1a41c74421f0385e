// What a room gives the API: operations of `/api/v1`, whose names and words are those of the command line. Types, and what makes them fit.
import type { ErrorMessage, GenericSchema, InferOutput, ObjectEntries, StrictObjectIssue, StrictObjectSchema } from "valibot";
import type { Ctx } from "./context.ts";

/** Fields by name; any other field is refused, with the name that was probably meant. */
export type Fields = StrictObjectSchema<ObjectEntries, ErrorMessage<StrictObjectIssue> | undefined>;

/** What an operation is asked, checked by its schemas. `signal` aborts when nobody waits for the answer any more. */
export type Call<P, Q> = { params: P; query: Q; by: string; signal: AbortSignal };

type Named = {
  /** Below `/api/v1`, with parameters as in `/tasks/:id`. */
  path: string;
  /** The command's name in camelCase: `listTasks`. */
  name: string;
  /** One sentence without a full stop, as in the command line's help. */
  summary: string;
  /** What else a stranger must know; Markdown. */
  description?: string;
};

/** Changes nothing. */
export type ReadOperation<P extends Fields = Fields, Q extends Fields = Fields, A extends GenericSchema = GenericSchema> = Named & {
  method: "GET";
  params?: P;
  query?: Q;
  answer: A;
  run: (ctx: Ctx, call: Call<InferOutput<P>, InferOutput<Q>>) => InferOutput<A> | Promise<InferOutput<A>>;
};

/** What a write is asked. */
export type WriteCall<P, B> = { params: P; body: B; by: string };

/**
 * Changes something. `run` is synchronous, because it goes into one transaction with the caller's idempotency key; what has
 * to be asked of git beforehand is asked in `prepare`.
 */
export type WriteOperation<
  P extends Fields = Fields,
  B extends Fields = Fields,
  A extends GenericSchema = GenericSchema,
  T = unknown,
> = Named & {
  method: "POST";
  params?: P;
  body?: B;
  /** A body that would be taken. */
  example?: Record<string, unknown>;
  answer: A;
  prepare?: (ctx: Ctx, call: WriteCall<InferOutput<P>, InferOutput<B>>) => Promise<T>;
  run: (ctx: Ctx, call: WriteCall<InferOutput<P>, InferOutput<B>>, prepared: T) => InferOutput<A>;
};

export type Operation = ReadOperation | WriteOperation;

/** Lets `run` know the types of what it is asked and answers. */
export function readOperation<P extends Fields, Q extends Fields, A extends GenericSchema>(
  operation: Omit<ReadOperation<P, Q, A>, "method">,
): Operation {
  return { method: "GET", ...operation } as unknown as Operation;
}

/** The same for one that changes something. */
export function writeOperation<P extends Fields, B extends Fields, A extends GenericSchema, T>(
  operation: Omit<WriteOperation<P, B, A, T>, "method">,
): Operation {
  return { method: "POST", ...operation } as unknown as Operation;
}
