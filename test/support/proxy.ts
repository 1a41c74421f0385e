// The proxy of a run on a port of this machine, sites for it to lead to, and clients that ask it.
import { openProxy, type ProxyOptions } from "../../src/sandbox/proxy.ts";
import type { Refusal } from "../../src/sandbox/refusal.ts";
import { afterThisTest } from "./clean-up.ts";

export const PASSWORD = "of-a-test";
export const AUTHORIZED = `Proxy-Authorization: Basic ${btoa(`ccm:${PASSWORD}`)}`;

/** `refused` is whom it did not let through. */
export function openForTest(hosts: string[], more: Partial<ProxyOptions> = {}) {
  const refused: Refusal[] = [];
  const proxy = openProxy({ hosts, at: { password: PASSWORD }, onRefusal: (refusal) => refused.push(refusal), ...more });
  afterThisTest(proxy.close);
  return { ...proxy, refused, url: `http://ccm:${PASSWORD}@127.0.0.1:${proxy.port}` };
}

/** A web server of this machine at an address that is listed as it is. */
export function openSite(hostname: string, answer: (request: Request) => Response | Promise<Response>): string {
  const server = Bun.serve({ hostname, port: 0, fetch: answer });
  afterThisTest(() => server.stop(true));
  return `${hostname}:${server.port}`;
}

/** What curl says that asks through the proxy. */
export async function curl(proxy: { url: string }, ...words: string[]): Promise<{ code: number; text: string }> {
  const child = Bun.spawn(["curl", "-sS", "-m", "20", "-x", proxy.url, ...words], { env: {}, stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, text: out + err };
}

/** A raw client: what it was told so far, and whether the other end has hung up. */
export async function call(port: number, first = "") {
  let heard = "";
  let isOver = false;
  const line = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    allowHalfOpen: true,
    socket: {
      data(_, chunk) {
        heard += chunk.toString("latin1");
      },
      end() {
        isOver = true;
      },
      close() {
        isOver = true;
      },
    },
  });
  afterThisTest(() => line.terminate());
  if (first) line.write(first);
  return { line, heard: () => heard, isOver: () => isOver };
}

/** A request for a tunnel. */
export const connect = (host: string) => `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n${AUTHORIZED}\r\n\r\n`;
