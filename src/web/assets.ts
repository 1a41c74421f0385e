// What the page loads: one style sheet and three scripts, out of the executable, each under an address that changes with it.

import sse from "../../node_modules/htmx.org/dist/ext/hx-sse.min.js" with { type: "text" };
import htmx from "../../node_modules/htmx.org/dist/htmx.min.js" with { type: "text" };
import baseCss from "../../public/css/base.css" with { type: "text" };
import live from "../../public/js/live.js" with { type: "text" };

const CSS = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

type Asset = { text: string; type: string };

const ASSETS: Record<string, Asset> = {
  "ccm.css": { text: [baseCss].join("\n"), type: CSS },
  "htmx.js": { text: htmx, type: SCRIPT },
  "sse.js": { text: sse, type: SCRIPT },
  "ccm.js": { text: [live].join("\n"), type: SCRIPT },
};

/** Where a page loads an asset from; another content has another address, so that browsers may keep it for ever. */
export function assetAddress(name: string): string {
  return `/assets/${name}?v=${Bun.hash(ASSETS[name]?.text ?? "").toString(36)}`;
}

export function findAsset(name: string): Response | undefined {
  const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
  if (!asset) return undefined;
  return new Response(asset.text, { headers: { "content-type": asset.type, "cache-control": "private, max-age=31536000, immutable" } });
}
