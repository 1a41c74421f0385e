// Whom a TLS client asks for by its first message: the server name of its ClientHello (RFC 8446 §4.1.2, RFC 6066 §3). Pure.

/**
 * `more`: the message is not whole. `broken`: a message that no honest client sends, such as one in many small records.
 * `name` is null where the client names nobody.
 */
export type Greeting = { kind: "more" | "broken" } | { kind: "hello"; name: string | null };

const [CLIENT_HELLO, SERVER_NAME, HOST_NAME] = [1, 0, 0];
/** What a record with a handshake starts with, and the first half of every version that there was since 1996. */
export const HANDSHAKE = 22;
const VERSION = 3;
const RECORD_HEAD = 5;
/** A record's largest body (RFC 8446 §5.1). */
const RECORD_BYTES = 16_384;

/** What the first bytes of a client say, of which the very first was HANDSHAKE. Some servers take any version (RFC 8446 §5.1). */
export function greetingOf(bytes: Uint8Array): Greeting {
  if (bytes[0] !== HANDSHAKE || (bytes[1] ?? VERSION) !== VERSION) return { kind: "broken" };
  if (bytes.length < RECORD_HEAD) return { kind: "more" };
  const length = number(bytes, 3, 2);
  if (length > RECORD_BYTES) return { kind: "broken" };
  if (bytes.length < RECORD_HEAD + length) return { kind: "more" };
  const name = nameIn(bytes.subarray(RECORD_HEAD, RECORD_HEAD + length));
  return name === undefined ? { kind: "broken" } : { kind: "hello", name };
}

/** Undefined for what is not one whole ClientHello. */
function nameIn(message: Uint8Array): string | null | undefined {
  const read = reader(message);
  if (read.number(1) !== CLIENT_HELLO) return undefined;
  const hello = reader(read.bytes(read.number(3)));
  hello.bytes(2 + 32); // Version and random.
  hello.bytes(hello.number(1)); // Session.
  hello.bytes(hello.number(2)); // Cipher suites.
  hello.bytes(hello.number(1)); // Compression.
  const extensions = reader(hello.isAtEnd() ? new Uint8Array(0) : hello.bytes(hello.number(2)));
  let name: string | null = null;
  while (!extensions.isAtEnd() && !extensions.isShort()) {
    const kind = extensions.number(2);
    const body = extensions.bytes(extensions.number(2));
    if (kind !== SERVER_NAME) continue;
    const found = nameInList(body);
    if (found === undefined || name !== null) return undefined;
    name = found;
  }
  return read.isShort() || hello.isShort() || extensions.isShort() ? undefined : name;
}

function nameInList(body: Uint8Array): string | undefined {
  const list = reader(body);
  list.number(2);
  if (list.number(1) !== HOST_NAME) return undefined;
  const name = list.bytes(list.number(2));
  return list.isShort() || !list.isAtEnd() ? undefined : new TextDecoder("latin1").decode(name).toLowerCase();
}

/** Reads on; past the end it gives zeros and nothing, and is short from then on. */
function reader(bytes: Uint8Array) {
  let at = 0;
  function take(length: number): Uint8Array {
    at += length;
    return bytes.subarray(at - length, at);
  }
  return {
    number: (length: number) => number(take(length), 0, length),
    bytes: take,
    isAtEnd: () => at === bytes.length,
    isShort: () => at > bytes.length,
  };
}

function number(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; i++) value = value * 256 + (bytes[i] ?? 0);
  return value;
}
