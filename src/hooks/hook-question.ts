// A hook's question to the host of its run: one HTTP request, by hand because fetch would send it through the proxy of a person's HTTP_PROXY.

export type HookQuestion = { url: string; token: string; event: string; body: Uint8Array };

/** An agent must not wait for a host that hangs; a living one answers in milliseconds, and refuses a call that it cannot judge in 2 s. */
const ANSWER_MS = 4_000;
/** An answer may hold a changed input of a tool, so a whole file. */
const ANSWER_BYTES = 16_000_000;

/** The host's answer as it came; undefined when there is no host, when it takes longer than 4 s, and when it refuses. Never throws. */
export async function ask({ url, token, event, body }: HookQuestion): Promise<string | undefined> {
  const address = URL.parse(url);
  if (!address) return undefined;
  const head = [
    `POST /hook/${encodeURIComponent(event)} HTTP/1.1`,
    `Host: ${address.host}`,
    `Authorization: Bearer ${token}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    "Connection: close",
  ].join("\r\n");
  return await exchange({ hostname: address.hostname, port: Number(address.port) }, Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body]));
}

function exchange(address: { hostname: string; port: number }, request: Buffer): Promise<string | undefined> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, ANSWER_MS, undefined);
    const settle = (answer: string | undefined) => {
      clearTimeout(late);
      resolve(answer);
    };
    const unsent = { bytes: request };
    let received: Buffer = Buffer.alloc(0);
    const send = (socket: { write(bytes: Buffer): number }) => {
      unsent.bytes = unsent.bytes.subarray(Math.max(0, socket.write(unsent.bytes)));
    };
    Bun.connect({
      ...address,
      socket: {
        open: send,
        drain: send,
        data(socket, chunk) {
          received = Buffer.concat([received, chunk]);
          const answer = answerIn(received);
          if (answer === "more" && received.length <= ANSWER_BYTES) return;
          settle(answer === "more" || answer === "refused" ? undefined : answer.text);
          socket.terminate();
        },
        close: () => settle(undefined),
        error: () => settle(undefined),
        connectError: () => settle(undefined),
      },
    }).catch(() => settle(undefined));
  });
}

function answerIn(received: Buffer): "more" | "refused" | { text: string } {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return "more";
  const head = received.toString("latin1", 0, end);
  const bytes = Number(/^content-length: *(\d+)$/im.exec(head)?.[1] ?? Number.NaN);
  if (!head.startsWith("HTTP/1.1 200 ") || Number.isNaN(bytes)) return "refused";
  const body = received.subarray(end + 4);
  return body.length < bytes ? "more" : { text: body.toString("utf8", 0, bytes) };
}
