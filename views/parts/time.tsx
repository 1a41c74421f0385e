// A time. The page holds it as it is; public/js/time.js makes it relative, so that the same state is the same markup at any time.

/** `text` is short and absolute: 14:03, or 21 Nov 14:03. */
export type When = { iso: string; text: string };

/** `ago`: 3 min ago. `for`: since then, 3 min. `until`: in 3 min. `at`: as it is. */
export function Time({ at, form = "ago" }: { at: When; form?: "ago" | "for" | "until" | "at" | undefined }): JSX.Element {
  return (
    <time datetime={at.iso} data-form={form} safe>
      {at.text}
    </time>
  );
}
