// Text of files as a page shows it: nothing in it is unseen, and nothing in it reorders what is around it. Pure.

/** Control characters become pictures of themselves, marks of writing direction a sign that something is there; tabs stay. */
export function neutral(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about.
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff]/g, pictureOf);
}

/** A line end of Windows is shown as well: that it came or went is the change. */
function pictureOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `\u27e8${code.toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
}
