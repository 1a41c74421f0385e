// A host's endpoint: who may post, what is passed on, and what it does with clients that are slow, many, or after something else.
import { beforeEach, describe, expect, test } from "bun:test";
import { type Endpoint, type EndpointOptions, listen } from "../../src/hooks/endpoint.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { waitFor } from "../support/wait.ts";

const TOKEN = "0123456789abcdef";
const AUTHORIZATION = `Bearer ${TOKEN}`;

type Heard = { event: string; body: string };

let heard: Heard[];
let reply: (heard: Heard) => object | Promise<object>;
let endpoint: Endpoint;

beforeEach(() => {
  heard = [];
  reply = () => ({});
  const onHook: EndpointOptions["onHook"] = (event, body) => {
    const one = { event, body: typeof body === "string" ? body : Buffer.from(body).toString() };
    heard.push(one);
    return reply(one);
  };
  const opened = listen({ token: TOKEN, onHook });
  endpoint = opened;
  afterThisTest(() => opened.close());
});

function post(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${endpoint.url}${path}`, { method: "POST", body: "{}", headers: { Authorization: AUTHORIZATION }, ...init });
}

/** Sends these bytes on a connection of their own and gives what came back when the other side ended it, or has said `until`. */
async function raw(parts: Iterable<string | Uint8Array> | AsyncIterable<string>, until = "\0"): Promise<string> {
  let answer = "";
  let isClosed = false;
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(endpoint.url).port),
    socket: {
      data(_, chunk) {
        answer += chunk.toString();
      },
      close() {
        isClosed = true;
      },
    },
  });
  for await (const part of parts) {
    socket.write(part);
    await new Promise((resolve) => setImmediate(resolve)); // Each part is a packet of its own.
  }
  await waitFor("an answer", () => isClosed || answer.includes(until));
  socket.end();
  return answer;
}

const host = () => new URL(endpoint.url).host;
const request = (body: string, more = "") =>
  `POST /hook/Stop HTTP/1.1\r\nHost: ${host()}\r\nAuthorization: ${AUTHORIZATION}\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;

describe("a hook", () => {
  test("is passed on with its name and its body as it was sent, and gets the host's answer", async () => {
    reply = () => ({ decision: "block", reason: "não" });
    const response = await post("/hook/Stop", { body: `{"last_assistant_message":"x\\n"}` });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({ decision: "block", reason: "não" });
    expect(heard).toEqual([{ event: "Stop", body: `{"last_assistant_message":"x\\n"}` }]);
  });

  test("of any name, with an empty body, or with one that is no JSON, is passed on", async () => {
    for (const [event, body] of [
      ["FutureEvent", ""],
      ["Stop", "no JSON \0"],
    ] as const)
      await post(`/hook/${event}`, { body });
    expect(heard).toEqual([
      { event: "FutureEvent", body: "" },
      { event: "Stop", body: "no JSON \0" },
    ]);
  });

  test("waits as long as the host thinks", async () => {
    let decide = (_: object) => {};
    reply = () => new Promise((resolve) => (decide = resolve));
    const response = post("/hook/PreToolUse");
    await waitFor("the hook", () => heard.length === 1);
    decide({ ok: 1 });
    expect(await (await response).json()).toEqual({ ok: 1 });
  });

  test("whose recording fails gets no opinion", async () => {
    reply = () => Promise.reject(new Error("the disk is full"));
    const response = await post("/hook/Stop");
    expect([response.status, await response.json()]).toEqual([200, {}]);
  });

  test("may have an answer of several MB", async () => {
    const content = "x".repeat(5_000_000);
    reply = () => ({ content });
    expect(await (await post("/hook/PreToolUse")).json()).toEqual({ content });
  });
});

describe("who has no token", () => {
  test.each([
    ["no header", {}],
    ["another token", { Authorization: "Bearer 0123456789abcdeX" }],
    ["a longer token", { Authorization: `${AUTHORIZATION}0` }],
    ["an empty token", { Authorization: "Bearer " }],
    ["another scheme", { Authorization: `Basic ${TOKEN}` }],
  ] as [string, Record<string, string>][])("%s: learns nothing, wherever it knocks", async (_, headers) => {
    for (const path of ["/hook/Stop", "/", "/nowhere"]) {
      const response = await post(path, { headers });
      expect([response.status, await response.text()]).toEqual([401, "{}"]);
    }
    expect(heard).toEqual([]);
  });
});

test.each([
  ["another path", 404, () => post("/hooks/Stop")],
  ["a path below a hook's", 404, () => post("/hook/Stop/x")],
  ["a name that is none", 404, () => post("/hook/..%2f")],
  ["another method", 405, () => fetch(`${endpoint.url}/hook/Stop`, { headers: { Authorization: AUTHORIZATION } })],
  [
    "a name of the host that a web page chose",
    421,
    () => post("/hook/Stop", { headers: { Authorization: AUTHORIZATION, Host: "evil.example" } }),
  ],
] as [string, number, () => Promise<Response>][])("%s is refused with %i", async (_, status, ask) => {
  expect((await ask()).status).toBe(status);
  expect(heard).toEqual([]);
});

test.each([
  ["two lengths", 400, () => request("{}", "Content-Length: 3\r\n")],
  ["two tokens", 400, () => request("{}", `Authorization: ${AUTHORIZATION}\r\n`)],
  ["no length", 411, () => request("").replace(/Content-Length: 0\r\n/, "")],
  ["chunks", 411, () => request("", "Transfer-Encoding: chunked\r\n")],
  ["a length that is no number", 400, () => request("").replace("Length: 0", "Length: -1")],
  ["HTTP/1.0", 505, () => request("").replace("HTTP/1.1", "HTTP/1.0")],
  ["a head without an end", 431, () => `POST /hook/Stop HTTP/1.1\r\nX: ${"x".repeat(20_000)}`],
  ["no HTTP", 401, () => "\0\r\n\r\n"],
  ["a line that is no header", 400, () => request("", "no header\r\n")],
] as [string, number, () => string][])("%s is refused with %i, and the connection ends", async (_, status, text) => {
  expect(await raw([text()])).toStartWith(`HTTP/1.1 ${status} `);
  expect(heard).toEqual([]);
});

describe("a body", () => {
  test("of 16 MB is passed on whole", async () => {
    const body = `{"x":"${"é".repeat(7_999_990)}"}`;
    expect((await post("/hook/PostToolUse", { body })).status).toBe(200);
    expect(heard[0]?.body === body).toBe(true);
  });

  test("that is larger is refused, and the fact is passed on", async () => {
    const response = await post("/hook/PostToolUse", { body: "x".repeat(16_000_001) });
    expect(response.status).toBe(413);
    expect(heard).toEqual([
      {
        event: "PostToolUse",
        body: `{"hook_event_name":"PostToolUse","note":"The body of 16000001 bytes was not kept; 16000000 are allowed."}`,
      },
    ]);
    expect((await post("/hook/Stop")).status).toBe(200);
  });

  test("may come byte by byte", async () => {
    const answer = await raw(
      [...Buffer.from(request(`{"a":1}`, "Connection: close\r\n"))].map((byte) => Uint8Array.of(byte)),
      "{}",
    );
    expect(answer).toStartWith("HTTP/1.1 200 OK\r\n");
    expect(heard).toEqual([{ event: "Stop", body: `{"a":1}` }]);
  });

  test("may wait for a word from the host, as curl's does", async () => {
    const answer = await raw([request("", "Expect: 100-continue\r\n").replace("Length: 0", "Length: 2"), "{}"], "{}");
    expect(answer).toStartWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n");
  });

  test("that is announced by many at once and never comes takes no more than its share", async () => {
    const announce = request("").replace("Length: 0", "Length: 16000000");
    const two = [raw([announce], "503"), raw([announce], "503")].map((one) => one.catch(() => "ended"));
    expect(await raw([announce])).toStartWith("HTTP/1.1 503 ");
    endpoint.close();
    await Promise.all(two);
  });
});

test("who talks on while its hook is answered is hung up on", async () => {
  reply = () => new Promise(() => {});
  async function* impatient() {
    yield request("{}");
    await waitFor("the hook", () => heard.length === 1);
    yield request("{}");
  }
  expect(await raw(impatient())).toBe("");
  expect(heard.length).toBe(1);
});

test("two requests in one packet are none", async () => {
  expect(await raw([request("{}") + request("{}")])).toBe("");
  expect(heard).toEqual([]);
});

test("a client that leaves before its answer leaves nothing behind", async () => {
  const decide: ((reply: object) => void)[] = [];
  reply = () => new Promise((resolve) => decide.push(resolve));
  for (let i = 0; i < 4; i++) {
    const gone = new AbortController();
    const response = post("/hook/PreToolUse", { body: "x".repeat(10_000_000), signal: gone.signal }).catch(() => "left");
    await waitFor("the hook", () => decide.length === i + 1);
    gone.abort();
    expect(await response).toBe("left");
    decide[i]?.({});
  }
  reply = () => ({});
  expect((await post("/hook/Stop")).status).toBe(200);
});

test("hundreds at once are all answered, each with its own answer", async () => {
  reply = ({ body }) => ({ body });
  const bodies = Array.from({ length: 400 }, (_, i) => `${i} ${"x".repeat(i * 10)}`);
  const answers: unknown[] = [];
  const next = bodies.entries();
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      for (const [i, body] of next) answers[i] = await (await post("/hook/PostToolUse", { body })).json();
    }),
  );
  expect(answers).toEqual(bodies.map((body) => ({ body })));
  expect(heard.length).toBe(400);
});

test("connections beyond 128 are hung up on, and those that are open go on", async () => {
  const open: boolean[] = [];
  const knock = (i: number) =>
    Bun.connect({
      hostname: "127.0.0.1",
      port: Number(new URL(endpoint.url).port),
      socket: {
        data(socket) {
          socket.end();
        },
        close() {
          open[i] = false;
        },
      },
    });
  const sockets = await Promise.all(
    Array.from({ length: 140 }, async (_, i) => {
      open[i] = true;
      return await knock(i);
    }),
  );
  await waitFor("the last ones to be hung up on", () => open.filter(Boolean).length === 128);
  sockets[open.indexOf(true)]?.write(request("{}"));
  await waitFor("the hook", () => heard.length === 1);
  for (const socket of sockets) socket.terminate();
  await waitFor("room for others", async () => (await post("/hook/Stop").catch(() => null))?.ok);
});

test("a connection is still there when its agent has thought for a while", async () => {
  async function* thinking() {
    yield request("{}");
    await waitFor("the hook", () => heard.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    yield request("{}", "X-Last: 1\r\n");
    await waitFor("the second hook", () => heard.length === 2);
    endpoint.close();
  }
  expect((await raw(thinking())).match(/200 OK/g)?.length).toBe(2);
});
