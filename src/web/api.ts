// The API's operations: parsed by their schemas, answered as JSON; a Fault gives its status and says what to try.
import * as v from "valibot";
import type { Ctx } from "../kernel/context.ts";
import { FAULTS, Fault, isFault } from "../kernel/fault.ts";
import type { Operation } from "../kernel/page.ts";

type Caller = { params: Record<string, string>; by: string };

export async function answerOperation(ctx: Ctx, operation: Operation, caller: Caller, request: Request): Promise<Response> {
  try {
    const query = operation.query ? parsed(operation.query, Object.fromEntries(new URL(request.url).searchParams)) : undefined;
    const body = operation.body ? parsed(operation.body, await bodyOf(request)) : undefined;
    return Response.json(await operation.run(ctx, { ...caller, query, body }));
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return Response.json({ error: thrown }, { status: FAULTS[thrown.code].status });
  }
}

function parsed(schema: v.GenericSchema, input: unknown): unknown {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const where = issue.path?.map((part) => String(part.key)).join(".");
  throw new Fault(
    "invalid",
    where ? `"${where}": ${issue.message}` : issue.message,
    "The OpenAPI document at /api/v1/openapi.json says what is taken.",
  );
}

async function bodyOf(request: Request): Promise<unknown> {
  if (!request.headers.get("content-type")?.startsWith("application/json"))
    throw new Fault("invalid", "The body is no JSON.", "Send it with: Content-Type: application/json");
  try {
    return await request.json();
  } catch {
    throw new Fault("invalid", "The body is no JSON.", "Check its quotes and commas.");
  }
}
