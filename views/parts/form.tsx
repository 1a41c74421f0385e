// Forms: every one carries the session's hidden field, and one that was refused says so above its fields.
import type { Children } from "@kitajs/html";
import type { Typed } from "../../src/kernel/page.ts";
import { Button, ButtonFace, type Look } from "./button.tsx";
import { AreaField, fieldId } from "./field.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { Words } from "./words.tsx";

export type FormProps = {
  action: string;
  csrf: string;
  id?: string | undefined;
  label?: string | undefined;
  children?: Children | undefined;
};

/** What is wrong is said by the server, in the same words and place for everybody; the browser holds nothing back. */
export function Form({ action, csrf, id, label, children }: FormProps): JSX.Element {
  return (
    <form method="post" action={action} id={id} class="form" aria-label={label} novalidate>
      <input type="hidden" name="csrf" value={csrf} />
      {children}
    </form>
  );
}

export function FormActions({ children }: { children?: Children | undefined }): JSX.Element {
  return <div class="form-actions">{children}</div>;
}

/** What was typed into the form that posts to a path; null when another one was refused, or none. */
export function typedOf(typed: Typed | null, path: string): Typed | null {
  return typed?.form === path ? typed : null;
}

export type FormErrorsProps = { typed: Typed | null; labels?: Readonly<Record<string, string>> | undefined; scope?: string | undefined };

/** What is wrong, above the form: it takes the focus, and leads to the fields. */
export function FormErrors({ typed, labels = {}, scope }: FormErrorsProps): JSX.Element {
  const reasons = Object.entries(typed?.reasons ?? {});
  if (!typed || (reasons.length === 0 && !typed.fault)) return "";
  return (
    <div class="notice" data-tone="bad" role="alert" tabindex="-1">
      <Icon name="warning" />
      <div>
        <p class="notice-text">
          <Words
            text={
              typed.fault?.message ?? (reasons.length === 1 ? "One field is not right yet." : `${reasons.length} fields are not right yet.`)
            }
          />
        </p>
        {typed.fault?.hint ? (
          <p class="notice-hint">
            <Words text={typed.fault.hint} />
          </p>
        ) : (
          ""
        )}
        {reasons.length > 0 ? (
          <ul class="form-errors">
            {reasons.map(([name, reason]) => (
              <li>
                <a href={`#${fieldId(name, scope)}`} safe>{`${labels[name] ?? name}: ${reason}`}</a>
              </li>
            ))}
          </ul>
        ) : (
          ""
        )}
      </div>
    </div>
  );
}

export type ActionFormProps = {
  action: string;
  csrf: string;
  label: string;
  look?: Look | undefined;
  icon?: IconName | undefined;
  /** Hidden fields. */
  values?: Readonly<Record<string, string>> | undefined;
  typed?: Typed | null | undefined;
  /** One that must be given is asked for before the button shows; another may be added. */
  comment?: { name: string; label: string; hint?: string; required?: boolean } | undefined;
  /** What to think about first: the button shows below it. */
  ask?: string | undefined;
  letter?: string | undefined;
};

/** One thing to do with what is shown. */
export function ActionForm(props: ActionFormProps): JSX.Element {
  const { action, csrf, label, look = "plain", icon, values = {}, comment, ask, letter } = props;
  const typed = typedOf(props.typed ?? null, action);
  const scope = action.replace(/\W+/g, "-").replace(/^-/, "");
  const labels = comment ? { [comment.name]: comment.label } : {};
  const field = comment ? <AreaField {...comment} rows={3} typed={typed} scope={scope} /> : "";
  return (
    <form method="post" action={action} class="act">
      <input type="hidden" name="csrf" value={csrf} />
      {Object.entries(values).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {ask || comment?.required ? (
        <details class="act-more" open={typed !== null}>
          <summary
            class="button"
            data-look={look === "primary" ? "primary" : "plain"}
            data-tone={look === "danger" ? "bad" : undefined}
            data-key={letter}
            aria-keyshortcuts={letter}
          >
            <ButtonFace label={`${label}…`} icon={icon} />
          </summary>
          <div class="act-body">
            <FormErrors typed={typed} labels={labels} scope={scope} />
            {ask ? <p safe>{ask}</p> : ""}
            {field}
            <FormActions>
              <Button label={label} look={look === "danger" ? "danger" : "primary"} />
            </FormActions>
          </div>
        </details>
      ) : (
        <>
          <Button label={label} look={look} icon={icon} letter={letter} />
          {comment ? (
            <details class="act-more" open={typed !== null}>
              <summary class="act-comment">
                <Icon name="message" label={comment.label} />
              </summary>
              <div class="act-body">{field}</div>
            </details>
          ) : (
            ""
          )}
          <FormErrors typed={typed} labels={labels} scope={scope} />
        </>
      )}
    </form>
  );
}
