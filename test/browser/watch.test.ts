// What every browser test relies on: a tab tells what goes wrong in it.
import { expect } from "bun:test";
import { waitFor } from "../support/wait.ts";
import { browserTest, useSite } from "./harness.ts";

const site = useSite();

browserTest("a tab tells of scripts in the page, of errors, of other places and of refusals", async () => {
  const tab = await site.open("wide-dark");
  expect(tab.troubles()).toEqual([]);
  await tab.page.evaluate(`document.body.insertAdjacentHTML("beforeend", '<img src="http://192.0.2.1/pixel" onerror="1">')`);
  await tab.page.evaluate(`setTimeout(() => { throw new Error("of a script"); })`);
  await tab.page.evaluate(`fetch("/nowhere").then(() => console.warn("came back"))`);
  const found = await waitFor(
    "the last of them",
    () => tab.troubles().find((text) => text.includes("came back")) && tab.troubles().join("\n"),
  );
  for (const told of ["content security policy forbids", "uncaught: Error: of a script", "answered 404: GET", "console warning: came back"])
    expect(found).toContain(told);
  tab.allow(/./);
  expect(tab.troubles()).toEqual([]);
});
