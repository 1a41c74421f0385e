// Secrets kept, handed out by use, and forgotten; and their prints told to every process.
import { homedir } from "node:os";
import type { Ctx } from "../kernel/context.ts";
import { appendEvent } from "../kernel/events.ts";
import { Fault } from "../kernel/fault.ts";
import type { Paths } from "../kernel/paths.ts";
import { printOf } from "../kernel/prints.ts";
import { type Keyring, keyringOf } from "./keyring.ts";
import { publishPrints } from "./publish.ts";
import { judgeName, judgeUses, judgeValue, spellingsOf } from "./rules.ts";
import type { Secret, SecretPlace, SecretStore } from "./schema.ts";
import * as table from "./table.ts";

/** More secrets than a person has, and few enough that looking for all of them in a line takes microseconds. */
const MOST_SECRETS = 200;

export type NewSecret = { name: string; value: string; store: SecretStore; uses: readonly string[] };

/**
 * Keeps a value, or another one under a name that is there, which may move it to the other store. Faults: `invalid` for a name,
 * value or use that cannot be, `conflict` beyond 200, `environment` without a keyring.
 */
export async function setSecret(ctx: Ctx, { name, value, store, uses }: NewSecret): Promise<Secret> {
  const fault = judgeName(name) ?? judgeUses(uses) ?? judgeValue(value);
  if (fault) throw fault;
  const before = table.findSecret(ctx.db, name);
  if (!before && table.allSecrets(ctx.db).length >= MOST_SECRETS)
    throw new Fault("conflict", `There are ${MOST_SECRETS} secrets, which is the most.`, "`ccm secret remove NAME` forgets one.");
  const keyring = keyringFor(ctx.paths);
  if (store === "keyring") await keyring.write(name, value);
  const now = ctx.clock.now();
  const secret = { name, store, uses: [...new Set(uses)].sort(), createdAt: before?.createdAt ?? now, updatedAt: now };
  const salt = ctx.ids.secret();
  const { writeEntry } = await secretsFile();
  ctx.db.transact(() => {
    writeEntry(ctx.paths.secrets, userHome(), name, store === "file" ? value : null);
    table.putSecret(ctx.db, { ...secret, salt, prints: spellingsOf(value).map((text) => printOf(text, salt)) });
    appendEvent(ctx.db, now, { name: "secret.set", source: "person", data: { name, store, uses: secret.uses } });
  }, "durable");
  publishPrints(ctx);
  if (before?.store === "keyring" && store !== "keyring") await keyring.remove(name);
  return secret;
}

/** Forgets a value and that there was one; it is not looked for in texts any more. Faults: `not_found`, `environment`. */
export async function removeSecret(ctx: Ctx, name: string): Promise<void> {
  const { store } = findSecret(ctx, name);
  if (store === "keyring") await keyringFor(ctx.paths).remove(name);
  const { writeEntry } = await secretsFile();
  ctx.db.transact(() => {
    writeEntry(ctx.paths.secrets, userHome(), name, null);
    table.deleteSecret(ctx.db, name);
    appendEvent(ctx.db, ctx.clock.now(), { name: "secret.removed", source: "person", data: { name, store } });
  }, "durable");
  publishPrints(ctx);
}

/** All secrets by name, without their values. */
export function listSecrets(ctx: Ctx): Secret[] {
  return table.allSecrets(ctx.db).map(({ salt: _, prints: __, ...secret }) => secret);
}

/** Faults: `not_found`. */
function findSecret(ctx: Ctx, name: string): Secret {
  const found = table.findSecret(ctx.db, name);
  if (found) return found;
  throw new Fault("not_found", `There is no secret "${name}".`, "`ccm secret list` shows their names.");
}

/** Where the secrets are that this use, such as `automation:notify`, may have. */
export function placesFor(ctx: Ctx, use: string): SecretPlace[] {
  return table
    .allSecrets(ctx.db)
    .filter(({ uses }) => uses.includes(use))
    .map(({ name, store }) => ({ name, store }));
}

/** The values at these places, for a process without a database. Faults: `environment`, `not_found` for a value that is gone. */
export async function openSecrets(paths: Paths, places: readonly SecretPlace[]): Promise<Record<string, string>> {
  const keyring = keyringFor(paths);
  const values: Record<string, string> = {};
  for (const { name, store } of places) {
    const value = store === "keyring" ? await keyring.read(name) : (await secretsFile()).readEntry(paths.secrets, userHome(), name);
    if (value === null)
      throw new Fault(
        "not_found",
        `The value of the secret "${name}" is not in its ${store} any more.`,
        `Set it again: ccm secret set ${name}`,
      );
    values[name] = value;
  }
  return values;
}

/** Loaded when a value is opened: the daemon, which only asks for names, is spared the 2 MB of its ciphers. */
function secretsFile(): Promise<typeof import("./secrets-file.ts")> {
  return import("./secrets-file.ts");
}

/** Where a person's own files are, for the keys of the encrypted file. */
function userHome(): string {
  return process.env.HOME || homedir();
}

function keyringFor(paths: Paths): Keyring {
  return keyringOf(paths.home);
}
