// How the API answers: JSON always, errors in the form that the command line gives them in.
import { FAULTS, type Fault } from "../kernel/fault.ts";
import { redactStored } from "../kernel/redact.ts";

/** `{"error":{code,message,hint}}`; `bug` is what nobody expected. */
export type ApiError = { code: Fault["code"] | "bug"; message: string; hint: string };

const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

export function errorAnswer(status: number, { code, message, hint }: ApiError, headers: Record<string, string> = {}): Response {
  return new Response(redactStored(JSON.stringify({ error: { code, message, hint } })), { status, headers: { ...JSON_TYPE, ...headers } });
}

export function faultAnswer(fault: Fault): Response {
  return errorAnswer(FAULTS[fault.code].status, fault);
}

/** Stored secrets are not in it. */
export function jsonAnswer(json: string, headers: Record<string, string> = {}): Response {
  return new Response(redactStored(json), { headers: { ...JSON_TYPE, ...headers } });
}

/** With a tag by which a caller that has it already is spared it. */
export function taggedAnswer(json: string, request: Request): Response {
  const tag = `W/"${Bun.hash(json).toString(36)}"`;
  const known = request.headers.get("if-none-match")?.split(",") ?? [];
  if (known.some((one) => one.trim() === tag)) return new Response(null, { status: 304, headers: { etag: tag } });
  return jsonAnswer(json, { etag: tag });
}
