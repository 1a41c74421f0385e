// What was done, said at the edge of the page for a while.
{
  /** How long a notice stays, in ms: two sentences are read in half of it. */
  const STAY_MS = 8_000;
  const notices = document.getElementById("notices");
  document.addEventListener("ccm-notice", ({ detail }) => {
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.dataset.tone = detail.tone;
    toast.textContent = detail.text;
    notices.append(toast);
    setTimeout(() => toast.remove(), STAY_MS);
  });
}
