// What a line for a shell is made of, as far as it says which programs run with which words. Pure.

/** Part of a word. Of a quoted part nothing is split, matched with files or taken for a brace. */
export type Piece =
  | { kind: "text"; text: string; quoted: boolean }
  | { kind: "parameter"; parameter: Parameter; quoted: boolean }
  /** `$(…)` and the older form in backquotes. */
  | { kind: "output"; script: Script; quoted: boolean }
  /** `<(…)` and `>(…)`: the name of a file that is the other end of the commands. */
  | { kind: "process"; script: Script }
  /** The value of arithmetic, which may hold commands. */
  | { kind: "number"; scripts: Script[]; quoted: boolean };

export type Word = Piece[];

/** `${name[subscript]operator operand}`; `prefix` is that of `${#name}` and `${!name}`. */
export type Parameter = { name: string; prefix: "" | "#" | "!"; subscript: Word | null; operator: string; operand: Word };

/** `name=value`, `name+=value`, `name=(values)`. */
export type Assignment = { name: string; values: Word[]; isArray: boolean; adds: boolean; subscript: Word | null };

/** `operator` without the number of the descriptor; the target of a here-document (`<<`) is its text. */
export type Redirect = { operator: string; target: Word };

export type Command =
  | { kind: "simple"; assignments: Assignment[]; words: Word[]; redirects: Redirect[]; source: string }
  /** Everything in braces, in parentheses (`own`: a shell of its own), and the branches of `if`, `while` and `case`. */
  | { kind: "block"; shell: "same" | "own"; scripts: Script[]; branches: boolean; words: Word[]; redirects: Redirect[] }
  | { kind: "loop"; name: string; values: Word[] | null; body: Script; redirects: Redirect[] }
  | { kind: "function"; name: string; body: Command };

/** Commands of which each reads what the one before it prints. `conditional`: it runs or not, as those before it end. */
export type Pipeline = { commands: Command[]; conditional: boolean };

export type Script = Pipeline[];
