// What a room gives the web: pages made of sections, forms, and operations of the API. Types only: the web room serves them.
import type { GenericSchema, InferOutput } from "valibot";
import type { Ctx } from "./context.ts";
import type { Operation } from "./operation.ts";

/** What a view gives: escaped HTML. A promise where a part of it is asynchronous. */
export type Markup = string | Promise<string>;

/** A part of a page that is made once, such as a form: what a person types into it is never replaced. */
export type StillSection = { kind: "still"; id: string; html: () => Markup };
/** A part that is made again when something changed, and sent to the tabs that show it where it differs. */
export type LiveSection = { kind: "live"; id: string; html: () => Markup };
/**
 * A part that only grows, such as a timeline: tabs get the rows that are new. `cursor` is where `html` ends; `more` gives
 * what follows a cursor, or null when that is nothing, or "anew" when so much follows that the whole is to be sent again.
 * A cursor is digits and letters: it travels in the id of a server-sent event.
 */
export type FeedSection = {
  kind: "feed";
  id: string;
  html: () => Markup;
  cursor: string;
  more: (cursor: string) => { rows: Markup; cursor: string } | "anew" | null;
};
/** The element that `html` gives has the section's id. */
export type Section = StillSection | LiveSection | FeedSection;

/** `name` becomes a class of `main`, by which styles lay the sections out. */
export type Page = { title: string; name: string; sections: Section[]; watch?: PageWatch };

/**
 * What a page is about: it is made again soon after events of that task, and after others within a second or so. `grows` is
 * asked many times a second (one look at a file, not more): another number than before is as good as an event.
 */
export type PageWatch = { taskId: number; grows?: () => number };

/** The areas of the page, in the order of its navigation. */
export type Area = "home" | "tasks" | "approvals" | "agents" | "projects" | "health";

/** What a refused form had in it, and what is wrong: by field, and beyond any field. */
export type Typed = {
  /** The form that was refused, by the path that it posts to. */
  form: string;
  values: Readonly<Record<string, string>>;
  reasons: Readonly<Record<string, string>>;
  fault: { message: string; hint: string } | null;
};

/** What a page is asked for: path parameters, the query, and the form that was refused if this answers one. */
export type Asked = {
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  typed: Typed | null;
  /** The value of the hidden field that every form carries. */
  csrf: string;
  /** Who is signed in, for the record. */
  by: string;
};

/** A page at a path such as `/tasks/:id`. Faults: `not_found` makes it a 404. */
export type PageRoute = { path: string; area: Area; show: (ctx: Ctx, asked: Asked) => Page | Promise<Page> };

/** Where a form that was taken leads, and what is said there. Without `to` one stays on the page, which is live. */
export type Done = { to?: string; said: string };
/** A form that was not taken: what is wrong with which field. */
export type Refused = { reasons: Record<string, string> };

/**
 * What a form posts to. `fields` checks its values (texts; one that may come several times is joined with newlines), and
 * what is wrong comes back beside the field. `page` is the path of the page with the form, `section` the part it is in.
 */
export type FormRoute<S extends GenericSchema = GenericSchema> = {
  path: string;
  fields: S;
  page: (asked: Asked) => string;
  section: string;
  act: (ctx: Ctx, input: InferOutput<S>, asked: Asked) => Done | Refused | Promise<Done | Refused>;
};

/** Lets a form's `act` know the type of its input. */
export function form<S extends GenericSchema>(route: FormRoute<S>): FormRoute {
  return route as unknown as FormRoute;
}

/** Everything a room shows on the web. */
export type Routes = { pages?: readonly PageRoute[]; forms?: readonly FormRoute[]; operations?: readonly Operation[] };
