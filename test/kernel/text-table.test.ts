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
