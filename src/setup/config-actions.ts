// What the `config` commands do with CCM_HOME/config.yaml.
import { loadConfig, readConfigText } from "../kernel/config.ts";
import { getSetting, listSettings, writeSetting } from "../kernel/config-change.ts";
import { isFault } from "../kernel/fault.ts";
import { currentCaller, requireOwnHome } from "../kernel/home.ts";
import type { CommandHost } from "../kernel/module.ts";
import { homeFrom, pathsAt } from "../kernel/paths.ts";
import { textTable } from "../kernel/text-table.ts";
import { sections } from "./config.ts";
import { recordConfigSet } from "./config-audit.ts";
import { judgeWeb } from "./rules.ts";

export function listConfig(host: CommandHost): void {
  const file = configFile();
  const settings = listSettings(sections, readConfigText(file), file, process.env);
  host.print(settings, () =>
    textTable(
      [{ title: "SETTING" }, { title: "VALUE", shrink: true }, { title: "FROM" }],
      settings.map((setting) => [setting.key, JSON.stringify(setting.value), setting.from]),
      host.columns,
    ),
  );
}

/** Faults: `not_found` for a key that does not exist. */
export function getConfig(host: CommandHost, key: string): void {
  const value = getSetting(sections, loadConfig(sections, configFile(), process.env), key);
  host.print(value, () => (typeof value === "object" ? Bun.YAML.stringify(value, null, 2) : String(value)));
}

/** Faults: `invalid` for a value that the setting refuses; the file is left as it was. */
export async function setConfig(host: CommandHost, key: string, word: string): Promise<void> {
  const file = configFile();
  writeSetting(sections, file, key, word);
  const value = getSetting(sections, loadConfig(sections, file, {}), key);
  await record(host, { key, value });
  host.print({ key, value }, () => `${key} is ${JSON.stringify(value)}. A running daemon takes it after: ccm stop && ccm start`);
}

/** A setting that mends a home which cannot be opened is written down by the daemon, when it starts with it. */
async function record(host: CommandHost, setting: { key: string; value: unknown }): Promise<void> {
  try {
    const { db, clock } = await host.open();
    recordConfigSet(db, setting, clock.now());
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
  }
}

export function checkConfigFile(host: CommandHost): void {
  const file = configFile();
  const fault = judgeWeb(loadConfig(sections, file, process.env).web);
  if (fault) throw fault;
  host.print({ file, ok: true }, () => `"${file}" and the environment are in order.`);
}

function configFile(): string {
  const paths = pathsAt(homeFrom(process.env));
  requireOwnHome(paths, currentCaller());
  return paths.config;
}
