// Keys: where to go, rows up and down, and the letters that buttons name. Never while somebody types.
{
  /** Between the two keys of a way to go, in ms. */
  const PAIR_MS = 1_500;
  const PLACES = { h: "/", t: "/tasks", a: "/approvals", g: "/agents", p: "/projects", e: "/health" };
  const ROWS = "main :is(li, tr, article)[id]";
  const isTyping = (element) =>
    element?.isContentEditable ||
    element?.matches?.("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");

  let isGoing;
  /** The link of each row that is in sight: a row that is focused is its link, so that Enter opens it. */
  const links = () =>
    [...document.querySelectorAll(ROWS)].map((row) => row.querySelector("a[href]")).filter((link) => link?.checkVisibility());
  const step = (by) => {
    const all = links();
    const now = all.findIndex((link) => link.closest(ROWS)?.contains(document.activeElement));
    const next = all[now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + by, 0), all.length - 1)];
    next?.focus();
    next?.closest(ROWS)?.scrollIntoView({ block: "nearest" });
  };
  const search = () => {
    const box = document.querySelector("main input[type=search]");
    box?.focus();
    box?.select();
    return box !== null;
  };
  /** Links are followed; what does something is only shown and focused, and Enter does it. */
  const use = (element) => {
    if (element.matches("a[href]")) return element.click();
    element.scrollIntoView({ block: "nearest" });
    if (element.localName === "summary" && !element.parentElement.open) element.click();
    (element.localName === "summary"
      ? (element.parentElement.querySelector("textarea, input:not([type=hidden]), button") ?? element)
      : element
    ).focus();
  };
  const named = (key) =>
    [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((element) => element.checkVisibility() && !element.disabled);

  const act = (key) => {
    if (isGoing) {
      clearTimeout(isGoing);
      isGoing = undefined;
      if (PLACES[key]) location.assign(PLACES[key]);
      return true;
    }
    if (key === "g") isGoing = setTimeout(() => (isGoing = undefined), PAIR_MS);
    else if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
    else if (key === "/") return search();
    else if (key === "?") document.getElementById("keys")?.togglePopover();
    else if (named(key)) use(named(key));
    else if (key === "c") location.assign("/tasks/new");
    else return false;
    return true;
  };

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === "Escape" && isTyping(target)) return target.blur();
    if (isTyping(target) || key.length !== 1) return;
    if (document.querySelector(":popover-open, dialog[open]") && key !== "?") return;
    if (act(key)) event.preventDefault();
  });
}
