// Which hosts a list allows, where their names may lead, and what a request to the proxy asks for.
import { describe, expect, test } from "bun:test";
import { reachOf } from "../../src/sandbox/addresses.ts";
import { allowanceOf, allowedAddresses, ownPorts } from "../../src/sandbox/allow-list.ts";
import { readAsked } from "../../src/sandbox/proxy-head.ts";

describe("a list of hosts", () => {
  const list = ["registry.example", "*.cdn.example", "db.example:5432", "127.0.0.1:8080", "Upper.Example"];
  test.each([
    ["registry.example", 443, "named"],
    ["registry.example", 80, "named"],
    ["registry.example", 22, null],
    ["registry.example.evil.example", 443, null],
    ["evilregistry.example", 443, null],
    ["sub.registry.example", 443, null],
    ["a.cdn.example", 443, "below"],
    ["a.b.cdn.example", 443, "below"],
    ["cdn.example", 443, null],
    ["evilcdn.example", 443, null],
    ["db.example", 5432, "named"],
    ["db.example", 443, null],
    ["127.0.0.1", 8080, "named"],
    ["127.0.0.1", 443, null],
    ["upper.example", 443, "named"],
    ["", 443, null],
  ] as const)("%p at %p: %p", (host, port, expected) => expect(allowanceOf(list, { host, port })).toBe(expected));

  test("a star means names, never addresses", () => {
    expect(allowanceOf(["*.0.0.1"], { host: "127.0.0.1", port: 443 })).toBeNull();
  });

  test("ports of this machine that it names by loopback have doors of their own", () => {
    expect(ownPorts([...list, "localhost:11434", "localhost", "10.0.0.1:99"])).toEqual([8080, 11434]);
  });
});

describe("where a name may lead", () => {
  const addresses = ["203.0.113.9", "10.1.2.3", "127.0.0.1", "169.254.169.254", "::1", "fe80::1", "fd00::1", "2a00:1450::1"];
  const of = (host: string, allowance: "named" | "below") => allowedAddresses({ host, port: 443 }, allowance, addresses);
  test("one that is listed, to the internet and to private networks", () =>
    expect(of("registry.example", "named")).toEqual(["203.0.113.9", "10.1.2.3", "fd00::1", "2a00:1450::1"]));
  test("one below a listed name, to the internet only", () =>
    expect(of("a.cdn.example", "below")).toEqual(["203.0.113.9", "2a00:1450::1"]));
  test("localhost, to this machine", () => expect(of("localhost", "named")).toEqual(addresses));
});

describe("what an address is for", () => {
  test.each([
    ["8.8.8.8", "public"],
    ["203.0.113.80", "public"],
    ["100.63.255.255", "public"],
    ["172.32.0.1", "public"],
    ["10.0.0.1", "private"],
    ["100.64.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["0.0.0.0", "own"],
    ["127.8.8.8", "own"],
    ["169.254.169.254", "own"],
    ["224.0.0.1", "own"],
    ["255.255.255.255", "own"],
    ["2a00:1450:4001::1", "public"],
    ["fd12:3456::1", "private"],
    ["::", "own"],
    ["::1", "own"],
    ["fe80::1", "own"],
    ["ff02::1", "own"],
    ["::ffff:127.0.0.1", "own"],
    ["::ffff:7f00:1", "own"],
    ["::ffff:10.0.0.1", "private"],
    ["::ffff:8.8.8.8", "public"],
    ["::127.0.0.1", "own"],
    ["64:ff9b::7f00:1", "own"],
    ["64:ff9b::808:808", "public"],
    ["2002:7f00:1::", "own"],
    ["2001::1", "own"],
    ["fd00::1%eth0", "own"],
    ["1.2.3", "own"],
    ["1.2.3.400", "own"],
    ["2130706433", "own"],
    ["::ffff:300.0.0.1", "own"],
    ["nonsense", "own"],
    ["", "own"],
  ] as const)("%p: %p", (address, expected) => expect(reachOf(address)).toBe(expected));
});

describe("the head of a request", () => {
  test.each([
    ["CONNECT Registry.Example:443 HTTP/1.1", { host: "registry.example", port: 443 }],
    ["CONNECT registry.example.:443 HTTP/1.1", { host: "registry.example", port: 443 }],
    ["CONNECT [::1]:443 HTTP/1.1", { host: "::1", port: 443 }],
    ["CONNECT 0x7f.1:443 HTTP/1.1", { host: "127.0.0.1", port: 443 }],
    ["CONNECT 2130706433:443 HTTP/1.1", { host: "127.0.0.1", port: 443 }],
    ["GET http://registry.example/a?b HTTP/1.1", { host: "registry.example", port: 80 }],
    ["GET http://registry.example:8080 HTTP/1.1", { host: "registry.example", port: 8080 }],
    ["GET http://127.1/ HTTP/1.0", { host: "127.0.0.1", port: 80 }],
  ] as const)("%p goes to %j", (start, target) => expect(readAsked(start)?.target).toEqual({ ...target }));

  test.each([
    "",
    "GET / HTTP/1.1",
    "GET https://registry.example/ HTTP/1.1",
    "GET ftp://registry.example/ HTTP/1.1",
    "GET http://ada:secret@registry.example/ HTTP/1.1",
    "GET http://registry.example/ HTTP/2",
    "GET  http://registry.example/ HTTP/1.1",
    "get http://registry.example/ HTTP/1.1",
    "CONNECT registry.example HTTP/1.1",
    "CONNECT registry.example:0 HTTP/1.1",
    "CONNECT registry.example:65536 HTTP/1.1",
    "CONNECT ada@registry.example:443 HTTP/1.1",
    "CONNECT registry.example:443@evil.example:443 HTTP/1.1",
    "CONNECT registry.example\0.evil.example:443 HTTP/1.1",
    "CONNECT evil.example#registry.example:443 HTTP/1.1",
    "GET http://registry.example/ HTTP/1.1\r\nno colon",
    "GET http://registry.example/ HTTP/1.1\r\n folded: x",
    "GET http://registry.example/ HTTP/1.1\r\nX: a\nHost: evil.example",
  ])("%p is none", (head) => expect(readAsked(head)).toBeNull());

  test("the target gets its own name, one request, and nothing that was for the proxy", () => {
    const lines = [
      "POST http://registry.example:8080/a?b=c HTTP/1.1",
      "Host: evil.example",
      "Proxy-Authorization: Basic eA==",
      "X-Kept: 1",
    ];
    const more = ["Connection: keep-alive, x", "Transfer-Encoding: chunked", "Proxy-Connection: keep-alive", "host: other.example"];
    expect(readAsked([...lines, ...more].join("\r\n"))?.head?.split("\r\n")).toEqual([
      "POST /a?b=c HTTP/1.1",
      "Host: registry.example:8080",
      "Connection: close",
      "X-Kept: 1",
      "Transfer-Encoding: chunked",
      "",
      "",
    ]);
  });
});
