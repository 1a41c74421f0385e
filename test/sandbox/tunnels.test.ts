// What clients say first in a tunnel of the proxy: whom they may mean by it, and what goes on.
import { describe, expect, test } from "bun:test";
import { selfSigned } from "../support/certificate.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { call, connect, curl, openForTest as open, openSite } from "../support/proxy.ts";
import { waitFor } from "../support/wait.ts";

/** A ClientHello as short as can be, for that name. */
function clientHello(name: string): Buffer {
  const sized = (bytes: number, body: Uint8Array) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(body.length);
    return Buffer.concat([size.subarray(4 - bytes), body]);
  };
  const serverName = sized(2, Buffer.concat([Buffer.from([0]), sized(2, Buffer.from(name))]));
  const extensions = sized(2, Buffer.concat([Buffer.from([0, 0]), sized(2, serverName)]));
  const hello = Buffer.concat([
    Buffer.alloc(34, 3),
    sized(1, Buffer.alloc(0)),
    sized(2, Buffer.from([19, 1])),
    sized(1, Buffer.alloc(1)),
    extensions,
  ]);
  return Buffer.concat([Buffer.from([22, 3, 1]), sized(2, Buffer.concat([Buffer.from([1]), sized(3, hello)]))]);
}

describe("in a tunnel", () => {
  function openTls(): string {
    const tls = selfSigned("registry.example");
    const server = Bun.serve({ hostname: "127.0.0.2", port: 0, tls, fetch: () => new Response("reached") });
    afterThisTest(() => server.stop(true));
    return `127.0.0.2:${server.port}`;
  }
  /** What OpenSSL hears in a tunnel to the first, asking for the second. */
  async function greet(proxy: { url: string }, tunnel: string, name: string): Promise<string> {
    const [, user, place] = /^http:\/\/(.*)@(.*)$/.exec(proxy.url) ?? [];
    const [login, password] = (user ?? "").split(":");
    const through = ["-proxy", place ?? "", "-proxy_user", login ?? "", "-proxy_pass", `pass:${password}`];
    const words = ["s_client", "-connect", tunnel, ...through, ...(name ? ["-servername", name] : ["-noservername"]), "-tls1_3"];
    const child = Bun.spawn(["openssl", ...words], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    return out + err;
  }

  test("TLS asks for the host that it leads to, or for another that is listed, or for nobody", async () => {
    const site = openTls();
    const [address, port] = site.split(":");
    const proxy = open([site, `other.example:${port}`]);
    expect(await curl(proxy, "-k", `https://${site}/`)).toEqual({ code: 0, text: "reached" });
    expect(await greet(proxy, `${address}:${port}`, "other.example")).toContain("CN = registry.example");
    expect(await greet(proxy, `${address}:${port}`, "")).toContain("CN = registry.example");
    expect(proxy.refused).toEqual([]);
  });

  test("and for nobody else who may be behind the same address", async () => {
    const site = openTls();
    const [host = "", port] = site.split(":");
    const proxy = open([site]);
    const heard = await greet(proxy, `${host}:${port}`, "evil.example");
    expect(heard).toContain("unrecognized name");
    expect(heard).not.toContain("CN = registry.example");
    expect(proxy.refused).toEqual([{ host: "evil.example", port: Number(port), why: "tunnel" }]);
  });

  test("a greeting in pieces is looked at when it is whole; one in many records is none", async () => {
    const came: string[] = [];
    const listener = Bun.listen({
      hostname: "127.0.0.2",
      port: 0,
      socket: { data: (_, chunk) => void came.push(chunk.toString("hex")) },
    });
    afterThisTest(() => listener.stop(true));
    const host = `127.0.0.2:${listener.port}`;
    const proxy = open([host]);
    const whole = clientHello("evil.example");
    const { line, heard, isOver } = await call(proxy.port, connect(host));
    await waitFor("the tunnel", () => heard().endsWith("\r\n\r\n"));
    for (const byte of whole) line.write(new Uint8Array([byte]));
    await waitFor("the end", () => isOver());
    const split = await call(proxy.port, connect(host));
    await waitFor("the tunnel", () => split.heard().endsWith("\r\n\r\n"));
    split.line.write(
      Buffer.concat([Buffer.from([22, 3, 1, 0, 4]), whole.subarray(5, 9), Buffer.from([22, 3, 1, 0, 9]), whole.subarray(9)]),
    );
    await waitFor("the end", () => split.isOver());
    const old = await call(proxy.port, connect(host));
    await waitFor("the tunnel", () => old.heard().endsWith("\r\n\r\n"));
    old.line.write(Buffer.concat([Buffer.from([22, 2]), whole.subarray(2)])); // Go's servers take that version, too.
    await waitFor("the end", () => old.isOver());
    expect(came).toEqual([]);
    expect(proxy.refused.map(({ why }) => why)).toEqual(["tunnel", "tunnel", "tunnel"]);
  });

  /** What a client hears that opens a tunnel to the site and says this in it, piece by piece; and what the site was asked. */
  async function say(pieces: (site: string) => string[], alsoListed: (port: string) => string[] = () => []) {
    const asked: string[] = [];
    const site = openSite("127.0.0.2", async (request) => {
      asked.push(`${request.headers.get("host")} ${new URL(request.url).pathname} ${await request.text()}`);
      return new Response("reached");
    });
    const proxy = open([site, ...alsoListed(site.split(":")[1] ?? "")]);
    const { line, heard, isOver } = await call(proxy.port, connect(site));
    await waitFor("the tunnel", () => heard().endsWith("\r\n\r\n"));
    for (const piece of pieces(site)) {
      line.write(piece);
      line.flush();
    }
    await waitFor("the end", () => isOver());
    return { site, asked, heard: heard(), refused: proxy.refused };
  }

  test("a request without TLS asks for the host that it leads to, or for another that is listed, and is the only one", async () => {
    const post = (site: string) => `POST /a%2fb HTTP/1.1\r\nHost: ${site}\r\nContent-Length: 4\r\n\r\nbody`;
    const one = await say((site) => [...post(site), post(site).replace(site, "evil.example")]);
    expect(one.asked).toEqual([`${one.site} /a%2fb body`]);
    expect(one.heard).toEndWith("reached");
    const two = await say(
      (site) => [`\r\nGET / HTTP/1.1\r\nHost: other.example:${site.split(":")[1]}\r\n\r\n`],
      (port) => [`other.example:${port}`],
    );
    expect(two.asked).toHaveLength(1);
    expect([...one.refused, ...two.refused]).toEqual([]);
  });

  test.each([
    ["another host", (_: string) => "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"],
    ["another host behind an empty line", (_: string) => "\r\n\r\n GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"],
    ["two hosts", (site: string) => `GET / HTTP/1.1\r\nHost: ${site}\r\nHost: evil.example\r\n\r\n`],
    ["a host on a continued line", (site: string) => `GET / HTTP/1.1\r\nHost: ${site}\r\n evil.example\r\n\r\n`],
    ["a host by its address line", (site: string) => `GET http://evil.example/ HTTP/1.1\r\nHost: ${site}\r\n\r\n`],
    ["lines without a return", (site: string) => `GET / HTTP/1.1\nHost: evil.example\n\nHost: ${site}\r\n\r\n`],
    ["no host", (_: string) => "GET / HTTP/1.0\r\n\r\n"],
    ["HTTP/2 without TLS", (_: string) => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ])("and for nobody else: %s", async (_, words) => {
    const { asked, heard, refused } = await say((site) => [words(site)]);
    expect(asked).toEqual([]);
    expect(heard).toMatch(/HTTP\/1\.1 40[03] /);
    expect(refused).toEqual([expect.objectContaining({ why: "tunnel" })]);
  });

  test.each([
    "SSH-2.0-OpenSSH_9.2\r\n",
    "0032git-upload-pack /x\0host=x\0",
    "EHLO x\r\n",
    "\0\0\0\x08\x04\xd2\x16/",
    "*1\r\n$4\r\nPING\r\n",
  ])("what cannot ask for another host goes on as it is: %j", async (words) => {
    let came = "";
    const listener = Bun.listen({
      hostname: "127.0.0.2",
      port: 0,
      socket: {
        data(_, chunk) {
          came += chunk.toString("latin1");
        },
      },
    });
    afterThisTest(() => listener.stop(true));
    const host = `127.0.0.2:${listener.port}`;
    const { line, heard } = await call(open([host]).port, connect(host));
    await waitFor("the tunnel", () => heard().endsWith("\r\n\r\n"));
    line.write(Buffer.from(words, "latin1"));
    await waitFor("the words", () => came === words);
  });
});
