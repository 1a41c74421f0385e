// `ccm demo-agent`: an agent without a model that does honest work in a sandbox: it repairs a failing test by trying edits.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { followDirectives } from "./directives.ts";
import { type Prompts, readPrompts } from "./prompts.ts";
import { directivesOf, repairsOf } from "./script.ts";
import { createSpeech, type Speech } from "./speech.ts";

/** Reads prompts as stream-json from standard input, prints stream-json, and ends after its first answer. */
export async function main(): Promise<number> {
  const speech = createSpeech((line) => process.stdout.write(line));
  const prompts: Prompts = readPrompts(process.stdin);
  const prompt = await prompts.next();
  speech.begin();
  const directives = directivesOf(prompt);
  const outcome = directives.length > 0 ? await followDirectives(directives, speech, prompts) : await repair(speech);
  speech.result(outcome);
  prompts.close();
  return outcome.code;
}

/** What the agent ends with: its exit code and its last words. */
export type Outcome = { code: number; text: string };

/** Runs the tests, tries one edit after the other until they pass, and commits that edit. */
export async function repair(speech: Speech): Promise<Outcome> {
  const test = testCommand(process.cwd());
  if (!test) return { code: 1, text: "I found no tests here: neither a `test` script in package.json nor test.sh." };
  speech.say("I run the tests to see what fails.");
  if ((await speech.shell(test)).code === 0) return { code: 0, text: "All tests pass; there is nothing to repair." };

  const sources = (await speech.shell("git ls-files")).text.split("\n").filter(isSource);
  for (const path of sources) {
    speech.say(`I look for a slip in ${path}.`);
    const source = readFileSync(path, "utf8");
    for (const edit of repairsOf(source)) {
      speech.edit(path, edit.before, edit.after);
      writeFileSync(path, edit.text);
      if ((await speech.shell(test)).code === 0) return await commit(speech, `Repair ${path}: ${edit.before} should be ${edit.after}`);
    }
    writeFileSync(path, source);
  }
  return { code: 1, text: "No edit that I know makes the tests pass; I left the files as they were." };
}

function testCommand(folder: string): string | undefined {
  if (existsSync(join(folder, "package.json"))) return "npm test --silent";
  return existsSync(join(folder, "test.sh")) ? "sh test.sh" : undefined;
}

function isSource(path: string): boolean {
  return /\.(?:js|mjs|ts|sh|py)$/.test(path) && !/test/.test(path);
}

/** Commits everything under a name of its own, so that it works where git knows nobody. */
export async function commit(speech: Speech, message: string): Promise<Outcome> {
  const author = `-c user.name="Demo agent" -c user.email=demo@localhost`;
  const { code } = await speech.shell(`git add --all && git ${author} commit --quiet --message ${quoted(message)}`);
  return code === 0 ? { code: 0, text: `Done: ${message}.` } : { code: 1, text: "The commit did not work." };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
