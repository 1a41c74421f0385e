// Buttons: what a form is sent with, and links that look like one.
import { Icon, type IconName } from "./icon.tsx";

export type Look = "plain" | "primary" | "danger" | "quiet";

export type ButtonProps = {
  label: string;
  look?: Look | undefined;
  icon?: IconName | undefined;
  name?: string | undefined;
  value?: string | undefined;
  disabled?: boolean | undefined;
  /** The id of the form it sends, when it is outside of it. */
  form?: string | undefined;
  /** The letter that presses it. */
  letter?: string | undefined;
};

export function Button({ label, look = "plain", icon, name, value, disabled, form, letter }: ButtonProps): JSX.Element {
  return (
    <button
      type="submit"
      class="button"
      data-look={look}
      name={name}
      value={value}
      disabled={disabled}
      form={form}
      data-key={letter}
      aria-keyshortcuts={letter}
    >
      <ButtonFace label={label} icon={icon} />
    </button>
  );
}

export type ButtonLinkProps = {
  label: string;
  href: string;
  look?: Look | undefined;
  icon?: IconName | undefined;
  letter?: string | undefined;
};

export function ButtonLink({ label, href, look = "plain", icon, letter }: ButtonLinkProps): JSX.Element {
  return (
    <a class="button" data-look={look} href={href} data-key={letter} aria-keyshortcuts={letter}>
      <ButtonFace label={label} icon={icon} />
    </a>
  );
}

/** What is inside of everything that looks like a button. */
export function ButtonFace({ label, icon }: { label: string; icon?: IconName | undefined }): JSX.Element {
  return (
    <>
      {icon ? <Icon name={icon} /> : ""}
      <span safe>{label}</span>
    </>
  );
}
