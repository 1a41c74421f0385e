// Everything in a tab that a person who opens the developer tools should not find there.
import type { Page } from "playwright-core";

/** What went wrong in a tab, in the order in which it did. */
export type Watch = {
  /** What went wrong and was not allowed. */
  troubles(): string[];
  /** Takes what matches for a part of the test, such as the refused connections while the daemon is away. */
  allow(pattern: RegExp): void;
};

/** A page that is left takes its live stream and its downloads with it. */
const LEFT = "net::ERR_ABORTED";
const TELL_VIOLATIONS = `document.addEventListener("securitypolicyviolation", (event) =>
  console.error("The content security policy forbids", event.effectiveDirective, event.blockedURI, event.sample));`;

/** Watches from now on; `origin` is the only place that the page may ask. */
export async function watch(page: Page, origin: string): Promise<Watch> {
  const found: string[] = [];
  const allowed: RegExp[] = [];
  await page.addInitScript(TELL_VIOLATIONS);
  page.on("console", (message) => found.push(`console ${message.type()}: ${message.text()} (${message.location().url})`));
  page.on("dialog", (dialog) => {
    found.push(`${dialog.type()}: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => found.push(`uncaught: ${error.stack ?? error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("data:")) found.push(`asked elsewhere: ${request.url()}`);
  });
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    if (why !== LEFT) found.push(`failed: ${request.method()} ${request.url()} ${why}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) found.push(`answered ${response.status()}: ${response.request().method()} ${response.url()}`);
  });
  return {
    troubles: () => found.filter((text) => !allowed.some((pattern) => pattern.test(text))),
    allow: (pattern) => allowed.push(pattern),
  };
}
