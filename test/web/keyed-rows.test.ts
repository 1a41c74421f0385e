// Rows that differ: whatever changes in a list, the changes that are found make the old markup the new one.
import { describe, expect, test } from "bun:test";
import { type Change, changesBetween, type Keyed, keyedOf } from "../../src/web/keyed-rows.ts";

const row = (id: string, text = "") => `<li id="${id}" title="a &gt; b <i>"><b class="x">${id}</b><br/>${text}</li>`;
const list = (rows: readonly string[]) => `<section id="list"><h2>Rows</h2><ul>${rows.join("")}</ul><p>End</p></section>`;
const keyed = (html: string) => keyedOf(html) as Keyed;
const changes = (before: string, after: string) => changesBetween(keyed(before), keyed(after), after);

describe("a list", () => {
  const names = Array.from({ length: 300 }, (_, n) => `row-${n}`);
  const before = list(names.map((name) => row(name)));

  test("that is the same has no changes", () => expect(changes(before, before)).toEqual([]));

  test("of hundreds with one that is another gives that one", () => {
    const after = list(names.map((name) => row(name, name === "row-17" ? "new" : "")));
    expect(changes(before, after)).toEqual([{ target: "row-17", swap: "outerMorph", html: row("row-17", "new") }]);
  });

  test("gives what comes, goes and moves", () => {
    const after = list(["new-1", "new-2", ...names.slice(2), "row-1"].map((name) => row(name)));
    expect(changes(before, after)).toEqual([
      { target: "row-0", swap: "delete", html: "" },
      { target: "row-2", swap: "beforebegin", html: row("new-1") + row("new-2") },
      { target: "row-1", swap: "rowAfter anchor:row-299", html: "" },
    ]);
  });

  test("that is another altogether is given whole", () => {
    const after = list(["a", "b"].map((name) => row(name)));
    expect(changes(before, after)).toEqual([{ target: "list", swap: "outerMorph", html: after }]);
  });

  test("is given whole when what is around the rows has changed", () => {
    const after = before.replace("<p>End</p>", "<p>The end</p>");
    expect(changes(before, after)).toEqual([{ target: "list", swap: "outerMorph", html: after }]);
  });
});

test("any change of any list gives exactly the new list", () => {
  const random = seeded(7);
  let names = Array.from({ length: 12 }, (_, n) => `row-${n}`);
  let texts: Record<string, string> = {};
  let count = 12;
  const render = () => list(names.map((name) => row(name, texts[name] ?? "")));
  for (let round = 0; round < 2_000; round++) {
    const before = render();
    for (let change = 0; change <= random(4); change++) {
      const at = random(names.length + 1);
      const kind = random(4);
      if (kind === 0) names.splice(at, 0, `row-${count++}`);
      if (kind === 1 && names.length > 4) names.splice(at, 1);
      if (kind === 2) names.splice(random(names.length + 1), 0, ...names.splice(at, 1));
      if (kind === 3) texts = { ...texts, [names[at] ?? ""]: `text ${random(1000)}` };
    }
    names = [...new Set(names)];
    expect(changes(before, render()).reduce(apply, before)).toBe(render());
  }
});

test("rows in rows are found", () => {
  const cards = (text: string) => `<div id="board"><div id="column"><p id="card-1">a</p><p id="card-2">${text}</p></div></div>`;
  expect(changes(cards("b"), cards("c"))).toEqual([{ target: "card-2", swap: "outerMorph", html: '<p id="card-2">c</p>' }]);
});

test.each([
  ["no element", "text"],
  ["no id", "<p>a</p>"],
  ["two elements", '<p id="a"></p><p id="b"></p>'],
  ["the same id twice", '<p id="a"><b id="a"></b></p>'],
  ["an end that is missing", '<p id="a"><b></p>'],
  ["a tag that does not end", '<p id="a"><b title="x></p>'],
  ["a comment", '<p id="a"><!-- b --></p>'],
])("markup with %s is not cut into rows", (_, html) => expect(keyedOf(html)).toBeNull());

/** What htmx makes of a change, on the text of the page. */
function apply(html: string, { target, swap, html: markup }: Change): string {
  const { start, end } = find(keyed(html), target);
  const cut = html.slice(0, start) + html.slice(end);
  const [kind, anchor = ""] = swap.split(" anchor:");
  if (kind === "delete") return cut;
  if (kind === "outerMorph") return html.slice(0, start) + markup + html.slice(end);
  if (kind === "beforebegin") return html.slice(0, start) + markup + html.slice(start);
  if (kind === "afterend") return html.slice(0, end) + markup + html.slice(end);
  const to = find(keyed(cut), anchor);
  const place = kind === "rowBefore" ? to.start : to.end;
  return cut.slice(0, place) + html.slice(start, end) + cut.slice(place);
}

function find(tree: Keyed, id: string): Keyed {
  const all = (one: Keyed): Keyed[] => [one, ...one.runs.flat().flatMap(all)];
  const found = all(tree).find((one) => one.id === id);
  if (!found) throw new Error(`There is no element "${id}".`);
  return found;
}

/** https://en.wikipedia.org/wiki/Linear_congruential_generator with the numbers of Numerical Recipes. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
