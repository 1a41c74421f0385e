// Forms that are sent without leaving the page: what was typed elsewhere, the scroll and the focus stay. Without this they work, too.
{
  /** Longer than any act of the daemon takes, in ms. */
  const PATIENCE_MS = 60_000;
  const notice = (tone, text) => document.dispatchEvent(new CustomEvent("ccm-notice", { detail: { tone, text } }));
  /** Fields may be named as properties of a form are. */
  const attribute = (form, name) => form.getAttribute(name) ?? "";
  const isOurs = (form) =>
    attribute(form, "method").toLowerCase() === "post" &&
    new URL(attribute(form, "action"), location.href).origin === location.origin &&
    !form.hasAttribute("data-plain");

  const send = async (form, submitter) => {
    const answer = await fetch(new URL(attribute(form, "action"), location.href), {
      method: "POST",
      headers: { "HX-Request": "true", Accept: "application/json, text/html" },
      body: new URLSearchParams(new FormData(form, submitter)),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    // Where no form of a page is answered, such as signing out.
    if (answer.redirected) return { to: answer.url };
    if (answer.status === 401) return { wrong: "You are signed out. What you typed is still here: sign in with the link of ccm open." };
    const isJson = answer.headers.get("content-type")?.startsWith("application/json");
    return isJson ? await answer.json() : { wrong: (await answer.text()).split("\n")[0] };
  };

  const take = async (form, { to, said, html, section, wrong }) => {
    if (wrong !== undefined) return notice("bad", wrong);
    if (to !== undefined && !isHere(to)) return leave(form, to, said);
    const isRefused = said === undefined;
    delete form.dataset.typed;
    if (html) await htmx.swap({ text: html, sourceElement: document.body, target: document.body, swap: "none" });
    if (isRefused) return showReasons(document.getElementById(section));
    if (form.isConnected) form.reset();
    form.dispatchEvent(new CustomEvent("ccm-sent", { bubbles: true }));
    notice("good", said);
  };
  /** Back on the page that one is on: it is live, and shows what has become of it. */
  const isHere = (to) =>
    document.documentElement.dataset.live === "on" && new URL(to, location.href).href === location.href.replace(/#.*/, "");
  const leave = (form, to, said) => {
    form.dispatchEvent(new CustomEvent("ccm-sent", { bubbles: true }));
    if (said) sessionStorage.setItem("ccm-said", said);
    location.assign(to);
  };
  const showReasons = (part) => {
    const wrong = part?.querySelector("[aria-invalid=true]") ?? part?.querySelector("[role=alert]");
    const form = wrong?.closest("form");
    if (form) form.dataset.typed = "";
    for (let around = wrong?.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    wrong?.focus();
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (event.defaultPrevented || !isOurs(form)) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    try {
      await take(form, await send(form, event.submitter));
    } catch {
      notice("bad", "Not sent: ccm does not answer. What you typed is still here.");
    }
    form.removeAttribute("aria-busy");
  });

  // A form that came back with the page.
  showReasons(document.getElementById("main"));
  const said = sessionStorage.getItem("ccm-said");
  sessionStorage.removeItem("ccm-said");
  if (said) notice("good", said);
}
