// What comes to a host beside its command's pipes: hooks over loopback and through the spool, each written down before it is answered.

import { join } from "node:path";
import { openEndpoint, readSpool } from "../../hooks/actions.ts";
import type { Json } from "../../kernel/json.ts";
import type { RunPaths } from "../../kernel/paths.ts";
import { sha256 } from "../../kernel/sha256.ts";
import { returnLogin } from "../claude/home.ts";
import { besideProxy } from "../rules.ts";
import { writeWhole } from "../run-files.ts";
import type { RunSpec } from "../schema.ts";
import { endpointDoor } from "./network.ts";
import { createRecorder, type Recorder } from "./record.ts";

/** Who wants to know what the agent says and does; until somebody does, it is only written down. */
export type Listener = { frame(frame: Json): void; hook(event: string, body: unknown): object | Promise<object> };

export type Wire = {
  recorder: Recorder;
  /** What the run's processes need for reaching their host; empty for gates and set-up. */
  variables: Record<string, string>;
  /** The port of the endpoint as they see it, null for gates and set-up. */
  port: number | null;
  connect(listener: Listener): void;
  /** Reads what came through the spool, and sees to the login. */
  tick(): void;
  close(): void;
};

/** A login is renewed some minutes before it ends: looking every few seconds is early enough. */
const LOGIN_TICKS = 10;
/** Reads of the spool, of 500 lines or 4 MB each: 10,000 hooks a second, and at the end as much as a run folder holds. */
const READS_A_TICK = 4;
const READS_AT_THE_END = 50;

export function openWire(spec: RunSpec, run: RunPaths): Wire {
  let listener: Listener | undefined;
  const recorder = createRecorder(run, spec.output, spec.limits.outputBytes, (frame) => listener?.frame(frame));
  function connect(other: Listener): void {
    listener = other;
  }

  if (spec.kind !== "agent") {
    return { recorder, variables: {}, port: null, connect, tick: () => {}, close: () => {} };
  }

  /** The body is as the agent sent it: redacted in the record, whole for the answer. */
  function onHook(event: string, body: Uint8Array | string): object | Promise<object> {
    const text = typeof body === "string" ? body : new TextDecoder().decode(body);
    recorder.hook(event, text);
    return listener?.hook(event, parsed(text)) ?? {};
  }

  const token = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex");
  const endpoint = openEndpoint({ token, onHook, door: endpointDoor(spec, run) });
  const spool = readSpool(run.spool);
  writeWhole(join(run.root, "endpoint.json"), JSON.stringify({ url: endpoint.url, tokenSha256: sha256(token) }));
  let ticks = 0;

  /** In bounded parts: whoever floods the spool does not keep the host from its work. */
  function readSome(reads: number): void {
    for (let i = 0; i < reads && !recorder.full(); i++) {
      const lines = spool.read();
      if (lines.length === 0) return;
      for (const line of lines) {
        if (line.kind === "hook") recorder.hook(line.event, JSON.stringify(line.body));
        else recorder.hook("unknown", line.text);
      }
    }
  }

  function seeToLogin(): void {
    const { conversation, env } = spec;
    if (conversation?.home && env.HOME) returnLogin(env.HOME, conversation.home.configFolder);
  }

  return {
    recorder,
    variables: { CCM_RUN_URL: endpoint.url, CCM_RUN_TOKEN: token, ...(spec.conversation ? besideProxy(spec.env) : {}) },
    port: endpoint.port,
    connect,
    tick() {
      readSome(READS_A_TICK);
      if (ticks++ % LOGIN_TICKS === 0) seeToLogin();
    },
    close() {
      readSome(READS_AT_THE_END);
      seeToLogin();
      endpoint.close();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
