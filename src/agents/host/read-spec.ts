// Reading spec.json by hand: a schema library would cost the host more memory than everything else it does.
import { COMMAND_CLASSES, type GuardRules, VERDICTS } from "../../hooks/rules.ts";
import type { AutomationOrder } from "../../hooks/schema.ts";
import { Fault } from "../../kernel/fault.ts";
import { isJson } from "../../kernel/json.ts";
import { NETWORKS, SANDBOX_LEVELS, type SandboxSpec } from "../../sandbox/schema.ts";
import { SECRET_STORES } from "../../secrets/schema.ts";
import { ANSWER_VERDICTS, type Answer, type Conversation, type HomeOrder, RUN_KINDS, type RunLimits, type RunSpec } from "../schema.ts";

const PROMPT_BY = ["argument", "stdin", "file", "none"] as const;
const OUTPUT = ["text", "stream-json"] as const;

/** The spec in this JSON text. Faults: `invalid`, naming the field that is wrong. */
export function parseSpec(json: string): RunSpec {
  const read = fieldsOf(parseJson(json), "spec");
  return {
    runId: read.count("runId"),
    taskId: read.count("taskId"),
    kind: read.oneOf("kind", RUN_KINDS),
    title: read.text("title"),
    argv: read.texts("argv"),
    prompt: read.text("prompt"),
    promptBy: read.oneOf("promptBy", PROMPT_BY),
    output: read.oneOf("output", OUTPUT),
    conversation: conversationOf(read.value("conversation")),
    guard: guardOf(read.value("guard")),
    automations: read.list("automations").map(automationOf),
    answers: read.list("answers").map(answerOf),
    env: read.textByName("env"),
    sandbox: sandboxOf(read.value("sandbox")),
    limits: limitsOf(read.value("limits")),
    treePath: read.text("treePath"),
    gitPath: read.text("gitPath"),
  };
}

function conversationOf(value: unknown): Conversation | null {
  if (value === null || value === undefined) return null;
  const read = fieldsOf(value, "spec.conversation");
  return {
    protocol: read.oneOf("protocol", ["claude"] as const),
    session: read.text("session"),
    home: homeOf(read.value("home")),
    silent: read.flag("silent"),
    parkMs: read.count("parkMs"),
    idleMs: read.count("idleMs"),
  };
}

function homeOf(value: unknown): HomeOrder | null {
  if (value === null) return null;
  const read = fieldsOf(value, "spec.conversation.home");
  return {
    configFolder: read.text("configFolder"),
    stateFile: read.text("stateFile"),
    repository: read.text("repository"),
    tree: read.text("tree"),
    servers: read.oneOf("servers", ["kept", "left out"] as const),
  };
}

function guardOf(value: unknown): GuardRules {
  const read = fieldsOf(value, "spec.guard");
  const classes = fieldsOf(read.value("classes"), "spec.guard.classes");
  return {
    classes: Object.fromEntries(COMMAND_CLASSES.map((one) => [one, classes.oneOf(one, VERDICTS)])) as GuardRules["classes"],
    deny: read.texts("deny"),
    ask: read.texts("ask"),
    allow: read.texts("allow"),
  };
}

function automationOf(value: unknown): AutomationOrder {
  const read = fieldsOf(value, "spec.automations");
  return {
    name: read.text("name"),
    path: read.text("path"),
    events: read.texts("events"),
    matcher: read.text("matcher"),
    deadlineMs: read.count("deadlineMs"),
    failure: read.oneOf("failure", ["allow", "deny"] as const),
    secrets: read.list("secrets").map(secretOf),
  };
}

function secretOf(value: unknown): AutomationOrder["secrets"][number] {
  const read = fieldsOf(value, "spec.automations.secrets");
  return { name: read.text("name"), store: read.value("store") === null ? null : read.oneOf("store", SECRET_STORES) };
}

function answerOf(value: unknown): Answer {
  const read = fieldsOf(value, "answer");
  return {
    key: read.text("key"),
    tool: read.text("tool"),
    input: read.value("input"),
    verdict: read.oneOf("verdict", ANSWER_VERDICTS),
    text: read.text("text"),
  };
}

function sandboxOf(value: unknown): SandboxSpec {
  const read = fieldsOf(value, "spec.sandbox");
  return {
    level: read.oneOf("level", SANDBOX_LEVELS),
    write: read.texts("write"),
    protect: read.texts("protect"),
    hide: read.texts("hide"),
    show: read.texts("show"),
    tmp: read.text("tmp"),
    cwd: read.text("cwd"),
    network: read.oneOf("network", NETWORKS),
    hosts: read.texts("hosts"),
    ports: read.list("ports").map(Number),
    relays: read.list("relays").map(relayOf),
    fileBytes: read.count("fileBytes"),
    user: userOf(read.value("user")),
    unixSockets: read.flag("unixSockets"),
  };
}

function userOf(value: unknown): SandboxSpec["user"] {
  if (value === null) return null;
  const read = fieldsOf(value, "spec.sandbox.user");
  return { id: read.count("id"), home: read.text("home") };
}

function relayOf(value: unknown): SandboxSpec["relays"][number] {
  const read = fieldsOf(value, "spec.sandbox.relays");
  return { port: read.count("port"), socket: read.text("socket") };
}

function limitsOf(value: unknown): RunLimits {
  const read = fieldsOf(value, "spec.limits");
  return {
    runMs: read.count("runMs"),
    memoryBytes: read.count("memoryBytes"),
    children: read.count("children"),
    outputBytes: read.count("outputBytes"),
    treeBytes: read.count("treeBytes"),
    commits: read.count("commits"),
    stopMs: read.count("stopMs"),
  };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new Fault("invalid", `The run's "spec.json" is not JSON.`, "Retry the task; its next run gets a new folder.", { cause });
  }
}

/** Readers of an object's fields, each refusing what is not of its type. */
function fieldsOf(value: unknown, where: string) {
  if (!isJson(value)) throw wrong(where);
  const check = <T>(name: string, ok: (field: unknown) => boolean): T => {
    const field = value[name];
    if (!ok(field)) throw wrong(`${where}.${name}`);
    return field as T;
  };
  return {
    value: (name: string) => value[name],
    text: (name: string) => check<string>(name, isText),
    flag: (name: string) => check<boolean>(name, (field) => typeof field === "boolean"),
    count: (name: string) => check<number>(name, (field) => Number.isSafeInteger(field) && Number(field) >= 0),
    list: (name: string) => check<unknown[]>(name, Array.isArray),
    texts: (name: string) => check<string[]>(name, (field) => Array.isArray(field) && field.every(isText)),
    textByName: (name: string) => check<Record<string, string>>(name, (field) => isJson(field) && Object.values(field).every(isText)),
    oneOf: <T extends string>(name: string, allowed: readonly T[]) => check<T>(name, (field) => allowed.includes(field as T)),
  };
}

/** No NUL: the kernel's strings end there. */
function isText(value: unknown): boolean {
  return typeof value === "string" && !value.includes("\0");
}

function wrong(field: string): Fault {
  return new Fault(
    "invalid",
    `"${field}" in the run's spec.json is missing or of the wrong type.`,
    "Retry the task; its next run gets a new folder.",
  );
}
