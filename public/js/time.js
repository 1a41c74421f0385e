// Times that say how long ago: `time[data-form]` holds the absolute time, which becomes its title.
{
  const SECOND = 1_000;
  const MINUTE = 60 * SECOND;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;
  /** Between two rounds, in ms: nobody counts seconds on a page. */
  const ROUND_MS = 5_000;

  /** The words of src/kernel/time-text.ts. */
  const lasting = (ms) => {
    if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`;
    if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
    if (ms < DAY) {
      const minutes = Math.floor((ms % HOUR) / MINUTE);
      return `${Math.floor(ms / HOUR)} h${minutes > 0 ? ` ${minutes} min` : ""}`;
    }
    const days = Math.floor(ms / DAY);
    return days === 1 ? "1 day" : `${days} days`;
  };
  const say = {
    ago: (ms) => (ms < 2 * SECOND ? "just now" : `${lasting(ms)} ago`),
    for: (ms) => lasting(ms),
    until: (ms) => (ms >= 0 ? "now" : `in ${lasting(-ms)}`),
  };
  const tell = (time, now) => {
    const at = Date.parse(time.dateTime);
    const form = say[time.dataset.form];
    if (!form || Number.isNaN(at)) return;
    if (!time.title) time.title = time.textContent;
    const text = form(now - at);
    if (time.textContent !== text) time.textContent = text;
  };
  const tellAll = (part) => {
    const now = Date.now();
    for (const time of part.querySelectorAll("time[data-form]")) tell(time, now);
  };

  // Before markup is compared with the page, so that nothing flickers, and a time that is the same changes nothing.
  document.addEventListener("htmx:before:swap", ({ detail }) => {
    for (const { fragment } of detail.tasks) tellAll(fragment);
  });
  setInterval(() => document.hidden || tellAll(document), ROUND_MS);
  document.addEventListener("visibilitychange", () => document.hidden || tellAll(document));
  tellAll(document);
}
