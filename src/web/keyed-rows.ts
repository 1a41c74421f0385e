// What differs between two renderings of a section: markup is cut at the elements that have an id, such as rows of a list. Pure.

/** An element with an id; `shell` is its markup without the elements with ids in it, which stand in `runs` where they touch. */
export type Keyed = { id: string; start: number; end: number; digest: bigint; shell: bigint; runs: Keyed[][] };

/** A change of the page's elements, in the words of htmx: which element, how, and the markup that it takes. */
export type Change = { target: string; swap: string; html: string };

/** Elements that have no end tag: https://html.spec.whatwg.org/#void-elements */
const VOID = new Set("area base br col embed hr img input link meta source track wbr".split(" "));
/** Ids that need no escaping in a selector. */
const PLAIN_ID = /^[A-Za-z][\w-]*$/;
const TAG_NAME = /[A-Za-z][\w:-]*/y;

type Open = { name: string; id: string | null; start: number; shell: string; from: number; runs: Keyed[][] };

/** The one element that the markup is, if it has an id and is well-formed; null for anything else. */
export function keyedOf(html: string): Keyed | null {
  const ids = new Set<string>();
  const open: Open[] = [];
  const owners: Open[] = [];
  const tags = tagsOf(html);
  let root: Keyed | null = null;
  for (let tag = tags.next(); tag !== "end"; tag = tags.next()) {
    if (tag === "strange" || root) return null;
    if (tag.kind === "open") {
      const id = tag.id !== null && PLAIN_ID.test(tag.id) ? tag.id : null;
      if (id !== null && ids.has(id)) return null;
      if (owners.length === 0 && (id === null || tag.start !== 0)) return null;
      const element: Open = { name: tag.name, id, start: tag.start, shell: "", from: tag.start, runs: [] };
      if (id !== null) ids.add(id);
      if (tag.isWhole) {
        if (id !== null) close(element, tag.end);
        continue;
      }
      open.push(element);
      if (id !== null) owners.push(element);
      continue;
    }
    const element = open.pop();
    if (element?.name !== tag.name) return null;
    if (element.id === null) continue;
    owners.pop();
    root = close(element, tag.end);
  }
  return root && root.end === html.length ? root : null;

  /** Gives an element to the one that it is in; the root to nobody. */
  function close(element: Open, end: number): Keyed | null {
    const shell = Bun.hash(element.shell + html.slice(element.from, end)) as bigint;
    const digests = element.runs.map((run) => run.map(({ digest }) => digest).join()).join(";");
    const digest = Bun.hash(`${shell}${element.id}${digests}`) as bigint;
    const keyed: Keyed = { id: element.id as string, start: element.start, end, digest, shell, runs: element.runs };
    const owner = owners.at(-1);
    if (!owner) return keyed;
    const between = html.slice(owner.from, element.start);
    if (between === "" && owner.runs.length > 0) owner.runs.at(-1)?.push(keyed);
    else {
      owner.runs.push([keyed]);
      owner.shell += `${between}\0`;
    }
    owner.from = end;
    return null;
  }
}

/**
 * The changes that make the element that `before` was read from the one that `after` was, given its markup. They are to be
 * made in this order; rows keep their elements, wherever they go, so that focus and scroll stay.
 */
export function changesBetween(before: Keyed, after: Keyed, html: string): Change[] {
  if (before.digest === after.digest) return [];
  const markup = (one: Keyed) => html.slice(one.start, one.end);
  const whole: Change[] = [{ target: after.id, swap: "outerMorph", html: markup(after) }];
  if (before.id !== after.id || before.shell !== after.shell || before.runs.length !== after.runs.length) return whole;
  const changes: Change[] = [];
  for (const [index, run] of after.runs.entries()) {
    const old = before.runs[index] ?? [];
    const moves = movesBetween(old, run, markup);
    if (moves === null) return whole;
    changes.push(...moves);
    const was = new Map(old.map((one) => [one.id, one]));
    for (const one of run) {
      const same = was.get(one.id);
      if (same) changes.push(...changesBetween(same, one, html));
    }
  }
  return changes;
}

/** Rows that go, come and move; null when most do, and the whole is better sent. */
function movesBetween(before: readonly Keyed[], after: readonly Keyed[], markup: (one: Keyed) => string): Change[] | null {
  const places = new Map(after.map(({ id }, place) => [id, place]));
  const staying = before.filter(({ id }) => places.has(id));
  const still = new Set(longestRise(staying.map(({ id }) => places.get(id) as number)).map((place) => after[place]?.id));
  if (still.size * 2 < after.length || still.size * 2 < before.length) return null;
  const known = new Set(staying.map(({ id }) => id));
  const changes: Change[] = before.filter(({ id }) => !known.has(id)).map(({ id }) => ({ target: id, swap: "delete", html: "" }));
  const first = after.find(({ id }) => still.has(id))?.id as string;
  let last: string | undefined;
  for (let place = 0; place < after.length; place++) {
    const { id } = after[place] as Keyed;
    if (!known.has(id)) {
      const from = place;
      while (place + 1 < after.length && !known.has((after[place + 1] as Keyed).id)) place++;
      const html = after
        .slice(from, place + 1)
        .map(markup)
        .join("");
      changes.push(last === undefined ? { target: first, swap: "beforebegin", html } : { target: last, swap: "afterend", html });
    } else if (!still.has(id))
      changes.push({ target: id, swap: last === undefined ? `rowBefore anchor:${first}` : `rowAfter anchor:${last}`, html: "" });
    last = (after[place] as Keyed).id;
  }
  return changes;
}

/** The longest part of the numbers, in their order, that only rises: https://en.wikipedia.org/wiki/Longest_increasing_subsequence */
function longestRise(numbers: readonly number[]): number[] {
  const ends: number[] = [];
  const previous: number[] = [];
  for (const [index, number] of numbers.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[ends[middle] as number] as number) < number) low = middle + 1;
      else high = middle;
    }
    previous[index] = low > 0 ? (ends[low - 1] as number) : -1;
    ends[low] = index;
  }
  const rise: number[] = [];
  for (let index = ends.at(-1) ?? -1; index >= 0; index = previous[index] as number) rise.push(numbers[index] as number);
  return rise.reverse();
}

type Tag =
  | { kind: "open"; name: string; id: string | null; start: number; end: number; isWhole: boolean }
  | { kind: "close"; name: string; end: number };

/** Tags one after another, of markup as views give it: attributes in double quotes, `<` in texts escaped, but not in attributes. */
function tagsOf(html: string): { next(): Tag | "end" | "strange" } {
  let at = 0;
  let quote = html.indexOf('"');
  const id = { at: html.indexOf(' id="') };

  function endOfTag(start: number): number {
    let end = html.indexOf(">", start);
    if (quote >= 0 && quote < start) quote = html.indexOf('"', start);
    while (quote >= 0 && quote < end) {
      const closing = html.indexOf('"', quote + 1);
      if (closing < 0) return -1;
      if (closing > end) end = html.indexOf(">", closing);
      quote = html.indexOf('"', closing + 1);
    }
    return end;
  }

  function idBefore(start: number, end: number): string | null {
    if (id.at >= 0 && id.at < start) id.at = html.indexOf(' id="', start);
    return id.at >= 0 && id.at < end ? html.slice(id.at + 5, html.indexOf('"', id.at + 5)) : null;
  }

  return {
    next() {
      const start = html.indexOf("<", at);
      if (start < 0) return "end";
      const isClosing = html[start + 1] === "/";
      TAG_NAME.lastIndex = start + (isClosing ? 2 : 1);
      const name = TAG_NAME.exec(html)?.[0];
      const end = isClosing ? html.indexOf(">", start) : endOfTag(start);
      if (name === undefined || end < 0) return "strange";
      at = end + 1;
      if (isClosing) return { kind: "close", name, end: at };
      const isWhole = VOID.has(name) || html[end - 1] === "/";
      return { kind: "open", name, id: idBefore(start, end), start, end: at, isWhole };
    },
  };
}
