// Fields of forms: a label, a hint, what was typed, and beside it the reason why it was not taken.
import type { Children } from "@kitajs/html";
import type { Typed } from "../../src/kernel/page.ts";
import { Icon } from "./icon.tsx";

export type FieldProps = {
  name: string;
  label: string;
  value?: string | undefined;
  /** What was typed into this form when it was refused; then it counts instead of `value`. */
  typed?: Typed | null | undefined;
  hint?: string | undefined;
  /** Goes before the ids, where two forms of a page have fields of one name. */
  scope?: string | undefined;
  required?: boolean | undefined;
};

export type TextFieldProps = FieldProps & {
  kind?: "text" | "number" | "search" | "url" | undefined;
  placeholder?: string | undefined;
  mono?: true | undefined;
  /** What may be meant, offered while typing. */
  list?: readonly string[] | undefined;
  maxlength?: number | undefined;
};

export function TextField(props: TextFieldProps): JSX.Element {
  const { name, kind = "text", placeholder, mono, list, maxlength } = props;
  const { id, value, about } = wiringOf(props);
  return (
    <FieldFrame {...props}>
      <input
        id={id}
        class={["input", mono && "mono"]}
        type={kind}
        name={name}
        value={value}
        placeholder={placeholder}
        maxlength={maxlength}
        list={list ? `${id}-list` : undefined}
        autocomplete="off"
        {...about}
      />
      {list ? (
        <datalist id={`${id}-list`}>
          {list.map((one) => (
            <option value={one}></option>
          ))}
        </datalist>
      ) : (
        ""
      )}
    </FieldFrame>
  );
}

export function AreaField(
  props: FieldProps & { rows?: number | undefined; mono?: true | undefined; placeholder?: string | undefined },
): JSX.Element {
  const { id, value, about } = wiringOf(props);
  // The parser drops a line end right behind the tag: this one is dropped, and not one that was typed.
  return (
    <FieldFrame {...props}>
      <textarea
        id={id}
        class={["input", props.mono && "mono"]}
        name={props.name}
        rows={String(props.rows ?? 5)}
        placeholder={props.placeholder}
        {...about}
        safe
      >
        {`\n${value}`}
      </textarea>
    </FieldFrame>
  );
}

export type Option = { value: string; text: string };

export function SelectField(props: FieldProps & { options: readonly Option[] }): JSX.Element {
  const { id, value, about } = wiringOf(props);
  return (
    <FieldFrame {...props}>
      <Select id={id} name={props.name} value={value} options={props.options} about={about} />
    </FieldFrame>
  );
}

export type About = Partial<Record<"required", boolean> & Record<"aria-invalid" | "aria-describedby", string>>;
type SelectProps = { id: string; name: string; value: string; options: readonly Option[]; about?: About | undefined };

/** The list to choose from by itself. A value that is no option is shown as one, so that nothing else is sent unseen. */
export function Select({ id, name, value, options, about = {} }: SelectProps): JSX.Element {
  const isKnown = options.some((option) => option.value === value);
  const shown = isKnown || value === "" ? options : [...options, { value, text: value }];
  return (
    <span class="select">
      <select id={id} class="input" name={name} {...about}>
        {shown.map((option) => (
          <option value={option.value} selected={option.value === value} safe>
            {option.text}
          </option>
        ))}
      </select>
      <Icon name="down" />
    </span>
  );
}

export type CheckFieldProps = Omit<FieldProps, "required"> & { checked?: boolean | undefined };

/** `value` is what is sent when it is on, "yes" if nothing else is said. */
export function CheckField(props: CheckFieldProps): JSX.Element {
  const { name, label, typed, value = "yes", checked = false } = props;
  const { id, reason, about } = wiringOf(props);
  return (
    <div class="field">
      <label class="check" for={id}>
        <input id={id} type="checkbox" name={name} value={value} checked={typed ? typed.values[name] === value : checked} {...about} />
        <span safe>{label}</span>
      </label>
      <Beside id={id} hint={props.hint} reason={reason} />
    </div>
  );
}

export type ChoiceOption = Option & { detail?: string | undefined };
export type ChoiceFieldProps = FieldProps & { many?: true | undefined; options: readonly ChoiceOption[] };

/** All options in sight; of `many` several may be chosen, and come a line each. */
export function ChoiceField(props: ChoiceFieldProps): JSX.Element {
  const { name, label, many, options, hint, required } = props;
  const { id, value, reason, about } = wiringOf(props);
  const chosen = new Set(value.split("\n"));
  return (
    <fieldset class="field" id={id} aria-describedby={about["aria-describedby"]}>
      <legend class="label" safe>
        {label}
      </legend>
      <div class="choices">
        {options.map((option) => (
          <label class="choice">
            <input
              type={many ? "checkbox" : "radio"}
              name={name}
              value={option.value}
              checked={chosen.has(option.value)}
              required={required && !many ? true : undefined}
            />
            <span class="choice-text" safe>
              {option.text}
            </span>
            {option.detail ? (
              <span class="choice-detail" safe>
                {option.detail}
              </span>
            ) : (
              ""
            )}
          </label>
        ))}
      </div>
      <Beside id={id} hint={hint} reason={reason} />
    </fieldset>
  );
}

/** Fields that belong together. */
export function FieldGroup({
  legend,
  note,
  children,
}: {
  legend: string;
  note?: string | undefined;
  children?: Children | undefined;
}): JSX.Element {
  return (
    <fieldset class="field-group">
      <legend safe>{legend}</legend>
      {note ? (
        <p class="hint" safe>
          {note}
        </p>
      ) : (
        ""
      )}
      {children}
    </fieldset>
  );
}

/** The id of a field's control. */
export function fieldId(name: string, scope = "field"): string {
  return `${scope}-${name}`;
}

/** What a field shows, and how its control is tied to its hint and its reason. */
function wiringOf({ name, value = "", typed, hint, scope, required }: FieldProps): {
  id: string;
  value: string;
  reason: string;
  about: About;
} {
  const id = fieldId(name, scope);
  const reason = typed?.reasons[name] ?? "";
  const described = [reason ? `${id}-reason` : "", hint ? `${id}-hint` : ""].filter(Boolean).join(" ");
  return {
    id,
    value: typed ? (typed.values[name] ?? "") : value,
    reason,
    about: {
      ...(required ? { required } : {}),
      ...(reason ? { "aria-invalid": "true" } : {}),
      ...(described ? { "aria-describedby": described } : {}),
    },
  };
}

function FieldFrame(props: FieldProps & { children?: Children | undefined }): JSX.Element {
  const { id, reason } = wiringOf(props);
  return (
    <div class="field">
      <label class="label" for={id}>
        <span safe>{props.label}</span>
        {props.required ? "" : <span class="optional"> optional</span>}
      </label>
      {props.children}
      <Beside id={id} hint={props.hint} reason={reason} />
    </div>
  );
}

function Beside({ id, hint, reason }: { id: string; hint: string | undefined; reason: string }): JSX.Element {
  return (
    <>
      {reason ? (
        <p class="reason" id={`${id}-reason`}>
          <Icon name="warning" />
          <span safe>{reason}</span>
        </p>
      ) : (
        ""
      )}
      {hint ? (
        <p class="hint" id={`${id}-hint`} safe>
          {hint}
        </p>
      ) : (
        ""
      )}
    </>
  );
}
