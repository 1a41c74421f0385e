// The ways in which people look at the page.
import type { BrowserContextOptions } from "playwright-core";

export type Look = BrowserContextOptions;

const WIDE = { viewport: { width: 1440, height: 900 } };
/** The width of most phones; two points a pixel, fingers instead of a mouse. */
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

export const LOOKS = {
  "wide-dark": { ...WIDE, colorScheme: "dark" },
  "wide-light": { ...WIDE, colorScheme: "light" },
  "phone-dark": { ...PHONE, colorScheme: "dark" },
  "phone-light": { ...PHONE, colorScheme: "light" },
  "without-scripts": { ...WIDE, colorScheme: "dark", javaScriptEnabled: false },
} satisfies Record<string, Look>;

export type LookName = keyof typeof LOOKS;
