// A home with automations of a test's own, run as the host of a run runs them.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { enableAutomation } from "../../src/hooks/automations/automations.ts";
import { createAutomations } from "../../src/hooks/automations/chain.ts";
import { readHeader } from "../../src/hooks/automations/header.ts";
import { type AutomationPlaces, automationPlaces } from "../../src/hooks/automations/safety.ts";
import { shipAutomations } from "../../src/hooks/automations/shipped.ts";
import type { AutomationOrder, AutomationRecord, Automations } from "../../src/hooks/schema.ts";
import { temporaryHome } from "../support/folders.ts";

export type AutomationHome = {
  home: string;
  places: AutomationPlaces;
  records: AutomationRecord[];
  /** Writes a program, switches it on, and gives its path in `enabled`. */
  add(name: string, text: string): string;
  /** The automations that were added, as a run of them. */
  open(): Automations;
};

export function openAutomationHome(): AutomationHome {
  const { home } = temporaryHome();
  mkdirSync(home, { recursive: true, mode: 0o700 });
  shipAutomations(home);
  const places = automationPlaces(home);
  const records: AutomationRecord[] = [];
  const orders: AutomationOrder[] = [];
  return {
    home,
    places,
    records,
    add(name, text) {
      writeFileSync(join(places.available, name), text, { mode: 0o700 });
      enableAutomation(home, name);
      const header = readHeader(text);
      if (typeof header === "string") throw new Error(header);
      const { about: _, secrets, ...order } = header;
      const path = join(places.enabled, name);
      orders.push({ name, path, ...order, secrets: secrets.map((secret) => ({ name: secret, store: null })) });
      return path;
    },
    open: () =>
      createAutomations(orders, {
        home,
        stateFolder: join(home, "state"),
        tree: join(home, "tree"),
        taskId: 12,
        runId: 34,
        record: (record) => void records.push(record),
      }),
  };
}

/** A program in sh for these events. */
export const program = (events: string, body: string, ...settings: string[]): string =>
  ["#!/bin/sh", `# ccm-events: ${events}`, ...settings.map((setting) => `# ccm-${setting}`), body, ""].join("\n");

/** One that prints an answer of the hook protocol. */
export const answering = (events: string, answer: object): string => program(events, `cat <<'END'\n${JSON.stringify(answer)}\nEND`);
