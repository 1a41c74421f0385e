// One client of a host's endpoint: requests one after another, each with a body of bounded size, each answered.
import type { Socket } from "bun";
import { type Door, readHead } from "./endpoint-head.ts";

export type Limits = { bodyBytes: number; headBytes: number; silenceSeconds: number };

/** What all clients share. `room` is for bodies under way; `ask` never throws. */
export type Shared = {
  door: Door;
  limits: Limits;
  room: { take(bytes: number): boolean; give(bytes: number): void };
  ask(event: string, body: Uint8Array | string): Promise<object>;
};

export type Connection = { take(chunk: Buffer): void; drain(): void; close(): void };

/** `body` is null for one that is over the limit: its bytes are counted and dropped. */
type Incoming = { event: string; bodyBytes: number; received: number; body: Buffer | null };

const NOTHING = Buffer.alloc(0);
const END_OF_HEAD = "\r\n\r\n";

export function createConnection(client: Socket<Connection>, { door, limits, room, ask }: Shared): Connection {
  const out = createOut(client);
  const head = createHeadReader(limits.headBytes);
  let incoming: Incoming | null = null;
  let isAnswering = false;
  client.setNoDelay(true);
  client.timeout(limits.silenceSeconds);

  function takeHead(chunk: Buffer): void {
    const whole = head.take(chunk);
    if (whole === "more") return;
    if (whole === "too long") return out.refuse(431);
    const read = readHead(whole.text, door);
    if (typeof read === "number") return out.refuse(read);
    const isKept = read.bodyBytes <= limits.bodyBytes;
    if (isKept && !room.take(read.bodyBytes)) return out.refuse(503);
    if (read.expectsContinue) out.send(Buffer.from("HTTP/1.1 100 Continue\r\n\r\n"));
    incoming = { ...read, received: 0, body: isKept ? Buffer.allocUnsafeSlow(read.bodyBytes) : null };
    takeBody(incoming, whole.rest);
  }

  function takeBody(request: Incoming, chunk: Buffer): void {
    if (request.received + chunk.length > request.bodyBytes) return void client.terminate();
    request.body?.set(chunk, request.received);
    request.received += chunk.length;
    if (request.received === request.bodyBytes) answer(request);
  }

  async function answer(request: Incoming): Promise<void> {
    isAnswering = true;
    client.timeout(0);
    const reply = await ask(request.event, request.body ?? noteOn(request, limits));
    isAnswering = false;
    letGo();
    if (request.body) out.send(response(200, reply));
    else out.refuse(413);
  }

  function letGo(): void {
    if (incoming?.body) room.give(incoming.bodyBytes);
    incoming = null;
  }

  return {
    take(chunk) {
      if (out.isEnding()) return;
      if (isAnswering) return void client.terminate(); // Nobody who waits for an answer has more to say.
      client.timeout(limits.silenceSeconds);
      if (incoming) takeBody(incoming, chunk);
      else takeHead(chunk);
    },
    drain: out.flush,
    close() {
      out.abandon();
      if (!isAnswering) letGo();
    },
  };
}

/** Collects the head of a request; `rest` is what came with it of the body. */
function createHeadReader(limitBytes: number) {
  let held: Buffer = NOTHING;
  return {
    take(chunk: Buffer): "more" | "too long" | { text: string; rest: Buffer } {
      const bytes = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
      const end = bytes.indexOf(END_OF_HEAD);
      if (end > limitBytes || (end < 0 && bytes.length > limitBytes)) return "too long";
      held = end < 0 ? bytes : NOTHING;
      return end < 0 ? "more" : { text: bytes.toString("latin1", 0, end), rest: bytes.subarray(end + END_OF_HEAD.length) };
    },
  };
}

function noteOn({ event, bodyBytes }: Incoming, limits: Limits): string {
  return JSON.stringify({ hook_event_name: event, note: `The body of ${bodyBytes} bytes was not kept; ${limits.bodyBytes} are allowed.` });
}

/** The way out to a client: what its socket does not take at once waits for it to drain. */
function createOut(client: Socket<Connection>) {
  let unsent: Buffer = NOTHING;
  let state: "open" | "ending" | "gone" = "open";

  function flush(): void {
    if (state === "gone") return;
    if (unsent.length > 0) unsent = unsent.subarray(Math.max(0, client.write(unsent)));
    if (unsent.length === 0 && state === "ending") client.end();
  }

  function send(bytes: Buffer): void {
    unsent = unsent.length > 0 ? Buffer.concat([unsent, bytes]) : bytes;
    flush();
  }

  return {
    send,
    flush,
    refuse(status: number): void {
      state = "ending";
      send(response(status, {}));
    },
    abandon(): void {
      state = "gone";
      unsent = NOTHING;
    },
    isEnding: () => state !== "open",
  };
}

function response(status: number, reply: object): Buffer {
  const body = JSON.stringify(reply);
  const lines = [
    `HTTP/1.1 ${status} ${status === 200 ? "OK" : "Refused"}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(status === 200 ? [] : ["Connection: close"]),
  ];
  return Buffer.from(`${lines.join("\r\n")}${END_OF_HEAD}${body}`);
}
