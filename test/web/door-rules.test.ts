// What the door decides by, as tables of cases: names, addresses, proofs, and what may be set.
import { describe, expect, test } from "bun:test";
import { judgeWeb } from "../../src/setup/rules.ts";
import { bearerOf, browserName, cookiesNamed, isPlainPath, mayWriteToApi, namesOf, type Place, urlOf } from "../../src/web/rules.ts";

const HERE: Place = { bind: "127.0.0.1", hosts: [], proxy: false, tls: false };

describe("the names of a server", () => {
  const cases: [string, Partial<Place>, number, Record<string, string>, string][] = [
    ["on this machine", {}, 8765, { "127.0.0.1:8765": "http", "localhost:8765": "http", "[::1]:8765": "http" }, "http://127.0.0.1:8765"],
    ["at the usual port, which browsers leave out", {}, 80, { "127.0.0.1": "http", "127.0.0.1:80": "http" }, "http://127.0.0.1"],
    [
      "behind a tunnel at another port",
      { hosts: ["localhost:9000"] },
      8765,
      { "localhost:9000": "http", "127.0.0.1:8765": "http" },
      "http://127.0.0.1:8765",
    ],
    [
      "behind a program that speaks TLS",
      { hosts: ["CCM.example"], proxy: true },
      8765,
      { "ccm.example": "https", "127.0.0.1:8765": "http" },
      "https://ccm.example",
    ],
    [
      "with TLS",
      { bind: "0.0.0.0", hosts: ["ccm.lan"], tls: true },
      8765,
      { "ccm.lan:8765": "https", "ccm.lan": "https", "127.0.0.1:8765": "https" },
      "https://ccm.lan:8765",
    ],
    [
      "with TLS at an address",
      { bind: "192.0.2.7", tls: true },
      443,
      { "192.0.2.7": "https", "192.0.2.7:443": "https" },
      "https://192.0.2.7",
    ],
    [
      "with TLS at an address of IPv6",
      { bind: "2001:db8::1", tls: true },
      8765,
      { "[2001:db8::1]:8765": "https" },
      "https://[2001:db8::1]:8765",
    ],
  ];

  test.each(cases)("%s", (_, place, port, names, url) => {
    expect(Object.fromEntries(namesOf({ ...HERE, ...place }, port))).toMatchObject(names);
    expect(urlOf({ ...HERE, ...place }, port)).toBe(url);
  });

  test("are no more than these: an address that stands for all is no name", () => {
    expect([...namesOf({ ...HERE, bind: "0.0.0.0", tls: true, hosts: ["ccm.lan"] }, 8765).keys()]).not.toContain("0.0.0.0:8765");
    expect(namesOf(HERE, 8765).has("127.0.0.1")).toBe(false);
  });
});

describe("settings", () => {
  const web = { port: 8765, bind: "127.0.0.1", hosts: [] as string[], proxy: false, tls: {} };
  const tls = { cert: "/cert.pem", key: "/key.pem" };

  test.each([
    ["this machine", {}],
    ["another address of this machine", { bind: "127.0.0.2" }],
    ["this machine by IPv6", { bind: "::1" }],
    ["a tunnel", { hosts: ["localhost:9000"] }],
    ["TLS beyond it", { bind: "0.0.0.0", tls, hosts: ["ccm.lan"] }],
    ["TLS at one address", { bind: "192.0.2.7", tls }],
    ["a proxy on another machine", { bind: "0.0.0.0", proxy: true, hosts: ["ccm.example"] }],
  ])("are taken for %s", (_, settings) => {
    expect(judgeWeb({ ...web, ...settings })).toBeNull();
  });

  test.each([
    ["every address in the clear", { bind: "0.0.0.0" }, "tls: { cert:"],
    ["every address of IPv6 in the clear", { bind: "::" }, "proxy: true"],
    ["one address in the clear", { bind: "192.0.2.7", hosts: ["ccm.lan"] }, "tunnel"],
    ["half of TLS", { tls: { cert: "/cert.pem" } }, "Write both"],
    ["the other half of TLS", { bind: "0.0.0.0", tls: { key: "/key.pem" } }, "Write both"],
    ["TLS under no name", { bind: "0.0.0.0", tls }, "hosts: [ccm.example]"],
    ["a proxy under no name", { proxy: true }, "hosts: [ccm.example]"],
  ])("are refused for %s, with the lines to write", (_, settings, hint) => {
    expect(judgeWeb({ ...web, ...settings })).toMatchObject({ code: "invalid", hint: expect.stringContaining(hint) });
  });
});

describe("an address is written plainly", () => {
  test.each(["/", "/tasks/1", "/assets/ccm.css", "/a%20b", "/%C3%A9", "/a.b/..c", "/~x/", "/a:b@c"])("%s", (path) => {
    expect(isPlainPath(path)).toBe(true);
  });

  test.each([
    "",
    "x",
    "//",
    "/a//b",
    "/\\a",
    "/%2e%2e/",
    "/%2E",
    "/a%2fb",
    "/%5c",
    "/%00",
    "/%0d%0a",
    "/%1b",
    "/%7f",
    "/%",
    "/%zz",
    "/%c0%ae",
    "/%ff",
  ])("or not: %s", (path) => {
    expect(isPlainPath(path)).toBe(false);
  });
});

describe("proofs", () => {
  const secret = "A".repeat(43);

  test.each([
    [`Bearer ${secret}`, secret],
    [`bearer ${secret}`, secret],
    [`Bearer  ${secret}`, null],
    [`Bearer ${secret}, Bearer ${secret}`, null],
    [`Bearer ${secret}=`, null],
    [`Basic ${secret}`, null],
    ["Bearer ", null],
    ["", null],
  ])("the token in %j", (header, token) => {
    expect(bearerOf(header)).toBe(token);
  });

  test.each([
    [`ccm_1=${secret}`, [secret]],
    [`a=b; ccm_1=${secret}; c`, [secret]],
    [`ccm_1=short; ccm_1=${secret}`, [secret]],
    [`ccm_1="${secret}"`, []],
    [`ccm_1=${secret}=`, []],
    [`xccm_1=${secret}`, []],
    [`CCM_1=${secret}`, []],
    [`ccm_1=${secret}; ccm_1=${"B".repeat(43)}; ccm_1=${"C".repeat(43)}`, [secret, "B".repeat(43)]],
    [null, []],
  ])("cookies in %j", (header, values) => {
    expect(cookiesNamed(header, "ccm_1", 2)).toEqual(values);
  });

  test.each([
    ["application/json", null, true],
    ["application/json; charset=utf-8", null, true],
    ["application/jsonp", null, false],
    ["application/x-www-form-urlencoded", null, false],
    ["application/x-www-form-urlencoded", "htmx", true],
    [null, null, false],
  ] as const)("a browser's write to the API as %j (%j)", (type, htmx, may) => {
    expect(mayWriteToApi(type, htmx)).toBe(may);
  });
});

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
    "Edge, Windows",
  ],
  ["Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome, Android"],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile Safari/604.1",
    "Safari, iPhone",
  ],
  ["curl/8.14.1", "curl"],
  [`\u001b[2J${"<script>".repeat(1_000)}`, "a browser"],
  [null, "a browser"],
])("the browser %#", (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name);
});
