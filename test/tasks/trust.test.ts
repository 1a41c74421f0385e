// Tasks that others have a part in: what their runs do without, and how a person gives it back, right by right.
import { beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { auditRows } from "../../src/kernel/audit.ts";
import { mustFind, textsOf } from "../../src/tasks/actions.ts";
import { approvalFor, loweredRights, loweredSentence } from "../../src/tasks/rules.ts";
import { TEXT_BYTES, TEXTS } from "../../src/tasks/schema.ts";
import { openApi } from "../support/api.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { temporaryFolder } from "../support/folders.ts";

let home: CommandHome;

beforeEach(async () => {
  home = openCommandHome();
  await home.out("register-project", "--path", home.repository.path, "--name", "my-app", "--approval", "auto");
});

const OUTSIDE = ["--title", "Fix it", "--prompt", "Fix it.", "--from-outside", "https://example.org/issues/3"];

describe("a task is from outside", () => {
  test("when somebody else wrote what it says", async () => {
    const text = await home.out("create-task", ...OUTSIDE);
    expect(text.replace(/\s+/g, " ")).toContain(
      "It is from https://example.org/issues/3. Its runs reach their model and nothing else, get no variables and no copied files of the project and merge only after you approve. `ccm trust 1 --network --secrets --auto-merge` gives that back.",
    );
    expect(await home.json("task-status", "1")).toMatchObject({
      origin: "outside",
      source: "https://example.org/issues/3",
      lowered: ["network", "secrets", "auto-merge"],
      texts: [],
    });
  });

  test("when a text of somebody else is attached", async () => {
    const path = join(temporaryFolder(), "report.txt");
    writeFileSync(path, "It broke.\n");
    await home.out("create-task", "--title", "Look", "--prompt", "Look at it.", "--attach", path);
    expect(mustFind(home.ctx, 1)).toMatchObject({ origin: "outside", source: null });
    expect(textsOf(home.ctx, 1)).toEqual([{ source: path, text: "It broke.\n" }]);
    expect(await home.out("task-status", "1")).toContain("It broke.");
  });

  test("and no other is", async () => {
    await home.out("create-task", "--title", "Mine", "--prompt", "Mine.");
    expect(mustFind(home.ctx, 1)).toMatchObject({ origin: "person", source: null, lifted: [] });
    expect(await home.out("task-status", "1")).not.toContain("trust");
  });

  test.each([
    ["an empty source", ["--from-outside", " "], "The source is empty"],
    ["a source of two lines", ["--from-outside", "a\nb"], "more than one line"],
    ["a source with an escape", ["--from-outside", "a\u001b[2J"], "control character"],
    ["a file that is not there", ["--attach", "/nowhere/at-all"], "There is no file"],
  ])("not with %s", async (_, words, message) => {
    const fault = await home.fault("create-task", "--title", "A", "--prompt", "B", ...words);
    expect(fault.message).toContain(message);
  });

  test("not with texts that are no texts, or too long, or too many", async () => {
    const folder = temporaryFolder();
    const file = (name: string, content: string | Uint8Array) => {
      writeFileSync(join(folder, name), content);
      return ["--attach", join(folder, name)];
    };
    const refused = async (...words: string[]) => (await home.fault("create-task", "--title", "A", "--prompt", "B", ...words)).message;
    expect(await refused(...file("empty", " \n"))).toBe("The text is empty.");
    expect(await refused(...file("binary", new Uint8Array([0, 1, 2])))).toContain("is not a text file");
    expect(await refused(...file("long", "x".repeat(TEXT_BYTES + 1)))).toContain("larger");
    const small = file("small", "x");
    expect(await refused(...Array.from({ length: TEXTS + 1 }, () => small).flat())).toContain(`${TEXTS} texts`);
  });
});

describe("ccm trust", () => {
  beforeEach(async () => {
    await home.out("create-task", ...OUTSIDE);
  });

  test("gives back what is named, and nothing else", async () => {
    await home.out("trust", "1", "--network");
    expect(loweredRights(mustFind(home.ctx, 1))).toEqual(["secrets", "auto-merge"]);
    const text = await home.out("trust", "1", "--auto-merge", "--secrets");
    expect(text).toContain("You gave its runs all that others have.");
    expect(loweredRights(mustFind(home.ctx, 1))).toEqual([]);
  });

  test("takes it again", async () => {
    await home.out("trust", "1", "--network", "--secrets");
    await home.out("trust", "1", "--network", "--withdraw");
    expect(mustFind(home.ctx, 1).lifted).toEqual(["secrets"]);
  });

  test("is in the audit log, once for what changed", async () => {
    await home.out("trust", "1", "--network");
    await home.out("trust", "1", "--network", "--secrets");
    await home.out("trust", "1", "--secrets");
    const rows = auditRows(home.ctx.db, { limit: 10, taskId: 1 }).map(({ name, source, data }) => ({ name, source, rights: data.rights }));
    expect(rows).toEqual([
      { name: "task.trusted", source: "person", rights: ["network"] },
      { name: "task.trusted", source: "person", rights: ["secrets"] },
    ]);
  });

  test("lets the project's approval count again", async () => {
    expect(approvalFor(mustFind(home.ctx, 1), { approval: "auto" })).toBe("ask");
    await home.out("trust", "1", "--auto-merge");
    expect(approvalFor(mustFind(home.ctx, 1), { approval: "auto" })).toBe("auto");
    expect(approvalFor(mustFind(home.ctx, 1), { approval: "ask" })).toBe("ask");
  });

  test("refuses no right, a task of the person's own, and one that is done", async () => {
    expect(await home.fault("trust", "1")).toMatchObject({ code: "invalid", exit: 2 });
    expect(await home.fault("trust", "9", "--network")).toMatchObject({ code: "not_found" });
    await home.out("create-task", "--title", "Mine", "--prompt", "Mine.");
    expect(await home.fault("trust", "2", "--network")).toMatchObject({ code: "conflict", exit: 4 });
  });
});

test("the API takes source and texts, and gives rights back", async () => {
  const api = await openApi(home.ctx);
  const texts = [{ source: "https://example.org/c/1", text: "Me too." }];
  const made = await api.post("/tasks", { title: "A", prompt: "B", source: "https://example.org/issues/3", texts });
  expect(made.body).toMatchObject({
    origin: "outside",
    source: "https://example.org/issues/3",
    lowered: ["network", "secrets", "auto-merge"],
  });
  expect((await api.get("/tasks/1")).body.texts).toEqual(texts);
  expect((await api.post("/tasks/1/trust", { rights: ["network"] })).body.lowered).toEqual(["secrets", "auto-merge"]);
  expect((await api.post("/tasks/1/trust", { rights: ["network"], how: "withdraw" })).body.lowered).toHaveLength(3);
  expect((await api.post("/tasks/1/trust", { rights: [] })).status).toBe(422);
  expect((await api.post("/tasks/1/trust", { rights: ["everything"] })).status).toBe(422);
  expect((await api.post("/tasks", { title: "A", prompt: "B", texts: [{ source: "a", text: "" }] })).status).toBe(422);
});

test("what is lowered is said in a sentence", () => {
  expect(loweredSentence({ origin: "person", lifted: [] })).toBe("");
  expect(loweredSentence({ origin: "outside", lifted: ["network", "secrets"] })).toBe("Its runs merge only after you approve.");
});
