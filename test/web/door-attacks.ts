// The table of attacks on the door: what is sent, and what the answer must be.
import { request } from "./raw.ts";
import type { WebSite } from "./site.ts";

/** `status`: the one that must come; 0 is hanging up. `says`: a part of the answer. */
export type Attack = { name: string; send(site: WebSite): string; status: number | readonly number[]; says?: string };

const HTML = "Accept: text/html";
const FORM = "Content-Type: application/x-www-form-urlencoded";
const JSON_TYPE = "Content-Type: application/json";
const get =
  (path: string, headers: (site: WebSite) => string[] = () => []) =>
  (site: WebSite) =>
    request(`GET ${path}`, site.host, headers(site));
const cookie = (site: WebSite) => `Cookie: ${site.cookie}`;
const bearer = (site: WebSite) => `Authorization: Bearer ${site.token}`;
/** A read by somebody who is signed in. */
const signedIn = (path: string, ...headers: string[]) => get(path, (site) => [...headers, cookie(site)]);
/** The same with Host as the first line. */
const asHost = (host: (site: WebSite) => string) => (site: WebSite) => request("GET /", site.host, [`Host: ${host(site)}`, cookie(site)]);
/** A write by somebody who is signed in, which must not be taken. */
const post =
  (path: string, body: string, ...headers: string[]) =>
  (site: WebSite) =>
    request(`POST ${path}`, site.host, [...headers, cookie(site)], body);

const NAMES: Attack[] = [
  { name: "another name that leads here (rebinding)", send: asHost((site) => `evil.example:${site.port}`), status: 421 },
  { name: "a name that begins like ours", send: asHost((site) => `127.0.0.1.evil.example:${site.port}`), status: 421 },
  { name: "a name that ends like ours", send: asHost((site) => `evil.localhost:${site.port}`), status: 421 },
  { name: "our name with a dot at its end", send: asHost((site) => `localhost.:${site.port}`), status: 421 },
  { name: "our address with a dot at its end", send: asHost((site) => `127.0.0.1.:${site.port}`), status: 421 },
  { name: "our name without the port", send: asHost(() => "127.0.0.1"), status: 421 },
  { name: "our name with another port", send: asHost(() => "127.0.0.1:80"), status: 421 },
  { name: "our port with a zero before it", send: asHost((site) => `127.0.0.1:0${site.port}`), status: 421 },
  { name: "our address in one number", send: asHost((site) => `2130706433:${site.port}`), status: 421 },
  { name: "our address in hexadecimal", send: asHost((site) => `0x7f.1:${site.port}`), status: 421 },
  { name: "any address", send: asHost((site) => `0.0.0.0:${site.port}`), status: 421 },
  { name: "a user before our name", send: asHost((site) => `evil@127.0.0.1:${site.port}`), status: 421 },
  { name: "our name as the user of another", send: asHost((site) => `127.0.0.1:${site.port}@evil.example`), status: 421 },
  { name: "a path behind our name", send: asHost((site) => `127.0.0.1:${site.port}/evil`), status: 421 },
  { name: "a space behind our name", send: asHost((site) => `127.0.0.1:${site.port} evil.example`), status: 421 },
  { name: "two names in one Host", send: asHost((site) => `${site.host}, evil.example`), status: 421 },
  { name: "an empty Host", send: asHost(() => ""), status: 421 },
  { name: "no Host", send: () => "GET / HTTP/1.1\r\n\r\n", status: 400 },
  { name: "no Host in HTTP/1.0", send: () => "GET / HTTP/1.0\r\n\r\n", status: 421 },
  {
    name: "two Hosts, ours first",
    send: (site) => request("GET /", site.host, [`Host: ${site.host}`, "Host: evil.example", cookie(site)]),
    status: 421,
  },
  {
    name: "two Hosts, ours last",
    send: (site) => request("GET /", site.host, ["Host: evil.example", `Host: ${site.host}`, cookie(site)]),
    status: 421,
  },
  {
    name: "another name in the address itself",
    send: (site) => request("GET http://evil.example/", site.host, ["Host: evil.example", cookie(site)]),
    status: 421,
  },
  {
    name: "a forwarded Host that nobody asked for",
    send: (site) =>
      request("GET /", site.host, ["Host: evil.example", `X-Forwarded-Host: ${site.host}`, `Forwarded: host="${site.host}"`, cookie(site)]),
    status: 421,
  },
  { name: "another name at the one open address", send: (site) => request("GET /healthz", site.host, ["Host: evil.example"]), status: 421 },
];

const SITES: Attack[] = [
  { name: "a read by another site's script", send: signedIn("/", "Origin: https://evil.example"), status: 403 },
  { name: "a read from a page without an origin", send: signedIn("/", "Origin: null"), status: 403 },
  {
    name: "a read from our name over TLS",
    send: (site) => request("GET /", site.host, [`Origin: https://${site.host}`, cookie(site)]),
    status: 403,
  },
  { name: "a read from another port of this machine", send: signedIn("/", "Origin: http://127.0.0.1:1"), status: 403 },
  {
    name: "a read from another name of this machine",
    send: (site) => request("GET /", site.host, [`Origin: http://localhost:${site.port}`, cookie(site)]),
    status: 403,
  },
  {
    name: "two Origins, ours first",
    send: (site) => request("GET /", site.host, [`Origin: http://${site.host}`, "Origin: https://evil.example", cookie(site)]),
    status: 403,
  },
  { name: "an image of another site", send: signedIn("/", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"), status: 403 },
  {
    name: "a script of another port of this machine",
    send: signedIn("/api/v1/tasks", "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors"),
    status: 403,
  },
  {
    name: "the live stream for another port of this machine",
    send: signedIn("/live?page=/", "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors"),
    status: 403,
  },
  { name: "a form of another site", send: post("/tasks/new", "title=x", FORM, "Origin: https://evil.example"), status: 403 },
  { name: "a form of a page without an origin", send: post("/tasks/new", "title=x", FORM, "Origin: null"), status: 403 },
  {
    name: "a form of another site whose browser hides the origin",
    send: post("/tasks/new", "title=x", FORM, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"),
    status: 403,
  },
  {
    name: "a form of another port of this machine",
    send: post("/tasks/new", "title=x", FORM, "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: navigate"),
    status: 403,
  },
  { name: "a form without its hidden field", send: post("/tasks/new", "title=x", FORM), status: 403 },
  { name: "a form with another session's hidden field", send: post("/tasks/new", `csrf=${"A".repeat(43)}&title=x`, FORM), status: 403 },
  { name: "a form sent as text", send: post("/tasks/new", '{"title":"x"}', "Content-Type: text/plain"), status: 415 },
  { name: "a form in parts", send: post("/tasks/new", "--x--", "Content-Type: multipart/form-data; boundary=x"), status: 415 },
  { name: "JSON as a form, to the API", send: post("/api/v1/tasks", '{"title":"x"}', FORM), status: 403 },
  { name: "JSON without a type, to the API", send: post("/api/v1/tasks", '{"title":"x"}'), status: 403 },
  { name: "JSON as text, to the API", send: post("/api/v1/tasks", '{"title":"x"}', "Content-Type: text/plain"), status: 415 },
  { name: "signing out for another site", send: post("/sign-out", "everywhere=yes", FORM, "Origin: https://evil.example"), status: 403 },
  { name: "signing out without the hidden field", send: post("/sign-out", "everywhere=yes", FORM), status: 403 },
  {
    name: "asking whether another site may",
    send: (site) => request("OPTIONS /api/v1/tasks", site.host, ["Origin: https://evil.example", "Access-Control-Request-Method: POST"]),
    status: 405,
  },
  {
    name: "a socket",
    send: signedIn(
      "/live",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ),
    status: 400,
  },
  {
    name: "a socket of another site",
    send: signedIn(
      "/",
      "Origin: https://evil.example",
      "Connection: Upgrade",
      "Upgrade: WebSocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ),
    status: [400, 403],
  },
];

const PROOFS: Attack[] = [
  { name: "nothing, at the first page", send: get("/", () => [HTML]), status: 401, says: "ccm open" },
  { name: "nothing, at a page that is not there", send: get("/no-such-page", () => [HTML]), status: 401, says: "ccm open" },
  { name: "nothing, at a task", send: get("/tasks/1", () => [HTML]), status: 401, says: "ccm open" },
  { name: "nothing, at the API", send: get("/api/v1/tasks"), status: 401, says: '"denied"' },
  { name: "nothing, at an operation that is not there", send: get("/api/v1/no-such-thing"), status: 401, says: '"denied"' },
  { name: "nothing, at the description of the API", send: get("/api/v1/openapi.json"), status: 401 },
  { name: "nothing, at an asset", send: get("/assets/ccm.css"), status: 401 },
  { name: "nothing, at an asset that is not there", send: get("/assets/no-such-asset"), status: 401 },
  { name: "nothing, at the live stream", send: get("/live?page=/"), status: 401 },
  { name: "nothing, at a form", send: (site) => request("POST /tasks/new", site.host, [FORM], "title=x"), status: 401 },
  { name: "nothing, at the sign-out", send: (site) => request("POST /sign-out", site.host, [FORM], "everywhere=yes"), status: 401 },
  {
    name: "nothing, with a body that never comes",
    send: (site) => request("POST /tasks/new", site.host, [FORM, "Content-Length: 4000000"]),
    status: 401,
  },
  { name: "nothing, as htmx", send: get("/", () => ["HX-Request: true"]), status: 401, says: "/sign-in" },
  {
    name: "a link that was never made",
    send: (site) => request("POST /sign-in", site.host, [FORM], `link=${"A".repeat(43)}`),
    status: 401,
  },
  { name: "an empty link", send: (site) => request("POST /sign-in", site.host, [FORM], "link="), status: 401 },
  {
    name: "a link of a megabyte",
    send: (site) => request("POST /sign-in", site.host, [FORM], `link=${"A".repeat(1_000_000)}`),
    status: 401,
  },
  { name: "a link that is markup", send: get("/sign-in?link=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", () => [HTML]), status: 401 },
  {
    name: "a link in a body without a type",
    send: (site) => request("POST /sign-in", site.host, ["Content-Type: text/plain"], "link=x"),
    status: 415,
  },
  { name: "a wrong token", send: get("/", () => [`Authorization: Bearer ${"A".repeat(43)}`]), status: 401 },
  {
    name: "the token without its last letter",
    send: get("/", (site) => [`Authorization: Bearer ${site.token.slice(0, -1)}`]),
    status: 401,
  },
  { name: "the token with one letter more", send: get("/", (site) => [`Authorization: Bearer ${site.token}A`]), status: 401 },
  {
    name: "the token with another last letter",
    send: get("/", (site) => [`Authorization: Bearer ${site.token.slice(0, -1)}${site.token.endsWith("A") ? "E" : "A"}`]),
    status: 401,
  },
  {
    name: "the token in base64's other letters",
    send: get("/", (site) => [`Authorization: Bearer ${site.token.replaceAll("-", "+").replaceAll("_", "/")}=`]),
    status: 401,
  },
  { name: "the token twice", send: get("/", (site) => [bearer(site), bearer(site)]), status: 401 },
  { name: "the token after a wrong one", send: get("/", (site) => ["Authorization: Bearer x", bearer(site)]), status: 401 },
  { name: "the token as a password", send: get("/", (site) => [`Authorization: Basic ${btoa(`ccm:${site.token}`)}`]), status: 401 },
  {
    name: "the token in the address",
    send: (site) => request(`GET /?token=${site.token}&access_token=${site.token}`, site.host),
    status: 401,
  },
  { name: "the token as a cookie", send: get("/", (site) => [`Cookie: ${site.cookie.split("=")[0]}=${site.token}`]), status: 401 },
  { name: "the token as a link", send: (site) => request("POST /sign-in", site.host, [FORM], `link=${site.token}`), status: 401 },
  {
    name: "a wrong token beside a right cookie",
    send: get("/", (site) => [`Authorization: Bearer ${"A".repeat(43)}`, cookie(site)]),
    status: 401,
  },
  { name: "an empty token beside a right cookie", send: get("/", (site) => ["Authorization:", cookie(site)]), status: 401 },
  { name: "the cookie's value as a token", send: get("/", (site) => [`Authorization: Bearer ${site.cookie.split("=")[1]}`]), status: 401 },
  { name: "the cookie of another port", send: get("/", (site) => [`Cookie: ccm_1=${site.cookie.split("=")[1]}`]), status: 401 },
  { name: "the cookie without its last letter", send: get("/", (site) => [`Cookie: ${site.cookie.slice(0, -1)}`]), status: 401 },
  {
    name: "the cookie behind four others of its name",
    send: get("/", (site) => [`Cookie: ${`${site.cookie.split("=")[0]}=${"A".repeat(43)}; `.repeat(4)}${site.cookie}`]),
    status: 401,
  },
  {
    name: "the hash of the cookie, which is what the database has",
    send: get("/", (site) => [
      `Cookie: ${site.cookie.split("=")[0]}=${new Bun.CryptoHasher("sha256").update(site.cookie.split("=")[1] ?? "").digest("hex")}`,
    ]),
    status: 401,
  },
  {
    name: "the name of somebody at this machine",
    send: get("/", () => ["X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1", "X-Forwarded-User: root"]),
    status: 401,
  },
];

const PATHS: Attack[] = [
  { name: "out of the assets", send: signedIn("/assets/../../../etc/passwd"), status: [400, 404] },
  { name: "out of the assets in percent", send: signedIn("/assets/%2e%2e/%2e%2e/etc/passwd"), status: [400, 404] },
  { name: "out of the assets with percented slashes", send: signedIn("/assets/..%2f..%2fetc%2fpasswd"), status: 400 },
  { name: "out of the assets with backslashes", send: signedIn("/assets/..\\..\\etc\\passwd"), status: [400, 404] },
  { name: "out of the assets with percented backslashes", send: signedIn("/assets/..%5c..%5cetc"), status: 400 },
  { name: "out of the assets with twice percented dots", send: signedIn("/assets/%252e%252e%252fpasswd"), status: [400, 404] },
  { name: "out of the assets with overlong dots", send: signedIn("/assets/%c0%ae%c0%ae/passwd"), status: 400 },
  { name: "a property of every object as an asset", send: signedIn("/assets/__proto__"), status: 404 },
  { name: "a function of every object as an asset", send: signedIn("/assets/constructor"), status: 404 },
  { name: "a null byte in the path", send: signedIn("/assets/ccm.css%00.png"), status: 400 },
  { name: "a raw null byte in the path", send: signedIn("/assets/ccm\0.css"), status: [400, 505] },
  { name: "a line end in the path", send: signedIn("/tasks/1%0d%0aSet-Cookie:%20a=b"), status: 400 },
  { name: "two slashes, as to another host", send: signedIn("//evil.example/"), status: 400 },
  { name: "two backslashes, as to another host", send: signedIn("/\\evil.example/"), status: 400 },
  { name: "two slashes within", send: signedIn("/tasks//1"), status: 400 },
  { name: "a half percent sign", send: signedIn("/tasks/%"), status: 400 },
  { name: "half a letter of UTF-8", send: signedIn("/tasks/%e2%82"), status: 400 },
  {
    name: "a whole address of ours",
    send: (site) => request(`GET http://${site.host}/no-such-page`, site.host, [cookie(site)]),
    status: 404,
  },
  { name: "the address of another host", send: signedIn("http://evil.example/no-such-page"), status: 404 },
  { name: "a number that is none", send: signedIn("/tasks/1e3"), status: [404, 422] },
  { name: "a number that is too large", send: signedIn("/tasks/99999999999999999999"), status: [404, 422] },
  { name: "a stream of a page that is elsewhere, which is our first page", send: signedIn("/live?page=//evil.example/"), status: 200 },
  { name: "everything as the target", send: (site) => request("OPTIONS *", site.host), status: [400, 405] },
];

const SHAPES: Attack[] = [
  { name: "a tunnel", send: (site) => request("CONNECT evil.example:443", site.host, [cookie(site)]), status: 405 },
  { name: "TRACE, which would show the cookie", send: (site) => request("TRACE /", site.host, [cookie(site)]), status: 405 },
  { name: "PUT", send: (site) => request("PUT /tasks/1", site.host, [cookie(site)], "x"), status: 405 },
  { name: "DELETE", send: (site) => request("DELETE /tasks/1", site.host, [cookie(site)]), status: 405 },
  { name: "a method that there is not", send: (site) => request("EVIL /", site.host, [cookie(site)]), status: [0, 400, 405] },
  { name: "a method told in a header", send: signedIn("/no-such-page", "X-HTTP-Method-Override: DELETE"), status: 404 },
  {
    name: "a length and pieces",
    send: (site) =>
      request("POST /sign-in", site.host, [FORM, "Content-Length: 6", "Transfer-Encoding: chunked"], "0\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
    status: 400,
  },
  {
    name: "two lengths",
    send: (site) => request("POST /sign-in", site.host, [FORM, "Content-Length: 3", "Content-Length: 4"], "abcd"),
    status: 400,
  },
  { name: "a length below nothing", send: (site) => request("POST /sign-in", site.host, [FORM, "Content-Length: -1"]), status: 400 },
  { name: "a length with a sign", send: (site) => request("POST /sign-in", site.host, [FORM, "Content-Length: +3"], "abc"), status: 400 },
  {
    name: "a length beyond numbers",
    send: (site) => request("POST /sign-in", site.host, [FORM, "Content-Length: 99999999999999999999"], "abc"),
    status: 400,
  },
  {
    name: "pieces of another kind",
    send: (site) => request("POST /sign-in", site.host, [FORM, "Transfer-Encoding: xchunked"], "0\r\n\r\n"),
    status: 400,
  },
  {
    name: "pieces of no length",
    send: (site) => request("POST /sign-in", site.host, [FORM, "Transfer-Encoding: chunked"], "ZZ\r\nabc\r\n0\r\n\r\n"),
    status: [0, 400],
  },
  { name: "a line that goes on", send: signedIn("/", "X-Evil: a\r\n b"), status: 400 },
  { name: "a space before the colon", send: (site) => `GET / HTTP/1.1\r\nHost : ${site.host}\r\n\r\n`, status: 400 },
  { name: "a null byte in a header", send: signedIn("/", "X-Evil: a\0b"), status: 400 },
  { name: "a lonely line end in a header", send: signedIn("/", "X-Evil: a\nX-More: b"), status: 400 },
  { name: "lines that end in one letter", send: (site) => `GET / HTTP/1.1\nHost: ${site.host}\n\n`, status: [400, 505] },
  { name: "TLS where there is none", send: () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", status: [0, 400] },
  { name: "HTTP/2 at once", send: () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: [0, 400, 505] },
  { name: "a packed body", send: post("/tasks/new", "\x1f\x8b", FORM, "Content-Encoding: gzip"), status: 415 },
  {
    name: "a body over the limit",
    send: (site) => request("POST /tasks/new", site.host, [FORM, cookie(site), "Content-Length: 4000001"]),
    status: 413,
  },
  {
    name: "a body over the limit in pieces",
    send: (site) =>
      request(
        "POST /tasks/new",
        site.host,
        [FORM, cookie(site), "Transfer-Encoding: chunked"],
        `3d0901\r\n${"a".repeat(4_000_001)}\r\n0\r\n\r\n`,
      ),
    status: [0, 413],
  },
  { name: "an address over the limit", send: signedIn(`/tasks?query=${"a".repeat(8_000)}`), status: 414 },
  { name: "headers over the limit", send: signedIn("/", `X-Evil: ${"a".repeat(70_000)}`), status: 431 },
  { name: "more headers than anybody has", send: signedIn("/", ...Array.from({ length: 5_000 }, (_, i) => `X-${i}: a`)), status: 431 },
  {
    name: "JSON that ends early",
    send: (site) => request("POST /api/v1/tasks", site.host, [JSON_TYPE, cookie(site)], '{"title":'),
    status: [404, 422],
  },
  { name: "a part of an asset", send: signedIn("/assets/ccm.css", "Range: bytes=0-10"), status: 200 },
];

export const ATTACKS: readonly (readonly [string, readonly Attack[]])[] = [
  ["names", NAMES],
  ["other sites", SITES],
  ["proofs", PROOFS],
  ["paths", PATHS],
  ["shapes", SHAPES],
];
