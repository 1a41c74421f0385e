// Times that say how long ago: `time[data-form]` holds the absolute time, which becomes its title.
{
  const MINUTE = 60;
  const HOUR = 3_600;
  const DAY = 86_400;
  /** Between two rounds, in ms: seconds are only shown in steps of this. */
  const ROUND_MS = 5_000;

  /** Two units at most: 40 s, 3 min, 2 h 05 min, 3 d. */
  const lasting = (seconds) => {
    if (seconds < MINUTE) return `${Math.max(0, Math.floor(seconds / 5) * 5)} s`;
    if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
    if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ${String(Math.floor((seconds % HOUR) / MINUTE)).padStart(2, "0")} min`;
    return `${Math.floor(seconds / DAY)} d`;
  };
  const say = {
    ago: (seconds) => (seconds < 5 ? "just now" : `${lasting(seconds)} ago`),
    for: (seconds) => lasting(seconds),
    until: (seconds) => (seconds >= 0 ? "now" : `in ${lasting(-seconds)}`),
  };
  const tell = (time, now) => {
    const at = Date.parse(time.dateTime);
    const form = say[time.dataset.form];
    if (!form || Number.isNaN(at)) return;
    if (!time.title) time.title = time.textContent;
    const text = form((now - at) / 1_000);
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
