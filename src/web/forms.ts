// Forms: checked field by field; what was refused comes back with its values and the reasons, in the page or as the part it is in.
import * as v from "valibot";
import { FAULTS, isFault } from "../kernel/fault.ts";
import type { Asked, FormRoute, Typed } from "../kernel/page.ts";
import { isSame } from "./actions.ts";
import { answerPage, type Shown } from "./pages.ts";
import { findPage, type Site } from "./site.ts";

/** The hidden field that every form carries. */
const CSRF_FIELD = "csrf";

export async function answerForm(site: Site, form: FormRoute, asked: Asked, request: Request): Promise<Response | Shown> {
  const values = await valuesOf(request);
  if (values === null || !isSame(values[CSRF_FIELD] ?? "", asked.csrf))
    return new Response("This form is not from a page of yours, or is from before you signed in. Load the page again.\n", { status: 403 });
  const parsed = v.safeParse(form.fields, values);
  if (!parsed.success) return refuse(site, form, asked, request, typed(request, values, reasonsOf(parsed.issues)));
  try {
    const outcome = await form.act(site.ctx, parsed.output, asked);
    if ("reasons" in outcome) return refuse(site, form, asked, request, typed(request, values, outcome.reasons));
    const to = outcome.to ?? form.page(asked);
    return new Response(null, { status: 303, headers: { location: to } });
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    if (thrown.field !== undefined && thrown.field in values) {
      const reason = `${thrown.message} ${thrown.hint}`.trim();
      return refuse(site, form, asked, request, typed(request, values, { [thrown.field]: reason }));
    }
    const fault = { message: thrown.message, hint: thrown.hint };
    return refuse(site, form, asked, request, { ...typed(request, values, {}), fault }, FAULTS[thrown.code].status);
  }
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

function typed(request: Request, values: Record<string, string>, reasons: Record<string, string>): Typed {
  const { [CSRF_FIELD]: _, ...given } = values;
  return { form: new URL(request.url).pathname, values: given, reasons, fault: null };
}

async function refuse(site: Site, form: FormRoute, asked: Asked, request: Request, refused: Typed, status = 422): Promise<Shown> {
  const path = form.page(asked);
  const found = findPage(site, path.split("?")[0] ?? path);
  if (!found) throw new Error(`The form ${form.path} is on the page ${path}, which does not exist.`);
  const again = { ...asked, params: found.params, query: new URL(path, "http://ccm.local").searchParams, typed: refused };
  return answerPage(site, found.route, again, new Request(new URL(path, request.url).href), status);
}
