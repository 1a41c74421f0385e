// The automations of CCM_HOME as they are there: which there are, which are on, and what is wrong with them.
import { closeSync, lstatSync, openSync, readdirSync, readSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Ctx } from "../../kernel/context.ts";
import { Fault } from "../../kernel/fault.ts";
import { placesFor } from "../../secrets/actions.ts";
import type { Automation, AutomationHeader, AutomationOrder } from "../schema.ts";
import { readHeader } from "./header.ts";
import { automationPlaces, dangerOf } from "./safety.ts";
import { shippedState } from "./shipped.ts";

/** The comments at an automation's top are within this. */
const TOP_BYTES = 4_096;
/** A name is a word of the command line, part of a use of secrets, and sorts the same everywhere. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** Hidden files and what editors leave behind. */
const NO_AUTOMATION = /^\.|~$|^#/;
/** More in one folder were not put there by a person. */
const MOST = 200;

/** Every automation by name: those in `available`, and programs that lie in `enabled` themselves. */
export function listAutomations(home: string): Automation[] {
  const places = automationPlaces(home);
  const enabled = new Set(namesIn(places.enabled));
  const names = [...new Set([...namesIn(places.available), ...enabled])].sort().slice(0, MOST);
  return names.map((name) => {
    const isEnabled = enabled.has(name);
    const path = join(isEnabled ? places.enabled : places.available, name);
    const header = topOf(path);
    const trouble = oddName(name) ?? dangerOf(home, path) ?? (typeof header === "string" ? header : null);
    return { name, path, isEnabled, shipped: shippedState(places, name), header: typeof header === "string" ? null : header, trouble };
  });
}

function oddName(name: string): string | null {
  return NAME.test(name) ? null : "its name must be small letters, digits, dots and dashes.";
}

/** Those that a run's host is to start, broken ones that still say when among them: the host says what is wrong at each event. */
export function automationOrders(ctx: Ctx): AutomationOrder[] {
  return listAutomations(ctx.paths.home).flatMap(({ name, path, isEnabled, header }) => {
    return isEnabled && header && !oddName(name) ? [orderOf(ctx, name, path, header)] : [];
  });
}

/** The order by which an automation is started. A person allows it a secret with the use `automation:NAME`. */
export function orderOf(ctx: Ctx, name: string, path: string, { about: _, secrets, ...header }: AutomationHeader): AutomationOrder {
  const allowed = secrets.length > 0 ? placesFor(ctx, `automation:${name}`) : [];
  const storeOf = (secret: string) => allowed.find((place) => place.name === secret)?.store ?? null;
  return { name, path, ...header, secrets: secrets.map((secret) => ({ name: secret, store: storeOf(secret) })) };
}

/** One of them. Faults: `not_found`. */
export function findAutomation(home: string, name: string): Automation {
  const found = listAutomations(home).find((one) => one.name === name);
  if (found) return found;
  throw new Fault(
    "not_found",
    `There is no automation "${name}".`,
    `\`ccm automations list\` shows them; yours belong into "${automationPlaces(home).available}".`,
  );
}

/** Switches it on for runs that start from now on; false when it was. Faults: `not_found`, `denied` for one that must not be run. */
export function enableAutomation(home: string, name: string): boolean {
  const { isEnabled, trouble } = findAutomation(home, name);
  if (trouble)
    throw new Fault("denied", `"${name}" is not run: ${trouble}`, `\`ccm automations test ${name}\` tries it once that is put right.`);
  if (isEnabled) return false;
  const { available, enabled } = automationPlaces(home);
  symlinkSync(join("..", "available", name), join(enabled, name));
  const danger = dangerOf(home, join(enabled, name));
  if (danger) {
    rmSync(join(enabled, name));
    throw new Fault("denied", `"${name}" is not run: ${danger}`, `Look at "${available}".`);
  }
  return true;
}

/** Switches it off, for live runs at once; false when it was. Faults: `not_found`, `conflict`. */
export function disableAutomation(home: string, name: string): boolean {
  const { isEnabled, path } = findAutomation(home, name);
  if (!isEnabled) return false;
  if (lstatSync(path).isSymbolicLink()) rmSync(path);
  else moveAside(home, name);
  return true;
}

/** A program that lies in `enabled` itself is the person's only copy. */
function moveAside(home: string, name: string): void {
  const { available, enabled } = automationPlaces(home);
  if (lstatSync(join(available, name), { throwIfNoEntry: false }))
    throw new Fault(
      "conflict",
      `"${name}" is in "${enabled}", and another one of that name in "${available}".`,
      "Move or remove one of them yourself.",
    );
  renameSync(join(enabled, name), join(available, name));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !NO_AUTOMATION.test(name));
  } catch {
    return [];
  }
}

/** What it says at its top, or why that cannot be known. */
function topOf(path: string): ReturnType<typeof readHeader> {
  try {
    const fd = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(TOP_BYTES);
      return readHeader(bytes.toString("utf8", 0, readSync(fd, bytes, 0, TOP_BYTES, 0)));
    } finally {
      closeSync(fd);
    }
  } catch (thrown) {
    return `it cannot be read (${(thrown as NodeJS.ErrnoException).code ?? String(thrown)}).`;
  }
}
