// What agents print, made harmless for a terminal: nothing in it steers one.

/** Terminal escapes and other control characters become visible pictures of themselves; newlines and tabs stay. */
export function neutralised(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, pictureOf);
}

/** Escape sequences that only colour are dropped, since their pictures would make every coloured line unreadable. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it is about.
  return neutralised(text.replace(/\u001b\[[0-9;]*m/g, "").replace(/\r(?=\n|$)/g, ""));
}

function pictureOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 0x7f) return "␡";
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : "�";
}
