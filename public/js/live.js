// The connection to the live stream: begins when somebody looks, says how it is in data-live, and comes back by itself.
{
  const root = document.documentElement;
  const stream = document.getElementById("live");
  /** The server gives a sign of life every 20 s; after this the connection is dead, in ms. */
  const SILENCE_MS = 50_000;
  /** Between attempts after the first one failed; htmx tries again by itself once it was connected. */
  const RETRY_MS = 3_000;
  /** Of htmx's own attempts: a daemon that is started again is there in a second, in ms. */
  const RETRY_MOST_MS = 5_000;

  let connection = null;
  let heardAt = 0;
  let retry;

  const show = (state) => {
    root.dataset.live = state;
  };
  const connect = () => {
    clearTimeout(retry);
    if (connection || document.hidden) return;
    show("waiting");
    htmx.trigger(stream, "ccm-connect", {}, false);
  };
  const later = () => {
    if (connection) return;
    show("off");
    clearTimeout(retry);
    retry = setTimeout(connect, RETRY_MS);
  };

  /** Nobody loses what they are typing to a page that leaves by itself. */
  const unlessTyped = (detail, leave) => {
    if (document.querySelector("[data-typed]")) document.dispatchEvent(new CustomEvent("ccm-notice", { detail }));
    else leave();
  };
  let isTold = false;
  const signIn = () => {
    if (isTold) return;
    isTold = true;
    show("off");
    unlessTyped(SIGNED_OUT, () => location.assign("/sign-in"));
  };

  htmx.config.sse = { reconnectMaxDelay: RETRY_MOST_MS };
  // The way back is the browser's: a page that it kept is as it was, and the stream brings it up to date.
  htmx.config.history = false;

  if (stream) {
    stream.addEventListener("htmx:sse:after:connection", (event) => {
      connection = event.detail.connection;
      heardAt = performance.now();
      if (connection.status === 200) show("on");
    });
    // A short break is no loss; a longer one stays one until there is a stream again.
    stream.addEventListener("htmx:sse:before:connection", () => root.dataset.live === "on" && show("waiting"));
    stream.addEventListener("htmx:sse:error", ({ detail }) => {
      show("off");
      if (detail.status === 401) signIn();
    });
    stream.addEventListener("htmx:sse:close", () => {
      connection = null;
      later();
    });
    // What went wrong before there was a stream.
    stream.addEventListener("htmx:error", later);
    stream.addEventListener("htmx:response:error", later);
    for (const name of ["htmx:sse:after:message", "ccm-alive"]) stream.addEventListener(name, () => (heardAt = performance.now()));
    stream.addEventListener("ccm-signed-out", () => signIn());
    stream.addEventListener("ccm-upgraded", () => unlessTyped(UPGRADED, () => location.reload()));
    document.addEventListener("visibilitychange", connect);
    setInterval(() => {
      if (connection && !document.hidden && performance.now() - heardAt > SILENCE_MS) connection.reader?.cancel();
    }, SILENCE_MS / 5);
    // htmx begins with a timer that it has set before this script.
    setTimeout(connect);
  }
  const SIGNED_OUT = { tone: "warn", text: "You are signed out. What you typed is kept in this tab: sign in with the link of ccm open." };
  const UPGRADED = { tone: "info", text: "ccm was upgraded. Load the page again when you are done here." };
}
