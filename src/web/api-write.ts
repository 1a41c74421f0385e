// Operations of the API that change something: once for an idempotency key, in the name of whoever asked.
import { createHash } from "node:crypto";
import { actingFor, type Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { answerBefore, doOnce, type Keyed } from "../kernel/idempotency.ts";
import type { WriteOperation } from "../kernel/operation.ts";
import { errorAnswer, jsonAnswer } from "./api-answers.ts";
import { BODY_BYTES, bodyFrom, queryOf, readFields } from "./api-input.ts";
import type { Visitor } from "./schema.ts";

type Write = (operation: WriteOperation, params: unknown, request: Request, visitor: Visitor) => Promise<Response>;

/** Keys that are being worked on are known to this process only: no other one serves the API of a home. */
export function createWriting(ctx: Ctx): Write {
  const working = new Set<string>();
  return async (operation, params, request, visitor) => {
    const [asked] = Object.keys(queryOf(new URL(request.url)));
    if (asked !== undefined) throw new Fault("invalid", `A write takes no "${asked}" in its address.`, "Put it into the body.");
    const text = await bodyText(request, visitor);
    if (text instanceof Response) return text;
    const keyed = keyedBy(request, text);
    const before = keyed && answerBefore(ctx, keyed);
    if (before) return jsonAnswer(before);
    const acting = actingFor(ctx, visitor.by);
    const call = { params: params as never, body: readFields(operation.body, bodyFrom(text)) as never, by: visitor.by };
    const work = async () => {
      const prepared = await operation.prepare?.(acting, call);
      const act = () => JSON.stringify(operation.run(acting, call, prepared));
      return keyed ? doOnce(acting, keyed, act) : act();
    };
    return jsonAnswer(keyed ? await alone(working, keyed.key, work) : await work());
  };
}

/** Faults: `conflict` while the same key is being worked on. */
async function alone<T>(working: Set<string>, key: string, work: () => Promise<T>): Promise<T> {
  if (working.has(key))
    throw new Fault("conflict", `A request with the key "${key}" is being worked on.`, "Ask again in a moment, with the same key.");
  working.add(key);
  try {
    return await work();
  } finally {
    working.delete(key);
  }
}

/**
 * A form of another site can post anything but JSON, so a browser must say that it sends some; so must everybody who sends
 * anything. https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
async function bodyText(request: Request, visitor: Visitor): Promise<string | Response> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_BYTES) return tooLarge();
  const text = await request.text();
  if (Buffer.byteLength(text) > BODY_BYTES) return tooLarge();
  const isJson = /^application\/json\s*(?:;|$)/i.test(request.headers.get("content-type") ?? "");
  if (isJson || (text === "" && visitor.kind === "script")) return text;
  return errorAnswer(415, { code: "invalid", message: "The body is not said to be JSON.", hint: "Content-Type: application/json" });
}

function tooLarge(): Response {
  const message = `The body is larger than ${BODY_BYTES / 1_000_000} MB.`;
  return errorAnswer(413, { code: "invalid", message, hint: "Name long material as a file of the repository." });
}

/** Longest key; a UUID has 36 characters. */
const KEY_CHARS = 255;

/**
 * The key is a string of structured fields, in double quotes; without them it means the same.
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
function keyedBy(request: Request, text: string): Keyed | null {
  const header = request.headers.get("idempotency-key");
  if (header === null) return null;
  const key = header.trim().replace(/^"(.*)"$/, "$1");
  if (!/^[\x21-\x7e]+$/.test(key) || key.length > KEY_CHARS)
    throw new Fault(
      "invalid",
      "The Idempotency-Key is empty, too long or strange.",
      `Give 1 to ${KEY_CHARS} letters, digits or signs, such as a UUID.`,
    );
  const path = new URL(request.url).pathname;
  return { key, request: createHash("sha256").update(`${request.method} ${path}\n${text}`).digest("hex") };
}
