// The demo agent's directives: lines `demo: …` in its prompt that tell it what to do instead of its honest work. Pure.

/**
 * What a prompt may tell the demo agent, one directive a line, obeyed in order:
 *
 *     demo: say TEXT            prints TEXT
 *     demo: sleep SECONDS       waits, fractions allowed
 *     demo: write PATH TEXT     writes a file with TEXT and a newline
 *     demo: fill PATH BYTES     writes a file of that size
 *     demo: run COMMAND         runs a shell command and shows what it printed
 *     demo: commit MESSAGE      commits everything now
 *     demo: await-message       waits for a message and repeats it
 *     demo: garbage BYTES       prints that many random bytes
 *     demo: long-line BYTES     prints one line that long
 *     demo: lines COUNT         prints that many lines
 *     demo: memory BYTES        takes that much memory and keeps it
 *     demo: children COUNT      starts that many processes
 *     demo: spawn-orphan        leaves a process behind that shares neither session nor environment with it
 *     demo: ignore-stop         takes no notice of SIGINT and SIGTERM
 *     demo: hang                ignores them and never ends
 *     demo: leave-uncommitted   does not commit at the end
 *     demo: no-change           ends without a change
 *     demo: fail CODE           says that it failed and exits with CODE
 *     demo: exit CODE           exits at once, without a word; `demo: exit CODE once` only the first time in a task
 *     demo: fix                 the honest work, as without any directive
 *
 * Afterwards it commits what it changed and says that it is done.
 */
export type Directive = { verb: string; rest: string };

/** The directives of a prompt in order; none for a prompt that a person would write. */
export function directivesOf(prompt: string): Directive[] {
  return [...prompt.matchAll(/^\s*demo:\s*(\S+)[ \t]*(.*)$/gm)].map(([, verb = "", rest = ""]) => ({ verb, rest: rest.trim() }));
}

/** The first word and what follows it. */
export function splitWord(text: string): [string, string] {
  const gap = text.search(/\s/);
  return gap < 0 ? [text, ""] : [text.slice(0, gap), text.slice(gap + 1)];
}

/** A text with one edit of it. */
export type Repair = { before: string; after: string; text: string };

/** Slips that programmers make, and what was meant: each is tried at each of its places until the tests pass. */
const SLIPS: [RegExp, string][] = [
  [/\bi = 1\b/g, "i = 0"],
  [/<=/g, "<"],
  [/(?<= )-(?= )/g, "+"],
  [/>=/g, ">"],
  [/\+ 1\b/g, "+ 0"],
];

/** Every text that differs from this one by one undone slip. */
export function repairsOf(source: string): Repair[] {
  return SLIPS.flatMap(([slip, meant]) =>
    [...source.matchAll(slip)].map((match) => ({
      before: match[0],
      after: meant,
      text: source.slice(0, match.index) + meant + source.slice(match.index + match[0].length),
    })),
  );
}
