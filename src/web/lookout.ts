// Looks whether the database has changed while somebody watches, and has the pages made again that this is about.
import { lastSeq, readEvents } from "../kernel/events.ts";
import { messageOf } from "../kernel/fault.ts";
import type { Asked, PageRoute } from "../kernel/page.ts";
import { type Channel, createChannel, refresh } from "./channel.ts";
import { CREDIT_MS, creditOf, gapAfter, type Touch } from "./pace.ts";
import type { Site } from "./site.ts";
import { encodeEvent, type Tab } from "./tab.ts";

/** Between two looks at the database, in ms; a look takes microseconds. */
const LOOK_MS = 20;
/** Between two signs of life on every stream, in ms: a browser hears nothing of a connection that is dead. */
const ALIVE_MS = 20_000;
/** Between two questions whether sessions have ended while the database changes, in ms. */
const SESSION_LOOK_MS = 1_000;
/** Events since the last look that are asked for their task; after more, every page counts as touched. */
const EVENTS = 200;

/** A page for somebody; the same `key` is the same page for the same visitor. */
export type Subject = { key: string; route: PageRoute; asked: Asked; stays: () => boolean };

/** `wants` is what has happened since the page was last made: nothing, something elsewhere, or something that it is about. */
type Watched = {
  key: string;
  channel: Channel;
  stays: () => boolean;
  wants: Touch | null;
  /** What the page's `grows` told last. */
  size: number | undefined;
  isBusy: boolean;
  endedAt: number;
  tookMs: number;
};

/** Times are those of the clock that only grows. `credit` is how long pages may be made now, in ms. */
export type Lookout = {
  readonly site: Site;
  readonly channels: Map<string, Watched>;
  readonly tabs: Set<Tab>;
  timer: ReturnType<typeof setInterval> | undefined;
  version: string;
  seq: number;
  lookedAt: number;
  sessionsAt: number;
  aliveAt: number;
  credit: number;
};

export function createLookout(site: Site): Lookout {
  const never = Number.NEGATIVE_INFINITY;
  const times = { lookedAt: never, sessionsAt: never, aliveAt: never };
  return { site, channels: new Map(), tabs: new Set(), timer: undefined, version: "", seq: 0, ...times, credit: CREDIT_MS };
}

/** From now on the tab is sent what it does not show of the page. */
export function watch(lookout: Lookout, subject: Subject, tab: Tab): void {
  const { key, route, asked, stays } = subject;
  const rested = { wants: null, size: undefined, isBusy: false, endedAt: Number.NEGATIVE_INFINITY, tookMs: 0 };
  const watched: Watched = lookout.channels.get(key) ?? { key, channel: createChannel(route, asked), stays, ...rested };
  watched.channel.tabs.add(tab);
  watched.wants = "touched";
  lookout.channels.set(key, watched);
  lookout.tabs.add(tab);
  if (!lookout.timer) begin(lookout);
}

/** The browser has closed the stream. */
export function leave(lookout: Lookout, key: string, tab: Tab): void {
  const watched = lookout.channels.get(key);
  watched?.channel.tabs.delete(tab);
  lookout.tabs.delete(tab);
  if (watched?.channel.tabs.size === 0) lookout.channels.delete(key);
  if (lookout.tabs.size > 0) return;
  clearInterval(lookout.timer);
  lookout.timer = undefined;
}

/** Ends every stream; the daemon stops. */
export function endAll(lookout: Lookout): void {
  for (const [key, { channel }] of lookout.channels) for (const tab of [...channel.tabs]) dismiss(lookout, key, tab);
}

function dismiss(lookout: Lookout, key: string, tab: Tab): void {
  tab.end();
  leave(lookout, key, tab);
}

function begin(lookout: Lookout): void {
  const { db, clock } = lookout.site.ctx;
  const now = clock.elapsed();
  lookout.version = versionOf(lookout);
  lookout.seq = lastSeq(db);
  lookout.lookedAt = lookout.sessionsAt = lookout.aliveAt = now;
  lookout.timer = setInterval(() => look(lookout), LOOK_MS);
  lookout.timer.unref();
}

function versionOf({ site: { ctx } }: Lookout): string {
  return `${ctx.db.dataVersion()}.${ctx.db.changes()}`;
}

function look(lookout: Lookout): void {
  const now = lookout.site.ctx.clock.elapsed();
  lookout.credit = creditOf(lookout.credit, now - lookout.lookedAt);
  lookout.lookedAt = now;
  try {
    const version = versionOf(lookout);
    if (version !== lookout.version) noteChanges(lookout);
    noteGrowth(lookout);
    lookout.version = version;
    if (now - lookout.aliveAt >= ALIVE_MS) sendAlive(lookout);
    makeDue(lookout);
  } catch (thrown) {
    lookout.site.ctx.log.error("the live stream could not look at the database", { error: messageOf(thrown) });
  }
}

/** Marks the pages that what has happened is about. */
function noteChanges(lookout: Lookout): void {
  const events = readEvents(lookout.site.ctx.db, { after: lookout.seq, limit: EVENTS });
  lookout.seq = events.at(-1)?.seq ?? lookout.seq;
  const tasks = new Set(events.map(({ taskId }) => taskId));
  for (const watched of lookout.channels.values()) {
    const subject = watched.channel.watch;
    if (!subject || events.length === EVENTS || tasks.has(subject.taskId)) watched.wants = "touched";
    else watched.wants ??= "untouched";
  }
  const isSignedOut = events.some(({ name }) => name === "session.ended");
  if (isSignedOut || lookout.lookedAt - lookout.sessionsAt >= SESSION_LOOK_MS) endSessions(lookout);
}

/** Marks the pages that show a file which has grown: not everything that is written there comes into the database. */
function noteGrowth(lookout: Lookout): void {
  for (const watched of lookout.channels.values()) {
    const size = watched.channel.watch?.grows?.();
    if (size !== watched.size) watched.wants = "touched"; // Also the first time: it may have grown since the page was made.
    watched.size = size;
  }
}

/** Pages whose time has come, those that have waited longest first, as long as there is time for pages. */
function makeDue(lookout: Lookout): void {
  const now = lookout.lookedAt;
  const due = [...lookout.channels.values()].filter(
    ({ wants, isBusy, endedAt, tookMs }) => wants && !isBusy && now >= endedAt + gapAfter(tookMs, wants),
  );
  due.sort((a, b) => a.endedAt - b.endedAt);
  for (const watched of due) if (lookout.credit > 0) void make(lookout, watched);
}

/**
 * Processor time counts: on a loaded machine a page takes longer, and is not to come less often for it. What waits for a
 * program, such as git, has the time of that counted, because that is somebody's processor, too.
 */
async function make(lookout: Lookout, watched: Watched): Promise<void> {
  const { clock, log } = lookout.site.ctx;
  const from = { busyMs: busyMs(), elapsed: clock.elapsed() };
  let isWaiting = false;
  const waits = setImmediate(() => {
    isWaiting = true;
  });
  watched.wants = null;
  watched.isBusy = true;
  try {
    for (const dropped of await refresh(lookout.site, watched.channel)) leave(lookout, watched.key, dropped);
  } catch (thrown) {
    log.error(`the live page ${watched.channel.route.path} could not be sent`, { error: messageOf(thrown) });
  }
  watched.isBusy = false;
  watched.endedAt = clock.elapsed();
  clearImmediate(waits);
  const tookMs = busyMs() - from.busyMs;
  watched.tookMs = isWaiting ? watched.endedAt - from.elapsed : tookMs;
  lookout.credit -= Math.min(tookMs, CREDIT_MS); // While it waited, others were made.
}

/** Processor time of this thread, in ms. */
function busyMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

function sendAlive(lookout: Lookout): void {
  lookout.aliveAt = lookout.lookedAt;
  endSessions(lookout);
  for (const [key, { channel }] of lookout.channels) for (const tab of [...channel.tabs]) if (!tab.send(ALIVE)) leave(lookout, key, tab);
}

/** Tabs of a session that was ended, or is too old, are told so. */
function endSessions(lookout: Lookout): void {
  lookout.sessionsAt = lookout.lookedAt;
  for (const [key, { channel, stays }] of lookout.channels) {
    if (stays()) continue;
    for (const tab of [...channel.tabs]) {
      tab.send(SIGNED_OUT);
      dismiss(lookout, key, tab);
    }
  }
}

/** Events with a name only happen to the stream's element: public/js/live.js says what follows. */
const ALIVE = encodeEvent({ name: "ccm-alive", data: "" });
const SIGNED_OUT = encodeEvent({ name: "ccm-signed-out", data: "" });
