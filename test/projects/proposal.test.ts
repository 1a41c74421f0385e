// Which gate and set-up a repository is offered, by the files at its top.
import { expect, test } from "bun:test";
import { proposeChecks, type TopFiles } from "../../src/projects/proposal.ts";

const scripts = '{"scripts":{"test":"vitest; rm -rf /"},"devDependencies":{"vitest":"1"}}';
const none = { gate: null, setup: null, from: null };

test.each<[string, TopFiles, { gate: string | null; setup: string | null; from: string | null }]>([
  ["npm", { "package.json": scripts, "package-lock.json": "" }, { gate: "npm test", setup: "npm ci", from: "package.json" }],
  ["no lock", { "package.json": scripts }, { gate: "npm test", setup: "npm install --no-package-lock", from: "package.json" }],
  ["nothing to install", { "package.json": '{"scripts":{"test":"node --test"}}' }, { gate: "npm test", setup: null, from: "package.json" }],
  [
    "pnpm",
    { "package.json": scripts, "pnpm-lock.yaml": "" },
    { gate: "pnpm test", setup: "pnpm install --frozen-lockfile", from: "package.json" },
  ],
  [
    "yarn",
    { "package.json": scripts, "yarn.lock": "" },
    { gate: "yarn test", setup: "yarn install --frozen-lockfile", from: "package.json" },
  ],
  [
    "bun",
    { "package.json": scripts, "bun.lock": "" },
    { gate: "bun run test", setup: "bun install --frozen-lockfile", from: "package.json" },
  ],
  ["bun without a script", { "package.json": "{}", "bun.lock": "" }, { gate: "bun test", setup: null, from: "package.json" }],
  ["what npm init writes", { "package.json": '{"scripts":{"test":"echo \\"Error: no test specified\\" && exit 1"}}' }, none],
  [
    "a broken package.json beside a Makefile",
    { "package.json": "{", Makefile: "all:\n\ttrue\ncheck: all\n" },
    { gate: "make check", setup: null, from: "Makefile" },
  ],
  ["a make variable is no target", { Makefile: "test := 1\ntest:=2\n" }, none],
  [
    "a target goes before the language",
    { "go.mod": "", Makefile: "test:\n\tgo test ./...\n" },
    { gate: "make test", setup: null, from: "Makefile" },
  ],
  ["rust", { "Cargo.toml": "" }, { gate: "cargo test", setup: null, from: "Cargo.toml" }],
  ["go", { "go.mod": "" }, { gate: "go test ./...", setup: null, from: "go.mod" }],
  ["uv", { "pyproject.toml": "", "uv.lock": "" }, { gate: "uv run pytest", setup: "uv sync", from: "uv.lock" }],
  ["poetry", { "pyproject.toml": "", "poetry.lock": "" }, { gate: "poetry run pytest", setup: "poetry install", from: "poetry.lock" }],
  ["pytest", { "pyproject.toml": "[tool.pytest.ini_options]" }, { gate: "python3 -m pytest", setup: null, from: "pyproject.toml" }],
  ["python without tests", { "pyproject.toml": "[project]" }, none],
  ["odd values", { "package.json": '{"scripts":[],"dependencies":null}' }, none],
  ["no object", { "package.json": "7" }, none],
  ["nothing", {}, none],
])("%s", (_, files, proposal) => {
  expect(proposeChecks(files)).toEqual(proposal);
});
