// Requests as bytes on a socket: what fetch would refuse to send, or would put right first.
import { connect } from "node:net";

/** An answer that does not come by then hangs. */
const ANSWER_MS = 20_000;

/** `status` is 0 when the server hung up without a word. `head` and `body` are as they came. */
export type Answered = { status: number; head: string; body: string };

/** Sends the bytes and reads one answer: as far as its Content-Length says, the head of a stream, or until the server hangs up. */
export function exchange(port: number, bytes: string | Buffer): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes));
    let received = "";
    const end = () => {
      socket.destroy();
      resolve(parse(received));
    };
    socket.setTimeout(ANSWER_MS, () => {
      socket.destroy();
      reject(new Error(`No answer after ${ANSWER_MS / 1000} s; so far: ${JSON.stringify(received.slice(0, 200))}`));
    });
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (isWhole(received)) end();
    });
    socket.on("end", end);
    socket.on("error", end); // A reset is a way to hang up.
  });
}

function isWhole(text: string): boolean {
  const { head, body } = parse(text);
  if (/^content-type: text\/event-stream/im.test(head)) return true;
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  return length !== undefined && body.length >= Number(length);
}

function parse(text: string): Answered {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return { status: 0, head: text, body: "" };
  return { status: Number(text.split(" ")[1]), head: text.slice(0, end), body: text.slice(end + 4) };
}

/** The value of a header in the answer, undefined without it. */
export function header({ head }: Answered, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, "im").exec(head)?.[1]?.trim();
}

/** The bytes of a request; the headers are lines, and Host is the first of them unless they begin with one. */
export function request(line: string, host: string, headers: readonly string[] = [], body = ""): string {
  const hosts = headers[0]?.toLowerCase().startsWith("host") ? [] : [`Host: ${host}`];
  const length =
    body === "" || headers.some((one) => /^(?:content-length|transfer-encoding)/i.test(one))
      ? []
      : [`Content-Length: ${Buffer.byteLength(body)}`];
  return `${[`${line} HTTP/1.1`, ...hosts, ...headers, ...length].join("\r\n")}\r\n\r\n${body}`;
}
