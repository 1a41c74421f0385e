// The tabs that show one page to one visitor: the page is made once for all of them, and each is sent what it does not show yet.
import { FaultSection } from "../../views/fault.tsx";
import { isFault, messageOf } from "../kernel/fault.ts";
import type { Asked, FeedSection, Page, PageRoute, Section } from "../kernel/page.ts";
import { type Change, changesBetween, type Keyed, keyedOf } from "./keyed-rows.ts";
import { digestOf, readState, stateOf, writeState } from "./live-state.ts";
import { besideMain } from "./pages.ts";
import type { Site } from "./site.ts";
import { encodeEvent, partial, type Tab } from "./tab.ts";

export type Channel = {
  readonly route: PageRoute;
  readonly asked: Asked;
  readonly tabs: Set<Tab>;
  /** Only what happens to this matters to the page. */
  watch: Page["watch"];
  /** The live sections as they were made last, by id: rows that are the same are not sent again. */
  made: ReadonlyMap<string, Made>;
  /** What went wrong when the page was made last, so that the log says it once. */
  trouble: string | null;
};

/** A live section that was made: the rows in it without their markup, which is long. */
type Made = { token: string; keyed: Keyed | null };

export function createChannel(route: PageRoute, asked: Asked): Channel {
  return { route, asked, tabs: new Set(), watch: undefined, made: new Map(), trouble: null };
}

/** A page as it is now; `html` has its live sections. */
type Picture = { main: readonly Section[]; all: readonly Section[]; html: ReadonlyMap<string, string> };
/** What brings a tab up to date. */
type Step = { state: string; html: string };

/** Makes the page and sends every tab what it lacks. Gives the tabs that were dropped because they do not read. */
export async function refresh(site: Site, channel: Channel): Promise<Tab[]> {
  const picture = await paint(site, channel);
  const dropped: Tab[] = [];
  const { made: before } = channel;
  channel.made = new Map([...picture.html].map(([id, html]) => [id, { token: digestOf(html), keyed: keyedOf(html) }]));
  for (const [state, tabs] of Map.groupBy(channel.tabs, (tab) => tab.state)) {
    const step = await stepFrom(state, picture, before, channel.made);
    if (step.state === state) continue;
    const bytes = encodeEvent({ id: step.state, data: step.html });
    for (const tab of tabs) {
      if (tab.send(bytes)) tab.state = step.state;
      else dropped.push(tab);
    }
  }
  return dropped;
}

/** A page that cannot be made shows why instead; it is made again with the next change. */
async function paint(site: Site, channel: Channel): Promise<Picture> {
  try {
    const page = await channel.route.show(site.ctx, channel.asked);
    channel.watch = page.watch;
    const picture = await pictureOf(page.sections, besideMain(site));
    channel.trouble = null;
    return picture;
  } catch (thrown) {
    if (!isFault(thrown) && channel.trouble !== messageOf(thrown)) {
      channel.trouble = messageOf(thrown);
      site.ctx.log.error(`the page ${channel.route.path} could not be made`, { error: thrown instanceof Error ? thrown.stack : thrown });
    }
    const fault = isFault(thrown)
      ? thrown
      : { message: "This page cannot be shown.", hint: "This is a bug in ccm; the daemon's log has it." };
    return pictureOf([{ kind: "live", id: "fault", html: () => FaultSection(fault) }], []);
  }
}

async function pictureOf(main: readonly Section[], beside: readonly Section[]): Promise<Picture> {
  const all = [...main, ...beside];
  const html = new Map<string, string>();
  for (const section of all) if (section.kind === "live") html.set(section.id, await section.html());
  return { main, all, html };
}

async function stepFrom(text: string, picture: Picture, before: ReadonlyMap<string, Made>, made: ReadonlyMap<string, Made>): Promise<Step> {
  const shown = readState(text);
  const parts: string[] = [];
  const tokens: string[] = [];
  const isSame = shown.structure === stateOf(picture.all, []).structure;
  if (!isSame) parts.push(partial("#main", "innerMorph", await wholeOf(picture)));
  let place = 0;
  for (const section of picture.all) {
    if (section.kind === "still") continue;
    const token = isSame ? (shown.tokens[place++] ?? "") : null;
    if (section.kind === "live") {
      const now = made.get(section.id) as Made;
      tokens.push(now.token);
      const isThere = token === now.token || (token === null && picture.main.includes(section));
      if (isThere) continue;
      for (const change of liveChanges(section.id, token, before, now, picture.html.get(section.id) as string))
        parts.push(partial(`#${change.target}`, change.swap, change.html));
    } else {
      const { html, cursor } = token === null ? { html: "", cursor: section.cursor } : await feedStep(section, token);
      tokens.push(cursor);
      parts.push(html);
    }
  }
  const state = stateOf(picture.all, tokens);
  return { state: writeState(state), html: parts.join("") };
}

/** Only the rows that differ, if it is known what the tab shows; else the whole section. */
function liveChanges(id: string, token: string | null, before: ReadonlyMap<string, Made>, now: Made, html: string): Change[] {
  const old = before.get(id);
  if (old && now.keyed && old.keyed && token === old.token) return changesBetween(old.keyed, now.keyed, html);
  return [{ target: id, swap: "outerMorph", html }];
}

/** Rows go into the part of the section that is marked for them, or into the section itself. */
async function feedStep(section: FeedSection, token: string): Promise<{ html: string; cursor: string }> {
  const more = section.more(token);
  if (more === null) return { html: "", cursor: token };
  if (more === "anew") return { html: partial(`#${section.id}`, "outerMorph", await section.html()), cursor: section.cursor };
  return { html: partial(`#${section.id}`, "beforeend", await more.rows), cursor: more.cursor };
}

async function wholeOf(picture: Picture): Promise<string> {
  const parts: string[] = [];
  for (const section of picture.main) parts.push(picture.html.get(section.id) ?? (await section.html()));
  return parts.join("");
}
