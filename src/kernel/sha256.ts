// SHA-256 of a text. By Bun itself: node:crypto would take 2 MB of a host's memory.

/** In hex. */
export function sha256(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}
