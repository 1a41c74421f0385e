// Forms: checked field by field; what was refused comes back with its values and the reasons, in the page or as the part it is in.
import * as v from "valibot";
import { actingFor } from "../kernel/context.ts";
import { FAULTS, isFault } from "../kernel/fault.ts";
import type { Asked, Done, FormRoute, PageRoute, Typed } from "../kernel/page.ts";
import { redactStored } from "../kernel/redact.ts";
import { isSame } from "./actions.ts";
import { answerPage, type Shown } from "./pages.ts";
import { findPage, type Site } from "./site.ts";
import { partial } from "./tab.ts";

/** The hidden field that every form carries. */
const CSRF_FIELD = "csrf";

/**
 * A form posts as browsers do, and gets the page; or a script of the page posts it, says so in HX-Request, and gets as JSON
 * where to go, or the part of the page that the form is in, and what is said.
 */
export async function answerForm(site: Site, form: FormRoute, asked: Asked, request: Request): Promise<Response | Shown> {
  const answers = request.headers.get("hx-request") === null ? answersOfPage : answersOfPart;
  const values = await valuesOf(request);
  if (values === null || !isSame(values[CSRF_FIELD] ?? "", asked.csrf))
    return new Response("This form is not from a page of yours, or is from before you signed in. Load the page again.\n", { status: 403 });
  const typed = (reasons: Record<string, string>): Typed => typedInto(request, values, reasons);
  const parsed = v.safeParse(form.fields, values);
  if (!parsed.success) return answers.refuse(site, form, asked, typed(reasonsOf(parsed.issues)), 422);
  try {
    const outcome = await form.act(actingFor(site.ctx, asked.by), parsed.output, asked);
    if ("reasons" in outcome) return await answers.refuse(site, form, asked, typed(outcome.reasons), 422);
    return await answers.take(site, form, asked, outcome);
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    if (thrown.field !== undefined && thrown.field in values) {
      const reason = `${thrown.message} ${thrown.hint}`.trim();
      return answers.refuse(site, form, asked, typed({ [thrown.field]: reason }), 422);
    }
    const fault = { message: thrown.message, hint: thrown.hint };
    return answers.refuse(site, form, asked, { ...typed({}), fault }, FAULTS[thrown.code].status);
  }
}

type Answers = {
  take(site: Site, form: FormRoute, asked: Asked, done: Done): Promise<Response | Shown>;
  refuse(site: Site, form: FormRoute, asked: Asked, typed: Typed, status: number): Promise<Response | Shown>;
};

const answersOfPage: Answers = {
  async take(site, form, asked, { to, said }) {
    const location = to ?? form.page(asked);
    site.said.keep(asked.csrf, location, redactStored(said));
    return new Response(null, { status: 303, headers: { location } });
  },
  async refuse(site, form, asked, typed, status) {
    const { route, again, path } = pageOf(site, form, asked, typed);
    return answerPage(site, route, again, new Request(new URL(path, ANYWHERE).href), status);
  },
};

const answersOfPart: Answers = {
  async take(site, form, asked, { to, said }) {
    if (to !== undefined && to !== form.page(asked)) return partAnswer({ to, said });
    return partAnswer({ said, html: await partOf(site, form, asked, null) });
  },
  async refuse(site, form, asked, typed, status) {
    const html = await partOf(site, form, asked, typed);
    if (html !== "") return partAnswer({ section: form.section, html }, status);
    // The part with the form is gone, as when the task has moved on.
    const wrong = typed.fault?.message ?? Object.values(typed.reasons).join(" ");
    return partAnswer({ wrong }, status);
  },
};

/** Stored secrets are in none of it: what was typed wrong is said again. */
function partAnswer(answer: Record<string, string | undefined>, status = 200): Response {
  return new Response(redactStored(JSON.stringify(answer)), { status, headers: { "content-type": "application/json" } });
}

/** The part of the page with the form as it is now, for the page's script; empty when the page has it no more. */
async function partOf(site: Site, form: FormRoute, asked: Asked, typed: Typed | null): Promise<string> {
  const { route, again } = pageOf(site, form, asked, typed);
  try {
    const { sections } = await route.show(site.ctx, again);
    const section = sections.find(({ id }) => id === form.section);
    return section ? partial(`#${section.id}`, "outerMorph", await section.html()) : "";
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return "";
  }
}

/** Addresses in a home are paths. */
const ANYWHERE = "http://ccm.local";

function pageOf(site: Site, form: FormRoute, asked: Asked, typed: Typed | null): { route: PageRoute; again: Asked; path: string } {
  const path = form.page(asked);
  const { pathname, searchParams } = new URL(path, ANYWHERE);
  const found = findPage(site, pathname);
  if (!found) throw new Error(`The form ${form.path} is on the page ${path}, which does not exist.`);
  return { route: found.route, again: { ...asked, params: found.params, query: searchParams, typed }, path };
}

/** Texts by name; a name that comes several times is one text with a line each. Null for what is no form. */
async function valuesOf(request: Request): Promise<Record<string, string> | null> {
  if (!request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded")) return null;
  const values: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(await request.text())) {
    // Browsers send line ends as CR LF: https://html.spec.whatwg.org/#converting-an-entry-list-to-a-list-of-name-value-pairs
    const text = value.replaceAll("\r\n", "\n");
    values[name] = name in values ? `${values[name]}\n${text}` : text;
  }
  return values;
}

function reasonsOf(issues: readonly v.BaseIssue<unknown>[]): Record<string, string> {
  const reasons: Record<string, string> = {};
  for (const issue of issues) {
    const field = String(issue.path?.[0]?.key ?? "");
    reasons[field] ??= issue.message;
  }
  return reasons;
}

function typedInto(request: Request, values: Record<string, string>, reasons: Record<string, string>): Typed {
  const { [CSRF_FIELD]: _, ...given } = values;
  return { form: new URL(request.url).pathname, values: given, reasons, fault: null };
}
