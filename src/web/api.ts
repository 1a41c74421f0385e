// The API: finds the operation that a request asks for, checks what came with it, and answers in JSON whatever happens.
import openApi from "../../public/openapi.json" with { type: "text" };
import type { Ctx } from "../kernel/context.ts";
import { isFault } from "../kernel/fault.ts";
import { nearest } from "../kernel/nearest.ts";
import type { Operation, ReadOperation } from "../kernel/operation.ts";
import { errorAnswer, faultAnswer, taggedAnswer } from "./api-answers.ts";
import { queryOf, readFields } from "./api-input.ts";
import { createWriting } from "./api-write.ts";
import type { Visitor } from "./schema.ts";
import { paramsOf } from "./site.ts";

const PREFIX = "/api/v1";
const DOCUMENT = `${PREFIX}/openapi.json`;

/** Answers requests below `/api/`. */
export type Api = (request: Request, visitor: Visitor) => Promise<Response>;

export function createApi(ctx: Ctx, operations: readonly Operation[]): Api {
  const write = createWriting(ctx);
  return async (request, visitor) => {
    const url = new URL(request.url);
    try {
      if (!acceptsJson(request))
        return errorAnswer(406, { code: "invalid", message: "The API speaks JSON only.", hint: "Accept: application/json" });
      if (url.pathname === DOCUMENT && isRead(request.method)) return answerText(String(openApi), request);
      const found = find(operations, request.method, url.pathname);
      if (found instanceof Response) return found;
      const params = readFields(found.operation.params, found.params);
      return found.operation.method === "GET"
        ? await answerRead(ctx, found.operation, params, request, visitor)
        : await write(found.operation, params, request, visitor);
    } catch (thrown) {
      if (isFault(thrown)) return faultAnswer(thrown);
      ctx.log.error(`${request.method} ${url.pathname} broke`, { error: thrown instanceof Error ? (thrown.stack ?? "") : String(thrown) });
      const hint = `Please report it with what ${ctx.paths.logs}/daemon.log says.`;
      return errorAnswer(500, { code: "bug", message: "This is a bug in ccm.", hint });
    }
  };
}

async function answerRead(ctx: Ctx, operation: ReadOperation, params: unknown, request: Request, visitor: Visitor): Promise<Response> {
  const query = readFields(operation.query, queryOf(new URL(request.url)));
  // What an operation takes is known to itself; its schemas have just made sure of it.
  const call = { params: params as never, query: query as never, by: visitor.by, signal: request.signal };
  return answerText(JSON.stringify(await operation.run(ctx, call)), request);
}

function answerText(json: string, request: Request): Response {
  const answer = taggedAnswer(json, request);
  return request.method === "HEAD" ? new Response(null, { status: answer.status, headers: answer.headers }) : answer;
}

function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

/** `*` and no wish at all include JSON. */
function acceptsJson(request: Request): boolean {
  const accept = request.headers.get("accept") ?? "";
  return accept.trim() === "" || /\*\/\*|application\/(?:\*|json|[\w.-]+\+json)/i.test(accept);
}

type Found = { operation: Operation; params: Record<string, string> };

/** Names what there is instead of what there is not. */
function find(operations: readonly Operation[], method: string, path: string): Found | Response {
  const here = operations.flatMap((operation) => {
    const params = paramsOf(PREFIX + operation.path, path);
    return params ? [{ operation, params }] : [];
  });
  const wanted = isRead(method) ? "GET" : method;
  const found = here.find(({ operation }) => operation.method === wanted);
  if (found) return found;
  if (here.length === 0) {
    const known = [...new Set(operations.map((operation) => PREFIX + operation.path))];
    const meant = nearest(path, known);
    const hint = meant ? `Did you mean "${meant}"?` : `${DOCUMENT} lists what there is.`;
    return errorAnswer(404, { code: "not_found", message: `There is no "${path}".`, hint });
  }
  const allowed = here.flatMap(({ operation }) => (operation.method === "GET" ? ["GET", "HEAD"] : ["POST"])).join(", ");
  return errorAnswer(
    405,
    { code: "invalid", message: `"${path}" does not take ${method}.`, hint: `It takes ${allowed}.` },
    { allow: allowed },
  );
}
