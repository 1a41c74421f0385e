// Sends the form of a sign-in link at once. A page that a browser fetched ahead waits until somebody looks at it.
(() => {
  const form = document.querySelector("form[data-once]");
  const send = () => form?.requestSubmit();
  if (document.prerendering) document.addEventListener("prerenderingchange", send, { once: true });
  else send();
})();
