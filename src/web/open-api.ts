// The OpenAPI document, made of the operations and their schemas. For building and tests: what makes it is not in the executable.
import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { agentShapeSchema, agentStatusSchema, listedRunSchema, runShapeSchema, treeShapeSchema } from "../agents/shapes.ts";
import { FAULTS } from "../kernel/fault.ts";
import type { Fields, Operation, ReadOperation, WriteOperation } from "../kernel/operation.ts";
import { eventShapeSchema, needSchema, storyShapeSchema } from "../progress/shapes.ts";
import { projectShapeSchema } from "../projects/shapes.ts";
import { projectStatusSchema, taskShapeSchema } from "../tasks/shapes.ts";

/** What is described once and named from everywhere. */
const COMPONENTS: Record<string, v.GenericSchema> = {
  Agent: agentShapeSchema,
  AgentRun: listedRunSchema,
  AgentStatus: agentStatusSchema,
  Event: eventShapeSchema,
  Need: needSchema,
  Project: projectShapeSchema,
  ProjectStatus: projectStatusSchema,
  Run: runShapeSchema,
  Task: taskShapeSchema,
  TaskStatus: storyShapeSchema,
  Worktree: treeShapeSchema,
};

type Json = Record<string, unknown>;

/** The content of public/openapi.json. */
export function openApiText(operations: readonly Operation[], version: string): string {
  return `${JSON.stringify(openApi(operations, version), null, 1)}\n`;
}

/** https://spec.openapis.org/oas/v3.1.1.html */
export function openApi(operations: readonly Operation[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: "3.1.1",
    info: { title: "ccm", version, description: ABOUT, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/api/v1", description: "The daemon of this machine, at http://127.0.0.1:8765 unless web.port says otherwise" }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "The content of `token` in CCM_HOME (~/.ccm)" } },
      schemas: {
        ...Object.fromEntries(Object.entries(COMPONENTS).map(([name, schema]) => [name, schemaOf(schema, "output")])),
        Error: ERROR,
      },
      responses: errorResponses(),
      parameters: { IdempotencyKey: IDEMPOTENCY_KEY },
    },
  };
}

const ABOUT = [
  "What the command line does, for scripts: the same nouns and verbs, and the answers of `--json`.",
  "Reads are GET, writes are POST. Lists have `items`, and `next`: the cursor of the page that follows.",
  "A write with an `Idempotency-Key` may be sent again: it is done once, and answered the same way for 24 hours.",
].join("\n\n");

const ERROR = {
  type: "object",
  description: "Every answer that is none of what was asked for.",
  properties: {
    error: {
      type: "object",
      properties: {
        code: { enum: [...Object.keys(FAULTS), "bug"] },
        message: { type: "string", description: "What is wrong, in one sentence" },
        hint: { type: "string", description: "What to try; it may be empty" },
      },
      required: ["code", "message", "hint"],
    },
  },
  required: ["error"],
};

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */
const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header",
  description: "Makes it safe to send the request again. A new one for each request, such as a UUID in double quotes.",
  schema: { type: "string", minLength: 1, maxLength: 257 },
  example: '"6f1d3c52-7a0e-4d6b-9c1e-2f7f3f1c9a11"',
};

/** What else an operation may answer, by its status. */
const ERRORS = {
  401: "No token, or another one",
  403: "Not allowed (`denied`)",
  404: "There is no such thing (`not_found`)",
  409: "Not as things are now (`conflict`)",
  413: "The body is too large",
  415: "The body is not said to be JSON",
  422: "What came with the request is wrong (`invalid`), or the key was used for another request",
  500: "The machine does not let it (`environment`), the task failed (`failed`), or there is a `bug`",
  503: "What is needed is not there now (`unavailable`)",
  504: "The time is over (`timeout`)",
} as const;

function errorResponses(): Json {
  const content = { "application/json": { schema: { $ref: "#/components/schemas/Error" } } };
  return Object.fromEntries(Object.entries(ERRORS).map(([status, description]) => [`Error${status}`, { description, content }]));
}

function describe(operation: Operation): Json {
  const isRead = operation.method === "GET";
  const left = isRead ? [413, 415] : [504];
  const errors = Object.keys(ERRORS).filter((status) => !left.includes(Number(status)));
  return {
    operationId: operation.name,
    summary: operation.summary,
    ...(operation.description ? { description: operation.description } : {}),
    tags: [operation.path.split("/")[1]],
    parameters: [
      ...parametersOf("path", operation.params),
      ...(isRead ? parametersOf("query", (operation as ReadOperation).query) : [{ $ref: "#/components/parameters/IdempotencyKey" }]),
    ],
    ...(isRead ? {} : bodyOf(operation as WriteOperation)),
    responses: {
      200: { description: "Done", content: { "application/json": { schema: named(operation.answer) } } },
      ...Object.fromEntries(errors.map((status) => [status, { $ref: `#/components/responses/Error${status}` }])),
    },
  };
}

function parametersOf(place: "path" | "query", fields: Fields | undefined): Json[] {
  return Object.entries(fields?.entries ?? {}).map(([name, entry]) => {
    const { description, default: byDefault, ...schema } = schemaOf(entry as v.GenericSchema, "output");
    // Of what is read from a query the default is the text that would be there.
    const given =
      byDefault === undefined
        ? {}
        : { default: schema.type === "integer" ? Number(byDefault) : schema.type === "boolean" ? byDefault === "true" : byDefault };
    return {
      name,
      in: place,
      required: place === "path",
      ...(description ? { description } : {}),
      schema: { ...schema, ...given },
    };
  });
}

function bodyOf({ body, example }: WriteOperation): Json {
  if (!body) return {};
  const required = Object.values(body.entries).some((entry) => !/optional$/i.test(inner(entry as v.GenericSchema).type));
  return {
    requestBody: { required, content: { "application/json": { schema: schemaOf(body, "input"), ...(example ? { example } : {}) } } },
  };
}

/** A pipe begins with the schema whose type is meant. */
function inner(schema: v.GenericSchema): v.GenericSchema {
  return "pipe" in schema ? (schema.pipe as [v.GenericSchema])[0] : schema;
}

function named(schema: v.GenericSchema): Json {
  const name = Object.keys(COMPONENTS).find((one) => COMPONENTS[one] === schema);
  return name ? { $ref: `#/components/schemas/${name}` } : schemaOf(schema, "output");
}

/** Checks that JSON Schema has no words for, such as "not only spaces", are left out. */
function schemaOf(schema: v.GenericSchema, typeMode: "input" | "output"): Json {
  const definitions = Object.fromEntries(Object.entries(COMPONENTS).filter(([, one]) => one !== schema));
  const {
    $schema: _,
    $defs: __,
    ...rest
  } = toJsonSchema(schema, {
    target: "draft-2020-12",
    typeMode,
    errorMode: "ignore",
    definitions,
    overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  });
  return rest as Json;
}
