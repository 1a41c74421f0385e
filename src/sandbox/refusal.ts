// What the proxy says to those whom it does not let through, and why.
import type { Target } from "./allow-list.ts";
import { DEAF, type Line } from "./splice.ts";

/**
 * Why somebody was not let through: the list does not have it; its name leads to where no name may lead; in a tunnel to a
 * listed host another one was asked for, who may be behind the same address.
 */
export const REFUSALS = ["unlisted", "address", "tunnel"] as const;
export type Refusal = Target & { why: (typeof REFUSALS)[number] };

/** What the agent is told, and what it can do about it. */
export function refusalText({ host, port, why }: Refusal, hosts: readonly string[]): string {
  const what =
    why !== "address"
      ? `This run may not reach "${host}" at port ${port}. It may reach: ${hosts.join(", ") || "nothing"}.`
      : `The name "${host}" leads to an address of this machine or its network, which must be listed itself.`;
  return `${what} Trying another way is of no use. Go on without it, or say at the end which host you need and what for: a person can allow it.`;
}

const STATUS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Not Allowed By ccm",
  407: "Proxy Authentication Required",
  431: "Request Header Fields Too Large",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};
/** Who does not take the answer is hung up on. */
const GOODBYE_SECONDS = 30;

/** The whole answer, after which the connection ends. */
export function answerOf(status: number, text: string): string {
  const body = `ccm: ${text}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS[status]}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    ...(status === 407 ? ['Proxy-Authenticate: Basic realm="ccm"'] : []),
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** Says it and hangs up: short enough for any socket that nothing was written to yet. */
export function refuse(line: Line, status: number, text: string): void {
  line.data = { ...DEAF, end: () => line.end() };
  line.write(answerOf(status, text));
  line.timeout(GOODBYE_SECONDS);
  line.resume();
  line.shutdown();
}
