// Parts that only grow: their end stays in sight if it was, else a button says how much is new; the oldest rows go.
{
  const FEEDS = ".log[data-follow], .timeline[data-live]";
  /** Rows that the page holds: more make it slow. Older ones are behind the link at the start. */
  const ROWS = 1_000;
  /** Within this of its end a part is at its end, in px. */
  const END_PX = 40;
  const ROW = ":scope > :not(header, .feed-earlier, .feed-new)";
  const unseen = new WeakMap();
  /** Of parts that are about to change: whether the end is in sight. */
  const ends = new WeakMap();

  const isAtEnd = (feed) => feed.scrollHeight - feed.scrollTop - feed.clientHeight < END_PX;
  const toEnd = (feed) => {
    feed.scrollTop = feed.scrollHeight;
    saw(feed);
  };
  const saw = (feed) => {
    unseen.delete(feed);
    feed.querySelector(":scope > .feed-new")?.remove();
  };
  const sayNew = (feed, count) => {
    unseen.set(feed, count);
    const button = feed.querySelector(":scope > .feed-new") ?? newButton(feed);
    button.textContent = `${count} new`;
    feed.append(button);
  };
  const newButton = (feed) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "feed-new";
    button.addEventListener("click", () => toEnd(feed));
    return button;
  };
  /** What was taken away is there again when the page is. */
  const leadBack = (feed) => {
    const link = feed.querySelector(":scope > .feed-earlier") ?? document.createElement("a");
    link.className = "feed-earlier";
    link.href = location.pathname + location.search;
    link.textContent = "Earlier rows: load the page again";
    if (!link.isConnected) feed.querySelector(ROW).before(link);
  };
  /** Takes the oldest rows away; what is in sight stays where it is. */
  const trim = (feed) => {
    const rows = feed.querySelectorAll(ROW);
    if (rows.length <= ROWS) return;
    const height = feed.scrollHeight;
    const top = feed.scrollTop;
    for (let place = 0; place < rows.length - ROWS; place++) rows[place].remove();
    leadBack(feed);
    if (feed.scrollTop === top) feed.scrollTop = top - (height - feed.scrollHeight);
  };

  document.addEventListener("htmx:before:swap", ({ detail }) => {
    for (const { target, swapSpec } of detail.tasks)
      if (target?.matches?.(FEEDS)) ends.set(target, { isInSight: isAtEnd(target), grows: swapSpec.style === "beforeend" });
  });
  document.addEventListener("htmx:after:settle", ({ detail: { task, newContent } }) => {
    const feed = task.target;
    const end = ends.get(feed);
    if (!end) return;
    ends.delete(feed);
    trim(feed);
    if (end.isInSight) toEnd(feed);
    else if (end.grows) sayNew(feed, (unseen.get(feed) ?? 0) + newContent.filter((node) => node.nodeType === 1).length);
  });
  document.addEventListener(
    "scroll",
    ({ target }) => {
      if (target.matches?.(FEEDS) && unseen.has(target) && isAtEnd(target)) saw(target);
    },
    { capture: true, passive: true },
  );
  for (const feed of document.querySelectorAll(FEEDS)) if (!location.hash) toEnd(feed);
}
