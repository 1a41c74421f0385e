// `ccm secret set`, `list` and `remove`, as the owner of CCM_HOME decides.
import { oneOf } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { textTable } from "../kernel/text-table.ts";
import { ago } from "../kernel/time-text.ts";
import { listSecrets, removeSecret, setSecret } from "./actions.ts";
import type { SetOptions } from "./commands.ts";
import { judgeName, judgeUses } from "./rules.ts";
import { SECRET_STORES } from "./schema.ts";
import { secretShape } from "./shapes.ts";
import { askForValue } from "./value-input.ts";

/** What is wrong with the words is said before the value is asked for. Faults: `invalid`, `conflict`, `environment`. */
export async function set(host: CommandHost, name: string, options: SetOptions): Promise<void> {
  const uses = [options.for ?? []].flat();
  const fault = judgeName(name) ?? judgeUses(uses);
  if (fault) throw fault;
  const ctx = await host.open();
  const store = options.store === undefined ? ctx.config.secrets.store : oneOf(SECRET_STORES, options.store, "store");
  const secret = await setSecret(ctx, { name, value: await askForValue(name), store, uses });
  const who = secret.uses.length > 0 ? `for ${secret.uses.join(", ")}` : "for nobody yet; --for says who gets it";
  host.print(secretShape(secret), () => `"${name}" is kept in the ${store}, ${who}.`);
}

export async function list(host: CommandHost): Promise<void> {
  const ctx = await host.open();
  const secrets = listSecrets(ctx);
  const now = ctx.clock.now();
  host.print(secrets.map(secretShape), () => {
    if (secrets.length === 0) return "No secret is kept. `ccm secret set NAME` keeps one.";
    return textTable(
      [{ title: "SECRET" }, { title: "KEPT IN" }, { title: "FOR", shrink: true }, { title: "SET" }],
      secrets.map(({ name, store, uses, updatedAt }) => [name, store, uses.join(", ") || "nobody", ago(updatedAt, now)]),
      host.columns,
    );
  });
}

/** Faults: `not_found`, `environment`. */
export async function remove(host: CommandHost, name: string): Promise<void> {
  await removeSecret(await host.open(), name);
  host.print({ removed: name }, () => `"${name}" is forgotten. Where it was issued it still works until you revoke it there.`);
}
