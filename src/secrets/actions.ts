// Secrets kept, handed out by use, and forgotten; and their prints told to every process.
import { homedir } from "node:os";
import type { Ctx } from "../kernel/context.ts";
import { appendEvent } from "../kernel/events.ts";
import { Fault } from "../kernel/fault.ts";
import type { Paths } from "../kernel/paths.ts";
import { printOf } from "../kernel/prints.ts";
import { followPrints } from "../kernel/prints-file.ts";
import { type Keyring, keyringOf } from "./keyring.ts";
import { publishPrints } from "./publish.ts";
import { judgeName, judgeUses, judgeValue, spellingsOf } from "./rules.ts";
import type { KeptSecret, Secret, SecretPlace, SecretStore } from "./schema.ts";
import * as table from "./table.ts";

/** More secrets than a person has, and few enough that looking for all of them in a line takes microseconds. */
const MOST_SECRETS = 200;

/** Earlier values that are still taken out of texts, the newest of all names: each takes a host some 50 kB. */
const MOST_EARLIER = 50;

/** Without a store or uses it has those it had, or the store that `secrets.store` says and no uses. */
export type NewSecret = { name: string; value: string; store?: SecretStore; uses?: readonly string[] };

/**
 * Keeps a value, or another one under a name that is there, which may move it to the other store. The value before it is still
 * taken out of texts. Faults: `invalid` for a name, value or use that cannot be, `conflict` beyond 200, `environment` without a keyring.
 */
export async function setSecret(ctx: Ctx, { name, value, store: wanted, uses: given }: NewSecret): Promise<KeptSecret> {
  const fault = judgeName(name) ?? judgeUses(given ?? []) ?? judgeValue(value);
  if (fault) throw fault;
  const before = table.findKept(ctx.db, name);
  if (!before && table.allKept(ctx.db).length >= MOST_SECRETS)
    throw new Fault("conflict", `There are ${MOST_SECRETS} secrets, which is the most.`, "`ccm secret remove NAME` forgets one.");
  const store = wanted ?? before?.store ?? ctx.config.secrets.store;
  const uses = [...new Set(given ?? before?.uses ?? [])].sort();
  const keyring = keyringFor(ctx.paths);
  const { writeEntry } = await secretsFile();
  // First of all it is recognised: nobody can be given it before.
  const printsId = recogniseValue(ctx, name, value);
  if (store === "keyring") await keyring.write(name, value).catch((cause) => forgetUnkept(ctx, printsId, cause));
  const now = ctx.clock.now();
  ctx.db.transact(() => {
    writeEntry(ctx.paths.secrets, userHome(), name, store === "file" ? value : null);
    table.putSecret(ctx.db, { name, store, uses, createdAt: before?.createdAt ?? now, updatedAt: now }, printsId);
    table.deleteEarlierBut(ctx.db, MOST_EARLIER);
    appendEvent(ctx.db, now, { name: "secret.set", source: "person", data: { name, store, uses } });
  }, "durable");
  publishPrints(ctx);
  if (before?.store === "keyring" && store !== "keyring") await keyring.remove(name);
  return findSecret(ctx, name);
}

/** From here on every process takes the value out of texts. Gives the id of its prints, which are there when it had been kept before. */
function recogniseValue(ctx: Ctx, name: string, value: string): number {
  const spellings = spellingsOf(value);
  const printed = (salt: string) => spellings.map((text) => printOf(text, salt));
  const id = ctx.db.transact(() => {
    const known = table.printsOf(ctx.db, name).find(({ salt, prints }) => Bun.deepEquals(prints, printed(salt)));
    const salt = ctx.ids.secret();
    return known?.id ?? table.addPrints(ctx.db, name, { salt, prints: printed(salt) });
  }, "durable");
  publishPrints(ctx);
  return id;
}

function forgetUnkept(ctx: Ctx, printsId: number, cause: unknown): never {
  ctx.db.transact(() => table.deleteEarlier(ctx.db, printsId));
  publishPrints(ctx);
  throw cause;
}

/** Forgets a value; it is still taken out of texts. Faults: `not_found`, `environment`. */
export async function removeSecret(ctx: Ctx, name: string): Promise<void> {
  const { store } = findSecret(ctx, name);
  if (store === "keyring") await keyringFor(ctx.paths).remove(name);
  const { writeEntry } = await secretsFile();
  ctx.db.transact(() => {
    writeEntry(ctx.paths.secrets, userHome(), name, null);
    table.deleteSecret(ctx.db, name);
    table.deleteEarlierBut(ctx.db, MOST_EARLIER);
    appendEvent(ctx.db, ctx.clock.now(), { name: "secret.removed", source: "person", data: { name, store } });
  }, "durable");
  publishPrints(ctx);
}

/** From here on the earlier values of this name stay in texts; gives how many these are. Faults: `not_found` without any. */
export function forgetEarlierValues(ctx: Ctx, name: string): number {
  const values = ctx.db.transact(() => {
    const deleted = table.deleteEarlierOf(ctx.db, name);
    if (deleted === 0)
      throw new Fault(
        "not_found",
        `No earlier value of "${name}" is taken out of texts.`,
        "`ccm secret list` shows of which there are any.",
      );
    appendEvent(ctx.db, ctx.clock.now(), { name: "secret.forgotten", source: "person", data: { name, values: deleted } });
    return deleted;
  }, "durable");
  publishPrints(ctx);
  return values;
}

/** All secrets by name, without their values, and removed ones whose values are still taken out of texts. */
export function listSecrets(ctx: Ctx): Secret[] {
  return table.allSecrets(ctx.db);
}

/** Faults: `not_found`. */
function findSecret(ctx: Ctx, name: string): KeptSecret {
  const found = table.findKept(ctx.db, name);
  if (found) return found;
  throw new Fault("not_found", `There is no secret "${name}".`, "`ccm secret list` shows their names.");
}

/** Where the secrets are that this use, such as `automation:notify`, may have. */
export function placesFor(ctx: Ctx, use: string): SecretPlace[] {
  return table
    .allKept(ctx.db)
    .filter(({ uses }) => uses.includes(use))
    .map(({ name, store }) => ({ name, store }));
}

/** The values at these places, for a process without a database, which recognises them from here on. Faults: `environment`, `not_found` for a value that is gone. */
export async function openSecrets(paths: Paths, places: readonly SecretPlace[]): Promise<Record<string, string>> {
  const keyring = keyringFor(paths);
  followPrints(paths.prints);
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
