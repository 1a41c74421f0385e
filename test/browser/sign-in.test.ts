// Signing in: the link that `ccm open` prints, once.
import { expect } from "bun:test";
import { browserTest, signInLink, useSite } from "./harness.ts";

const site = useSite();

browserTest("the link of `ccm open --print` signs in, and works once", async () => {
  const link = await signInLink(site.home);
  const first = await site.stranger("wide-dark");
  await first.page.goto(link);
  await first.page.waitForURL(`${site.url}/`);
  expect(await first.page.title()).toBe("Home · ccm");

  const second = await site.stranger("wide-dark");
  second.allow(/40[13]/);
  expect((await second.page.goto(link))?.status()).toBe(401);
  expect((await second.page.goto(site.url))?.status()).toBe(401);
});
