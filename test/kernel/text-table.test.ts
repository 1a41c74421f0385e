// Tables that fit a terminal and texts that cannot steer it.
import { expect, test } from "bun:test";
import { cut, printable, textTable, wrap } from "../../src/kernel/text-table.ts";

test("columns line up, numbers on the right, no spaces at line ends", () => {
  const table = textTable(
    [{ title: "ID", align: "right" }, { title: "TITLE" }, { title: "STATE" }],
    [
      ["7", "Fix", "done"],
      ["12", "Add tests", ""],
    ],
    80,
  );
  expect(table).toBe("ID  TITLE      STATE\n 7  Fix        done\n12  Add tests");
});

test("a column that may shrink gives way, wide characters count as two", () => {
  const rows = [
    ["1", "日本語の長いタイトルです", "queued"],
    ["2", "e\u0301".repeat(40), "queued"],
  ];
  const lines = textTable([{ title: "ID" }, { title: "TITLE", shrink: true }, { title: "STATE" }], rows, 24).split("\n");
  for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(24);
  expect(lines[1]).toEndWith("queued");
  expect(lines[1]).toContain("…");
});

test("in a terminal too narrow for all columns the last ones go below, together or each on its own line", () => {
  const columns = [
    { title: "TASK", align: "right" },
    { title: "STATE" },
    { title: "PROJECT", shrink: true },
    { title: "TITLE", shrink: true, paint: (text: string) => `<${text}>` },
  ] as const;
  const rows = [
    ["1", "approving", "my-application", "Fix"],
    ["12", "done", "other", "Round the prices of carts once, at the very end"],
    ["13", "done", "", ""],
  ];
  expect(textTable(columns, rows, 40)).toBe(
    [
      ...["TASK  STATE      PROJECT", "      TITLE"],
      ...["   1  approving  my-application", "      <Fix>"],
      ...["  12  done       other", "      <Round the prices of carts once, a…>"],
      "  13  done",
    ].join("\n"),
  );
  expect(textTable(columns, rows, 26)).toBe(
    [
      ...["TASK  STATE", "      PROJECT  TITLE"],
      ...["   1  approving", "      my-application  <Fix>"],
      ...["  12  done", "      other", "      <Round the prices of…>"],
      "  13  done",
    ].join("\n"),
  );
});

test("what may not be cut wraps there", () => {
  const columns = [{ title: "NAME" }, { title: "TASKS" }];
  expect(textTable(columns, [["app", "2 executing, 1 approving"]], 20)).toBe(
    "NAME\n      TASKS\napp\n      2 executing, 1\n      approving",
  );
});

test("cut keeps whole characters", () => {
  expect(cut("abcdef", 6)).toBe("abcdef");
  expect(cut("abcdef", 4)).toBe("abc…");
  expect(cut("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 4)).toBe("👩‍👩‍👧‍👦…");
});

test("escape sequences, new lines and direction overrides do not reach the terminal", () => {
  expect(printable("a\x1b[2Jb\nc\td\x07\u202ee\x9b")).toBe("a\ufffd[2Jb c d\ufffd\ufffde\ufffd");
  expect(textTable([{ title: "T" }], [["\x1b]0;owned\x07"]], 80)).not.toContain("\x1b");
});

test("words wrap below their own column", () => {
  expect(wrap("one two three four", 14, 4)).toBe("one two\n    three four");
});

test("a language without spaces wraps anywhere, a path nowhere", () => {
  expect(wrap("a 日本語の長いタイトル", 12, 2)).toBe("a\n  日本語の長\n  いタイトル");
  expect(wrap("see /a/very/long/path", 12, 0)).toBe("see\n/a/very/long/path");
});
