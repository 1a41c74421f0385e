// `ccm scrub`: printed place by place, with what is left and why.
import { Fault } from "../kernel/fault.ts";
import type { CommandHost } from "../kernel/module.ts";
import { textTable, wrap } from "../kernel/text-table.ts";
import type { ScrubOptions } from "./commands.ts";
import { lookForSecrets, type Scrubbed, type ScrubbedPlace, scrub, total } from "./scrub.ts";

/** Faults: `failed` when something of ccm's own could not be taken out. */
export async function scrubHome(host: CommandHost, options: ScrubOptions): Promise<void> {
  const ctx = await host.open();
  if (options.dryRun) {
    const found = lookForSecrets(ctx);
    host.print(found, () => dryText(host, found));
    return;
  }
  const { before, after, forgotten } = scrub(ctx);
  const own = after.places.filter(({ kind }) => kind !== "work");
  const proven = own.length === 0;
  host.print(
    { ...before, left: after.places, proven, forgotten },
    () => `${doneText(host, before, after)}${forgottenText(host, forgotten)}`,
  );
  if (!proven)
    throw new Fault(
      "failed",
      `Secrets are left in ${own.map(({ place }) => place).join(", ")}: ${own.flatMap(({ files }) => files).join(", ") || "see above"}.`,
      after.live.length > 0
        ? "Agents are at work: scrub again when they have ended."
        : "A file with several names, or of another user, is left alone: look at it yourself.",
    );
}

function dryText(host: CommandHost, found: Scrubbed): string {
  if (found.places.length === 0) return wrap(`No secret was found.${liveText(found)}`, host.columns, 0);
  return `${tableOf(host, found.places)}\n${wrap(`${kindsText(found)} Nothing was changed. \`ccm scrub\` takes them out, but for those in work.${liveText(found)}`, host.columns, 0)}`;
}

function doneText(host: CommandHost, before: Scrubbed, after: Scrubbed): string {
  const left = new Map(after.places.map((place) => [place.place, place]));
  const places = before.places.map((place) => ({ ...place, left: left.get(place.place)?.left ?? 0 }));
  const work = after.places.filter(({ kind }) => kind === "work");
  const removed = total(places, "found") - total(places, "left");
  const proof = `Taken out: ${removed}. Every file was searched again, the bytes of the database too, for each value in every spelling: nothing is left of them in what ccm and its agents keep.`;
  const inWork =
    work.length > 0
      ? ` What is left is in work or settings, and yours to change: ${work.flatMap(({ files, place }) => (files.length > 0 ? files : [place])).join(", ")}.`
      : "";
  const own = after.places.some(({ kind }) => kind !== "work");
  const text =
    before.places.length === 0
      ? `No secret was found.${liveText(before)}`
      : `${kindsText(before)} ${own ? `Taken out: ${removed}.` : proof}${inWork}${liveText(before)}`;
  return `${before.places.length > 0 ? `${tableOf(host, places)}\n` : ""}${wrap(text, host.columns, 0)}`;
}

function forgottenText(host: CommandHost, names: readonly string[]): string {
  return names.length > 0
    ? `\n${wrap(`What ${names.join(", ")} held before is nowhere, and is looked for no more.`, host.columns, 0)}`
    : "";
}

function tableOf(host: CommandHost, places: readonly ScrubbedPlace[]): string {
  return textTable(
    [{ title: "PLACE" }, { title: "FOUND" }, { title: "LEFT" }, { title: "IN", shrink: true }],
    places.map(({ place, found, left, files }) => [place, String(found), String(left), left > 0 ? files.join(", ") : ""]),
    host.columns,
  );
}

function kindsText({ kinds }: Scrubbed): string {
  const counts = Object.entries(kinds).map(([kind, count]) => `${count} × ${kind}`);
  return `Found: ${counts.join(", ")}.`;
}

function liveText({ live }: Scrubbed): string {
  return live.length > 0
    ? ` Agents are at work on ${live.map((task) => `task ${task}`).join(", ")}: their homes were left out; scrub again when they have ended.`
    : "";
}
