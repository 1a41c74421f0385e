// CCM_HOME/secrets: values encrypted with AES-256-GCM. The key lies outside CCM_HOME, so that a copy of CCM_HOME opens nothing.
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { Fault, messageOf } from "../kernel/fault.ts";

/** What the file holds: the key of what is written next, and the entries by name. */
type SecretsFile = { version: 1; key: string; entries: Record<string, Entry> };
/** Which key opens it, and nonce, tag and encrypted value in base64. */
type Entry = { key: string; sealed: string };

const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
/** Both as NIST SP 800-38D recommends; a nonce is random, for a few hundred writes with one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_NAME = /^[0-9a-f]{16}$/;

/** Where keys lie: below the home folder of the person, hidden from every sandbox. */
export function keyFolder(userHome: string): string {
  return join(userHome, ".config", "ccm");
}

/** The value, or null for one that is not there. Faults: `environment` when the key is gone or something was changed. */
export function readEntry(file: string, userHome: string, name: string): string | null {
  const found = readSecrets(file);
  const entry = found && Object.hasOwn(found.entries, name) ? found.entries[name] : undefined;
  if (!found || entry === undefined) return null;
  try {
    const bytes = Buffer.from(entry.sealed, "base64");
    const decipher = createDecipheriv(CIPHER, readKey(userHome, entry.key), bytes.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(name));
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString();
  } catch (cause) {
    throw new Fault("environment", `The secret "${name}" cannot be opened: ${messageOf(cause)}.`, `Set it again: ccm secret set ${name}`, {
      cause,
    });
  }
}

/**
 * Writes one value, or takes it out with null. Others stay as they are, even those whose key is gone: it may come back. Call it inside a transaction: no
 * other command then writes the file.
 */
export function writeEntry(file: string, userHome: string, name: string, value: string | null): void {
  const found = readSecrets(file);
  if (value === null) {
    if (!found || !Object.hasOwn(found.entries, name)) return;
    const { [name]: _, ...entries } = found.entries;
    return replaceFile(file, JSON.stringify({ ...found, entries }));
  }
  const key = found && keyIsThere(userHome, found.key) ? found.key : makeKey(userHome);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, readKey(userHome, key), nonce);
  cipher.setAAD(Buffer.from(name)); // So that nobody can put one value under another name.
  const hidden = Buffer.concat([cipher.update(value, "utf8"), cipher.final()]);
  const sealed = Buffer.concat([nonce, cipher.getAuthTag(), hidden]).toString("base64");
  const written: SecretsFile = { version: 1, key, entries: { ...found?.entries, [name]: { key, sealed } } };
  replaceFile(file, JSON.stringify(written));
}

function readSecrets(file: string): SecretsFile | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Fault("environment", `"${file}" cannot be read: ${messageOf(thrown)}.`, "Check its permissions.");
  }
  try {
    const found = JSON.parse(text) as SecretsFile;
    if (found.version === 1 && [found, ...Object.values(found.entries)].every(({ key }) => KEY_NAME.test(key))) return found;
  } catch {
    // What is no JSON is damaged like what has not these fields.
  }
  throw new Fault("environment", `"${file}" is damaged.`, "Move it away and set your secrets again; `ccm secret list` has their names.");
}

function keyFile(userHome: string, key: string): string {
  return join(keyFolder(userHome), `${key}.key`);
}

function readKey(userHome: string, key: string): Buffer {
  const bytes = Buffer.from(readFileSync(keyFile(userHome, key), "utf8").trim(), "base64");
  if (bytes.length !== KEY_BYTES) throw new Error(`"${keyFile(userHome, key)}" holds no key`);
  return bytes;
}

function keyIsThere(userHome: string, key: string): boolean {
  try {
    return readKey(userHome, key).length === KEY_BYTES;
  } catch {
    return false;
  }
}

/** The name of a new key; it is of no other file. */
function makeKey(userHome: string): string {
  const key = randomBytes(8).toString("hex");
  mkdirSync(keyFolder(userHome), { recursive: true, mode: 0o700 });
  writeDurably(keyFile(userHome, key), `${randomBytes(KEY_BYTES).toString("base64")}\n`);
  return key;
}

/** A power cut leaves the whole of the old or the whole of the new one. */
function replaceFile(file: string, text: string): void {
  const half = `${file}.${process.pid}.tmp`;
  rmSync(half, { force: true });
  writeDurably(half, text);
  renameSync(half, file);
  const folder = openSync(dirname(file), "r");
  fsyncSync(folder);
  closeSync(folder);
}

function writeDurably(file: string, text: string): void {
  const fd = openSync(file, "wx", 0o600);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
