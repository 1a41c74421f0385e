// What the page loads, out of the executable: a style sheet, scripts and an icon, each under an address that changes with it.

import sse from "../../node_modules/htmx.org/dist/ext/hx-sse.min.js" with { type: "text" };
import htmx from "../../node_modules/htmx.org/dist/htmx.min.js" with { type: "text" };
import icon from "../../public/icon.svg" with { type: "text" };
import copy from "../../public/js/copy.js" with { type: "text" };
import drafts from "../../public/js/drafts.js" with { type: "text" };
import feeds from "../../public/js/feeds.js" with { type: "text" };
import forms from "../../public/js/forms.js" with { type: "text" };
import keys from "../../public/js/keys.js" with { type: "text" };
import live from "../../public/js/live.js" with { type: "text" };
import morph from "../../public/js/morph.js" with { type: "text" };
import notices from "../../public/js/notices.js" with { type: "text" };
import theme from "../../public/js/theme.js" with { type: "text" };
import time from "../../public/js/time.js" with { type: "text" };
import { styleSheet } from "./style-sheet.ts";

const CSS = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

type Asset = { text: string; type: string };

const ASSETS: Record<string, Asset> = {
  "ccm.css": { text: styleSheet, type: CSS },
  // One file: htmx begins when the script it is in has ended, and everything has to be there by then.
  "ccm.js": { text: [htmx, sse, morph, time, feeds, notices, drafts, forms, keys, copy, live].join("\n;\n"), type: SCRIPT },
  "theme.js": { text: theme, type: SCRIPT },
  "icon.svg": { text: icon, type: "image/svg+xml" },
};

const addresses = Object.fromEntries(
  Object.entries(ASSETS).map(([name, { text }]) => [name, `/assets/${name}?v=${Bun.hash(text).toString(36)}`]),
);
const version = Bun.hash(Object.values(addresses).join()).toString(36);

/** Where a page loads an asset from; another content has another address, so that browsers may keep it for ever. */
export function assetAddress(name: string): string {
  return addresses[name] ?? "";
}

/** Another executable's page has another: a tab with an older one is to load the page again. */
export function assetsVersion(): string {
  return version;
}

export function findAsset(name: string): Response | undefined {
  const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
  if (!asset) return undefined;
  return new Response(asset.text, { headers: { "content-type": asset.type, "cache-control": "private, max-age=31536000, immutable" } });
}
