// The OpenAPI document: up to date, whole in itself, and true to the operations.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { version } from "../../package.json" with { type: "json" };
import type { Operation } from "../../src/kernel/operation.ts";
import { allOperations } from "../../src/modules.ts";
import { openApi, openApiText } from "../../src/web/open-api.ts";
import { openApi as openTestApi } from "../support/api.ts";
import { openCommandHome } from "../support/command-home.ts";

type Json = Record<string, unknown>;

const FILE = join(import.meta.dir, "../../public/openapi.json");
const operations = await allOperations();
const document = openApi(operations, version);
const described = Object.entries(document.paths as Record<string, Record<string, Json>>).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

test("the file is that of the operations as they are; `bun run build.ts` writes it", () => {
  expect(readFileSync(FILE, "utf8") === openApiText(operations, version)).toBe(true);
});

test("it is served to whoever has the token", async () => {
  const api = await openTestApi(openCommandHome().ctx);
  expect(await api.get("/openapi.json")).toMatchObject({ status: 200, body: { openapi: "3.1.1", info: { title: "ccm", version } } });
});

/** What https://spec.openapis.org/oas/v3.1.1.html demands of the parts that the document has. */
const text = v.pipe(v.string(), v.minLength(1));
const ref = v.strictObject({ $ref: v.pipe(v.string(), v.startsWith("#/components/")) });
const schema = v.looseObject({});
const content = v.strictObject({ "application/json": v.strictObject({ schema, example: v.optional(v.looseObject({})) }) });
const parameter = v.strictObject({
  name: text,
  in: v.picklist(["path", "query", "header"]),
  required: v.optional(v.boolean()),
  description: v.optional(text),
  schema,
  example: v.optional(v.string()),
});
const response = v.strictObject({ description: text, content });
const operationSchema = v.strictObject({
  operationId: v.pipe(v.string(), v.regex(/^[a-z][A-Za-z]+$/)),
  summary: v.pipe(text, v.regex(/[^.]$/, "a summary has no full stop")),
  description: v.optional(text),
  tags: v.tuple([text]),
  parameters: v.array(v.union([ref, parameter])),
  requestBody: v.optional(v.strictObject({ required: v.boolean(), content })),
  responses: v.record(v.pipe(v.string(), v.regex(/^[1-5]\d\d$/)), v.union([ref, response])),
});
const documentSchema = v.strictObject({
  openapi: v.literal("3.1.1"),
  info: v.strictObject({ title: text, version: text, description: text, license: v.strictObject({ name: text, identifier: text }) }),
  servers: v.array(v.strictObject({ url: text, description: text })),
  security: v.array(v.record(v.string(), v.array(v.string()))),
  paths: v.record(v.pipe(v.string(), v.startsWith("/")), v.record(v.picklist(["get", "post"]), operationSchema)),
  components: v.strictObject({
    securitySchemes: v.record(v.string(), v.strictObject({ type: v.literal("http"), scheme: v.literal("bearer"), description: text })),
    schemas: v.record(v.string(), schema),
    responses: v.record(v.string(), response),
    parameters: v.record(v.string(), parameter),
  }),
});

describe("the document", () => {
  test("has every part that OpenAPI demands, and none that it does not know", () => {
    expect(
      v.safeParse(documentSchema, document).issues?.map((issue) => `${v.getDotPath(issue as v.BaseIssue<unknown>)}: ${issue.message}`),
    ).toBeUndefined();
  });

  test("names only what is in it, and everything that is in it", () => {
    const refs = new Set(JSON.stringify(document).match(/(?<="\$ref":")[^"]+/g));
    const components = document.components as Record<string, Json>;
    const there = Object.entries(components).flatMap(([kind, all]) => Object.keys(all).map((name) => `#/components/${kind}/${name}`));
    expect([...refs].filter((one) => !there.includes(one))).toEqual([]);
    expect(there.filter((one) => !refs.has(one))).toEqual(["#/components/securitySchemes/token"]);
  });

  test("says of every field in every schema what it is", () => {
    const empty: string[] = [];
    const look = (part: unknown, path: string) => {
      if (typeof part !== "object" || part === null) return;
      if (/\/(?:properties)\/[^/]+$/.test(path) && Object.keys(part).length === 0) empty.push(path);
      for (const [key, value] of Object.entries(part)) look(value, `${path}/${key}`);
    };
    look(document, "");
    // What a tool is given is the agent's, and may be anything.
    expect(empty.filter((path) => !path.endsWith("/question/properties/input"))).toEqual([]);
  });

  test("has each operation once, by the name of its command, with every parameter of its path", () => {
    const names = described.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(names.sort()).toEqual(operations.map(({ name }) => name).sort());
    for (const { path, operation } of described) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, required: true }) as Json);
      const given = (operation.parameters as Json[]).filter((one) => one.in === "path");
      expect(given.map(({ name, required }) => ({ name, required }) as Json)).toEqual(inPath);
    }
  });

  test("shows only examples that would be taken", () => {
    const examples = operations.flatMap((operation: Operation) =>
      operation.method === "POST" && operation.body && operation.example ? [[operation.body, operation.example] as const] : [],
    );
    expect(examples.length).toBeGreaterThan(5);
    for (const [body, example] of examples) expect(v.safeParse(body, example).issues).toBeUndefined();
  });
});

test("the names are those of the command line, but for what it has under another one", async () => {
  const { out } = openCommandHome();
  const help = await out("--help");
  const camel = (command: string) => command.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const commands = new Set(
    [...help.matchAll(/^ {2}([a-z][a-z-]+)(?: ([a-z-]+))?/gm)].flatMap(([, word = "", action = ""]) => [
      camel(word),
      camel(`${word}-${action}`),
    ]),
  );
  expect(operations.map(({ name }) => name).filter((name) => !commands.has(name))).toEqual([
    ...["listAutomations", "automationLogs", "enableAutomation", "disableAutomation"],
    ...["agentOutput", "listApprovals", "checkAudit"],
  ]);
});
