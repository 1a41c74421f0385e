// Numbers to be seen at a glance.
import type { Children } from "@kitajs/html";
import { Icon, type IconName } from "./icon.tsx";
import type { Tone } from "./tone.ts";

export function Tiles({ children }: { children?: Children | undefined }): JSX.Element {
  return <ul class="tiles">{children}</ul>;
}

export type TileProps = {
  label: string;
  value: string;
  note?: string | undefined;
  href?: string | undefined;
  tone?: Tone | undefined;
  icon?: IconName | undefined;
};

export function Tile({ label, value, note, href, tone = "plain", icon }: TileProps): JSX.Element {
  return (
    <li class="tile" data-tone={tone}>
      <span class="tile-label">
        {icon ? <Icon name={icon} /> : ""}
        {href ? (
          <a href={href} safe>
            {label}
          </a>
        ) : (
          <span safe>{label}</span>
        )}
      </span>
      <span class="tile-value" safe>
        {value}
      </span>
      {note ? (
        <span class="tile-note" safe>
          {note}
        </span>
      ) : (
        ""
      )}
    </li>
  );
}
