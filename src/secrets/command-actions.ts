// `ccm secret set`, `list` and `remove`, as the owner of CCM_HOME decides.
import { oneOf } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { textTable, wrap } from "../kernel/text-table.ts";
import { ago } from "../kernel/time-text.ts";
import { forgetEarlierValues, listSecrets, removeSecret, setSecret } from "./actions.ts";
import type { SetOptions } from "./commands.ts";
import { judgeName, judgeUses } from "./rules.ts";
import { SECRET_STORES, type Secret } from "./schema.ts";
import { secretShape } from "./shapes.ts";
import { askForValue } from "./value-input.ts";

/** What is wrong with the words is said before the value is asked for. Faults: `invalid`, `conflict`, `environment`. */
export async function set(host: CommandHost, name: string, options: SetOptions): Promise<void> {
  const uses = options.for === undefined ? undefined : [options.for].flat();
  const fault = judgeName(name) ?? judgeUses(uses ?? []);
  if (fault) throw fault;
  const ctx = await host.open();
  const store = options.store === undefined ? undefined : oneOf(SECRET_STORES, options.store, "store");
  const secret = await setSecret(ctx, { name, value: await askForValue(name), ...(store && { store }), ...(uses && { uses }) });
  const who = secret.uses.length > 0 ? `for ${secret.uses.join(", ")}` : "for nobody yet; --for says who gets it";
  const text = `"${name}" is kept in the ${secret.store}, ${who}.${secret.earlierValues > 0 ? ` ${earlierText([secret])}` : ""}`;
  host.print(secretShape(secret), () => wrap(text, host.columns, 0));
}

export async function list(host: CommandHost): Promise<void> {
  const ctx = await host.open();
  const secrets = listSecrets(ctx);
  host.print(secrets.map(secretShape), () => listText(secrets, ctx.clock.now(), host.columns));
}

function listText(secrets: readonly Secret[], now: number, columns: number): string {
  if (secrets.length === 0) return "No secret is kept. `ccm secret set NAME` keeps one.";
  const rows = textTable(
    [{ title: "SECRET" }, { title: "KEPT IN" }, { title: "FOR", shrink: true }, { title: "SET" }],
    secrets.map(({ name, store, uses, updatedAt }) => [
      ...[name, store ?? "nowhere", uses.join(", ") || "nobody"],
      updatedAt === null ? "removed" : ago(updatedAt, now),
    ]),
    columns,
  );
  const earlier = secrets.filter(({ earlierValues }) => earlierValues > 0);
  return earlier.length > 0 ? `${rows}\n${wrap(earlierText(earlier), columns, 0)}` : rows;
}

/** Said where there are any. */
function earlierText(secrets: readonly Pick<Secret, "name">[]): string {
  const names = secrets.map(({ name }) => name);
  return `What ${names.join(", ")} held before is still taken out of texts, until \`ccm scrub\` finds it nowhere or \`ccm secret forget ${names.length === 1 ? names[0] : "NAME"}\` ends that.`;
}

/** Faults: `not_found`, `environment`. */
export async function remove(host: CommandHost, name: string): Promise<void> {
  await removeSecret(await host.open(), name);
  const text = `"${name}" is forgotten. Where it was issued it still works until you revoke it there. ${earlierText([{ name }])}`;
  host.print({ removed: name }, () => wrap(text, host.columns, 0));
}

/** Faults: `not_found`. */
export async function forget(host: CommandHost, name: string): Promise<void> {
  const values = forgetEarlierValues(await host.open(), name);
  host.print({ forgotten: name, values }, () => `What "${name}" held before stays in texts from now on.`);
}
