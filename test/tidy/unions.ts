// States are written twice, as a CHECK in SQL and as a union in TypeScript: both must hold the same words.
import { type Node, type Source, textOf } from "./source.ts";

/** The words that a column may hold, as the last migration that names them says. */
export type Check = { table: string; column: string; words: string[] };

/** Every `CHECK (column IN ('a', 'b'))` of a migration. */
export function checksOf(sql: string): Check[] {
  return [...sql.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(\w+) \(([\s\S]*?)\n\)/g)].flatMap(([, table = "", body = ""]) =>
    [...body.matchAll(/CHECK \((\w+) IN \(((?:\s*'[^']*',?)+)\s*\)\)/g)].map(([, column = "", list = ""]) => ({
      table,
      column,
      words: [...list.matchAll(/'([^']*)'/g)].map(([, word = ""]) => word),
    })),
  );
}

/** The words of every union of string literals and of every `["a", "b"] as const` in a file. */
export function unionsOf(source: Source): string[][] {
  return source.nodes.flatMap((node) => {
    if (node.type === "TSUnionType") {
      const words = (node.types as Node[]).map((type) => textOf(type.literal));
      return words.every((word) => word !== undefined) ? [words] : [];
    }
    if (node.type !== "TSAsExpression" || (node.expression as Node).type !== "ArrayExpression") return [];
    const words = ((node.expression as Node).elements as Node[]).map(textOf);
    return words.every((word) => word !== undefined) ? [words] : [];
  });
}

/** The checks that no union in the sources equals. */
export function checksWithoutUnion(checks: readonly Check[], unions: readonly string[][]): Check[] {
  const known = new Set(unions.map(key));
  return checks.filter((check) => !known.has(key(check.words)));
}

function key(words: readonly string[]): string {
  return [...words].sort().join(" ");
}
