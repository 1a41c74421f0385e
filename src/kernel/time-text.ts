// Times as people say them.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in one or two units: 0 s, 45 s, 3 min, 1 h 5 min, 2 days. */
export function duration(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) {
    const minutes = Math.floor((ms % HOUR) / MINUTE);
    return `${Math.floor(ms / HOUR)} h${minutes > 0 ? ` ${minutes} min` : ""}`;
  }
  const days = Math.floor(ms / DAY);
  return days === 1 ? "1 day" : `${days} days`;
}

/** How long ago a time (epoch ms) was. A clock that was set back makes it "just now". */
export function ago(at: number, now: number): string {
  return now - at < 2 * SECOND ? "just now" : `${duration(now - at)} ago`;
}

/** The time of day on this machine, to the second. */
export function timeOfDay(at: number): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

/** The date on this machine: 2030-01-31. */
export function dateOf(at: number): string {
  const time = new Date(at);
  return [time.getFullYear(), time.getMonth() + 1, time.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A time as a page shows it, and as its script reads it: the text is the same whenever it is made. */
export function when(at: number): { iso: string; text: string } {
  const time = new Date(at);
  return { iso: time.toISOString(), text: `${time.getDate()} ${MONTHS[time.getMonth()]} ${timeOfDay(at).slice(0, 5)}` };
}

/** ISO 8601 for scripts, null for a time that has not come. */
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** Bytes as people say them: 0 B, 12 kB, 3.4 MB. */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}
