// A source file as the tidiness rules see it: its text, its imports, its functions, its names.
import { type ParserPlugin, parse } from "@babel/parser";

/** `path` is relative to the top of the repository, with forward slashes. */
export type Source = { path: string; text: string; nodes: Node[] };

/** A node of the syntax tree with what holds it; fields as in https://babeljs.io/docs/babel-parser (ESTree-like). */
export type Node = { type: string; line: number; lines: number; parent: Node | undefined; [field: string]: unknown };

/** Every node of the file, outer before inner. Files that are not TypeScript have none. */
export function readSource(path: string, text: string): Source {
  if (!/\.tsx?$/.test(path)) return { path, text, nodes: [] };
  const plugins: ParserPlugin[] = path.endsWith("x") ? ["typescript", "jsx"] : [["typescript", { dts: path.endsWith(".d.ts") }]];
  const tree = parse(text, { sourceType: "module", plugins, createImportExpressions: true });
  const nodes: Node[] = [];
  collect(tree.program, undefined, nodes);
  return { path, text, nodes };
}

function collect(raw: unknown, parent: Node | undefined, into: Node[]): void {
  if (Array.isArray(raw)) {
    for (const item of raw) collect(item, parent, into);
    return;
  }
  if (typeof raw !== "object" || raw === null || typeof (raw as { type?: unknown }).type !== "string") return;
  const node = raw as Node & { loc?: { start: { line: number }; end: { line: number } } };
  if (!node.loc) return;
  node.line = node.loc.start.line;
  node.lines = node.loc.end.line - node.loc.start.line + 1;
  into.push(node);
  for (const [field, child] of Object.entries(node)) if (!NOT_CHILDREN.has(field)) collect(child, node, into);
  node.parent = parent;
}

const NOT_CHILDREN = new Set(["loc", "parent", "leadingComments", "trailingComments", "innerComments", "extra", "tokens"]);

/** An import or re-export: where it is, what it names, and whether only types come with it. */
export type Import = { line: number; from: string; kind: "type" | "value"; how: "static" | "lazy" };

export function importsOf(source: Source): Import[] {
  return source.nodes.flatMap((node): Import[] => {
    const from = textOf(node.source);
    if (from === undefined) return [];
    if (node.type === "ImportExpression") return [{ line: node.line, from, kind: "value", how: "lazy" }];
    if (!/^(?:ImportDeclaration|ExportNamedDeclaration|ExportAllDeclaration)$/.test(node.type)) return [];
    const specifiers = (node.specifiers as Node[] | undefined) ?? [];
    const isType = (one: Node) => one.importKind === "type" || one.exportKind === "type";
    const onlyTypes = isType(node) || (specifiers.length > 0 && specifiers.every(isType));
    return [{ line: node.line, from, kind: onlyTypes ? "type" : "value", how: "static" }];
  });
}

/** The text of a string literal node, or undefined. */
export function textOf(node: unknown): string | undefined {
  const literal = node as Node | undefined;
  if (literal?.type === "StringLiteral") return String(literal.value);
  return undefined;
}

/** Strings and templates with their text; `${…}` stands as a space. */
export function stringsOf(source: Source): { line: number; text: string }[] {
  return source.nodes.flatMap((node) => {
    if (node.type === "StringLiteral") return [{ line: node.line, text: String(node.value) }];
    if (node.type !== "TemplateLiteral") return [];
    const quasis = node.quasis as (Node & { value: { cooked?: string } })[];
    return [{ line: node.line, text: quasis.map((quasi) => quasi.value.cooked ?? "").join(" ") }];
  });
}

/** A declared name: functions, classes, types, variables and parameters. */
export function namesOf(source: Source): { line: number; name: string }[] {
  const declarations = /^(?:FunctionDeclaration|ClassDeclaration|TSTypeAliasDeclaration|TSInterfaceDeclaration|VariableDeclarator)$/;
  return source.nodes.flatMap((node) => {
    const name = (node.id as Node | undefined)?.name;
    return declarations.test(node.type) && typeof name === "string" ? [{ line: node.line, name }] : [];
  });
}

export function isFunction(node: Node): boolean {
  return /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ObjectMethod|ClassMethod)$/.test(node.type);
}
