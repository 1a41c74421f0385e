// A git repository as a value: commits, refs, three-way merges, one checkout of the person's.

/** Paths to contents. */
export type Files = Readonly<Record<string, string>>;
export type SimCommit = { id: string; parents: string[]; files: Files; message: string };

/** A repository of the simulated person. `checkedOut` is the branch that the person's checkout shows. */
export class SimRepository {
  readonly commits = new Map<string, SimCommit>();
  readonly refs = new Map<string, string>();
  checkedOut: string | null = "main";
  dirty = false;

  checkOut(branch: string | null): void {
    this.checkedOut = branch;
  }

  /** Edits a file of the checkout, or puts it back. */
  touchCheckout(): void {
    this.dirty = !this.dirty;
  }

  commit(files: Files, parents: string[], message: string): string {
    const id = hash(JSON.stringify([Object.entries(files).sort(), parents, message]));
    this.commits.set(id, { id, parents, files, message });
    return id;
  }

  files(id: string): Files {
    return this.at(id).files;
  }

  at(id: string): SimCommit {
    const commit = this.commits.get(id);
    if (!commit) throw new Error(`The simulated repository has no commit ${id}.`);
    return commit;
  }

  contains(id: string, ancestor: string): boolean {
    return this.history(id).has(ancestor);
  }

  /** The commit and all its ancestors. */
  history(id: string): Set<string> {
    const seen = new Set<string>();
    const open = [id];
    for (let next = open.pop(); next; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...this.at(next).parents);
    }
    return seen;
  }

  /** Files in conflict, or the merged files: the newest common ancestor is the base, as in git. */
  merge(ours: string, theirs: string): { conflicts: string[]; files: Files } {
    const reached = this.history(ours);
    const bases = [...this.history(theirs)].filter((id) => reached.has(id));
    const best = bases.find((id) => !bases.some((other) => other !== id && this.contains(other, id))) ?? bases[0];
    const from = best ? this.files(best) : {};
    const merged: Record<string, string> = {};
    const conflicts: string[] = [];
    for (const path of new Set([...Object.keys(from), ...Object.keys(this.files(ours)), ...Object.keys(this.files(theirs))])) {
      const [base, mine, other] = [from[path], this.files(ours)[path], this.files(theirs)[path]];
      const result = mine === other || other === base ? mine : mine === base ? other : undefined;
      if (mine !== other && other !== base && mine !== base) conflicts.push(path);
      if (result !== undefined) merged[path] = result;
    }
    return { conflicts, files: merged };
  }

  /** Names what changed from one commit to the other; empty when nothing did. */
  patch(from: string, to: string): string {
    const [a, b] = [this.files(from), this.files(to)];
    const paths = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort().filter((path) => a[path] !== b[path]);
    return paths.length === 0 ? "" : hash(JSON.stringify(paths.map((path) => [path, a[path], b[path]])));
  }
}

/** A 53-bit string hash (cyrb53 by bryc, public domain) as 40 hex digits, the length of a commit id. */
function hash(text: string): string {
  let h1 = 0xdeadbeef;
  let h2 = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    h1 = Math.imul(h1 ^ code, 2654435761);
    h2 = Math.imul(h2 ^ code, 1597334677);
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return [h1, h2, h1 ^ h2, h1 + h2, Math.imul(h1, h2)].map((n) => (n >>> 0).toString(16).padStart(8, "0")).join("");
}
