// What a program is called, without the folder it is in. Pure.

/** `/usr/bin/git` is git; a name that is not known stays as it is. */
export function programOf(word: string): string {
  return word.slice(word.lastIndexOf("/") + 1);
}
