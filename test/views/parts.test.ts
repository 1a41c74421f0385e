// The parts of the page: whatever text one is given stays a text, and each part is what it is meant to be for those who hear it.
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ACTIVITIES } from "../../src/agents/signs/signs.ts";
import type { Typed } from "../../src/kernel/page.ts";
import { TASK_STATES } from "../../src/tasks/schema.ts";
import { AreaField, CheckField, ChoiceField, SelectField, TextField } from "../../views/parts/field.tsx";
import { ActionForm, FormErrors, typedOf } from "../../views/parts/form.tsx";
import { activitySign, stateSign } from "../../views/parts/tone.ts";
import { Words } from "../../views/parts/words.tsx";
import { PARTS } from "./parts.ts";

const FOLDER = join(import.meta.dir, "../../views/parts");

/** Each would make an element, an attribute or the end of one where texts are not escaped for the place they stand in. */
const HOSTILE = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror="alert(1)">`,
  `' autofocus onfocus='alert(1)`,
  `</textarea></option></select></title></pre><svg onload=alert(1)>`,
  `<!-- `,
  `-->`,
  `]]><b>`,
  `\u202Etxt.exe`,
  `&lt;b&gt;&quot;`,
];

test("every part is tried", () => {
  const parts = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".tsx"))
    .flatMap((name) =>
      [...readFileSync(join(FOLDER, name), "utf8").matchAll(/^export function ([A-Z]\w*)/gm)].map(([, part]) => part ?? ""),
    );
  expect(Object.keys(PARTS)).toEqual(parts.sort());
});

describe.each(Object.entries(PARTS))("%s", (_, make) => {
  test("has the same elements and attributes whatever text it is given", async () => {
    const plain = outline(await make("text"));
    expect(plain.length).toBeGreaterThan(0);
    for (const text of HOSTILE) expect(outline(await make(text))).toEqual(plain);
  });

  test("has no inline style and no inline script", async () => {
    const attributes = outline(await make("text")).flatMap((element) => element.split(" ").slice(1));
    expect(attributes.filter((name) => name === "style" || name.startsWith("on"))).toEqual([]);
  });
});

describe("a field that was refused", () => {
  const typed: Typed = { form: "/tasks", values: { title: "typed" }, reasons: { title: "It is too long." }, fault: null };

  test("keeps what was typed, and says why beside it", async () => {
    const html = await TextField({ name: "title", label: "Title", value: "stored", hint: "One line.", typed });
    expect(html).toContain('value="typed"');
    expect(html).toContain('aria-invalid="true"');
    expect(html).toContain('aria-describedby="field-title-reason field-title-hint"');
    expect(html).toContain('id="field-title-reason"');
    expect(html).toContain("It is too long.");
  });

  test("keeps the lines of a text as they were typed", async () => {
    const lines = "\n\n  two empty lines first";
    const html = await AreaField({ name: "prompt", label: "Prompt", typed: { ...typed, values: { prompt: lines } } });
    // The parser drops the first line end of a textarea.
    expect(/<textarea[^>]*>\n([\s\S]*)<\/textarea>/.exec(html)?.[1]).toBe(lines);
  });

  test("shows a choice that is none, so that nobody sends another one unseen", async () => {
    const options = [{ value: "low", text: "low" }];
    const html = await SelectField({ name: "priority", label: "Priority", options, typed: { ...typed, values: { priority: "soon" } } });
    expect(html).toContain('<option value="soon" selected>soon</option>');
  });

  test("leaves a box off that was switched off, although it is on otherwise", async () => {
    expect(await CheckField({ name: "fresh", label: "Fresh", checked: true })).toContain("checked");
    expect(await CheckField({ name: "fresh", label: "Fresh", checked: true, typed })).not.toContain("checked");
  });

  test("keeps each of several choices", async () => {
    const options = ["a", "b", "c"].map((value) => ({ value, text: value }));
    const html = await ChoiceField({ name: "of", label: "Of", many: true, options, typed: { ...typed, values: { of: "a\nc" } } });
    expect([...html.matchAll(/value="(\w)" checked/g)].map(([, value]) => value)).toEqual(["a", "c"]);
  });

  test("is led to from above the form", async () => {
    const html = await FormErrors({ typed, labels: { title: "Title" } });
    expect(html).toContain('role="alert"');
    expect(html).toContain('<a href="#field-title">Title: It is too long.</a>');
    expect(await FormErrors({ typed: null })).toBe("");
  });
});

test("a command in a sentence is shown as one; a backtick by itself is a backtick", async () => {
  expect(await Words({ text: "Try `ccm plan`." })).toBe('<span>Try </span><code class="said-command">ccm plan</code><span>.</span>');
  expect(await Words({ text: "5` long" })).toBe("<span>5` long</span>");
});

test("what was typed into one form is not shown in another", () => {
  const typed: Typed = { form: "/tasks/1/reject", values: {}, reasons: {}, fault: null };
  expect(typedOf(typed, "/tasks/1/reject")).toBe(typed);
  expect(typedOf(typed, "/tasks/2/reject")).toBeNull();
});

test("what must be said, or thought about, comes before the button; and is open when it was refused", async () => {
  const props = { action: "/tasks/1/reject", csrf: "c", label: "Reject", look: "danger" as const, ask: "Its work is kept." };
  expect(await ActionForm(props)).toMatch(
    /<details class="act-more"><summary[^>]*data-tone="bad".*Its work is kept\..*<button type="submit"/s,
  );
  const typed: Typed = { form: props.action, values: {}, reasons: {}, fault: { message: "It is done.", hint: "" } };
  expect(await ActionForm({ ...props, typed })).toMatch(/<details class="act-more" open>.*It is done\./s);
});

test("each state of a task, and each thing an agent does, has a shape of its own", () => {
  const shapes = [TASK_STATES.map((state) => stateSign(state).icon), ACTIVITIES.map((activity) => activitySign(activity).icon)];
  for (const icons of shapes) expect(new Set(icons).size).toBe(icons.length);
});

/** The elements of a piece of markup with the names of their attributes, in order, as a parser finds them. */
function outline(html: string): string[] {
  const elements: string[] = [];
  new HTMLRewriter()
    .on("*", {
      element(element) {
        elements.push([element.tagName, ...[...element.attributes].map(([name]) => name)].join(" "));
      },
      comments() {
        elements.push("a comment");
      },
    })
    .transform(html);
  return elements;
}
