// Which gate and set-up a repository most likely wants, from the files at its top. Only a proposal: a person says yes to it.

import type { Proposal } from "./schema.ts";

/** Files at the top of a repository by their names; the text is empty for those that nobody reads. */
export type TopFiles = Readonly<Record<string, string>>;

/** The files whose text decides something. */
export const READ_FILES = ["package.json", "Makefile", "pyproject.toml"] as const;

/**
 * The first way that fits: the project's own words (a script, a target) before what its language is known for. Commands are
 * put together from fixed words only, never from what a file says.
 */
export function proposeChecks(files: TopFiles): Proposal {
  for (const way of [script, makeTarget, rust, go, python]) {
    const found = way(files);
    if (found) return found;
  }
  return { gate: null, setup: null, from: null };
}

/** How tests are run and packages installed by whoever wrote the lock file, without changing it. */
const LOCK_FILES = [
  { lock: "bun.lock", gate: "bun run test", setup: "bun install --frozen-lockfile" },
  { lock: "bun.lockb", gate: "bun run test", setup: "bun install --frozen-lockfile" },
  { lock: "pnpm-lock.yaml", gate: "pnpm test", setup: "pnpm install --frozen-lockfile" },
  { lock: "yarn.lock", gate: "yarn test", setup: "yarn install --frozen-lockfile" },
  { lock: "package-lock.json", gate: "npm test", setup: "npm ci" },
  { lock: "npm-shrinkwrap.json", gate: "npm test", setup: "npm ci" },
] as const;
/** Without a lock file npm would write one into the tree, and it would be committed as the agent's work. */
const NO_LOCK = { gate: "npm test", setup: "npm install --no-package-lock" } as const;

function script(files: TopFiles): Proposal | null {
  const found = parsed(files["package.json"]);
  if (!found) return null;
  const way = LOCK_FILES.find(({ lock }) => lock in files) ?? NO_LOCK;
  const setup = ["dependencies", "devDependencies", "workspaces"].some((key) => found[key] !== undefined) ? way.setup : null;
  const test = (found.scripts as Record<string, unknown> | undefined)?.test;
  // What `npm init` writes always fails.
  if (typeof test === "string" && !test.includes("no test specified")) return { gate: way.gate, setup, from: "package.json" };
  return way.gate === "bun run test" ? { gate: "bun test", setup, from: "package.json" } : null;
}

function parsed(text: string | undefined): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function makeTarget(files: TopFiles): Proposal | null {
  const target = ["test", "check"].find((name) => new RegExp(`^${name}\\s*:(?!=)`, "m").test(files.Makefile ?? ""));
  return target ? { gate: `make ${target}`, setup: null, from: "Makefile" } : null;
}

function rust(files: TopFiles): Proposal | null {
  return "Cargo.toml" in files ? { gate: "cargo test", setup: null, from: "Cargo.toml" } : null;
}

function go(files: TopFiles): Proposal | null {
  return "go.mod" in files ? { gate: "go test ./...", setup: null, from: "go.mod" } : null;
}

function python(files: TopFiles): Proposal | null {
  if ("uv.lock" in files) return { gate: "uv run pytest", setup: "uv sync", from: "uv.lock" };
  if ("poetry.lock" in files) return { gate: "poetry run pytest", setup: "poetry install", from: "poetry.lock" };
  const from = ["pytest.ini", "conftest.py"].find((name) => name in files);
  if (from) return { gate: "python3 -m pytest", setup: null, from };
  return /\bpytest\b/.test(files["pyproject.toml"] ?? "") ? { gate: "python3 -m pytest", setup: null, from: "pyproject.toml" } : null;
}
