// A host's endpoint for the hooks of its run: on loopback, for those who have the run's token.
import type { Socket } from "bun";
import { messageOf } from "../kernel/fault.ts";
import { type Connection, createConnection, type Limits } from "./endpoint-connection.ts";
import type { Door } from "./endpoint-head.ts";

export type EndpointOptions = {
  /** What the run's processes have in CCM_RUN_TOKEN. */
  token: string;
  /**
   * Gives the answer to the agent, `{}` for no opinion; the agent waits for it. The body is what the agent sent: a
   * claim, and perhaps no JSON. In the place of a body over the limit comes a note: {"hook_event_name","note"}.
   */
  onHook(event: string, body: Uint8Array | string): object | Promise<object>;
  /** A socket to listen on instead of a port of this machine, and the port of its own loopback at which the run finds it. */
  door?: { unix: string; port: number } | undefined;
};

/** `url` and `port` are as the run sees them; hooks go to `{url}/hook/<Event>`. */
export type Endpoint = { url: string; port: number; close(): void };

const LIMITS: Limits = {
  /** A write of 1 MB makes a body of 2 MB; a larger one than this is told, not kept. */
  bodyBytes: 16_000_000,
  /** Headers of agents take 300 bytes. */
  headBytes: 8_000,
  /**
   * A client that says nothing for this long before its first request, or in the middle of one, is hung up on. An answer
   * may take as long as a person needs, and between two requests an agent may think: its connection must still be there.
   */
  silenceSeconds: 30,
};
/** Bodies that are under way at one time, since an agent may open many connections at once. */
const HELD_BYTES = 2 * LIMITS.bodyBytes;
/** An agent posts its parallel tool calls at once; each connection costs the host 2 kB. */
const CONNECTIONS = 128;

/**
 * Bun.listen with a head read by hand, instead of Bun.serve or node:http: at its start a compiled host takes 1.2, 2.7 and
 * 10 MB more with each, and after 2,500 requests, ten of them of 2 MB, 8, 10 and 17 MB.
 */
export function listen({ token, onHook, door: chosen }: EndpointOptions): Endpoint {
  let connections = 0;
  let freeBytes = HELD_BYTES;
  const room = {
    take(bytes: number): boolean {
      if (bytes > freeBytes) return false;
      freeBytes -= bytes;
      return true;
    },
    give(bytes: number): void {
      freeBytes += bytes;
    },
  };

  /** A failure to record must not look to the agent like an answer. */
  async function ask(event: string, body: Uint8Array | string): Promise<object> {
    try {
      return await onHook(event, body);
    } catch (thrown) {
      process.stderr.write(`ccm host: the hook ${event} failed: ${messageOf(thrown)}\n`);
      return {};
    }
  }

  const where = (chosen ? { unix: chosen.unix } : { hostname: "127.0.0.1", port: 0 }) as { hostname: string; port: number };
  const server = Bun.listen<Connection>({
    ...where,
    socket: {
      open(client) {
        connections += 1;
        client.data = createConnection(client, { door, limits: LIMITS, room, ask });
        if (connections > CONNECTIONS) client.terminate();
      },
      data: (client, chunk) => client.data.take(chunk),
      drain: (client) => client.data.drain(),
      timeout: (client) => void client.terminate(),
      error: (client) => void client.terminate(),
      close(client: Socket<Connection>) {
        connections -= 1;
        client.data.close();
      },
    },
  });
  const port = chosen?.port ?? server.port;
  const door: Door = { host: `127.0.0.1:${port}`, isToken: tokenCheck(token) };
  return { url: `http://${door.host}`, port, close: () => server.stop(true) };
}

/** Takes as long for a token that is wrong in its first letter as for one that is wrong in its last. Tokens have the same length. */
function tokenCheck(token: string): (given: string) => boolean {
  return (given) => {
    let difference = given.length ^ token.length;
    for (let i = 0; i < token.length; i++) difference |= given.charCodeAt(i) ^ token.charCodeAt(i);
    return difference === 0;
  };
}
