// Filters of a list: a form that is sent with GET, so that what is looked for is in the address.
import type { Children } from "@kitajs/html";
import { Button } from "./button.tsx";
import { type Option, Select } from "./field.tsx";
import { Icon } from "./icon.tsx";

export type FilterBarProps = {
  action: string;
  label: string;
  /** Where the list is without filters; only given while there are some. */
  clear?: string | undefined;
  children?: Children | undefined;
};

export function FilterBar({ action, label, clear, children }: FilterBarProps): JSX.Element {
  return (
    <search>
      <form method="get" action={action} class="filter-bar" aria-label={label}>
        {children}
        <Button label="Filter" icon="filter" />
        {clear ? (
          <a class="button" data-look="quiet" href={clear}>
            Clear
          </a>
        ) : (
          ""
        )}
      </form>
    </search>
  );
}

export type FilterSelectProps = { name: string; label: string; value: string; options: readonly Option[] };

export function FilterSelect({ name, label, value, options }: FilterSelectProps): JSX.Element {
  return (
    <div class="filter">
      <label for={`filter-${name}`} safe>
        {label}
      </label>
      <Select id={`filter-${name}`} name={name} value={value} options={options} />
    </div>
  );
}

export type SearchBoxProps = { name: string; label: string; value: string; placeholder?: string | undefined };

export function SearchBox({ name, label, value, placeholder }: SearchBoxProps): JSX.Element {
  return (
    <div class="search">
      <Icon name="search" />
      <input class="input" type="search" name={name} value={value} placeholder={placeholder} aria-label={label} autocomplete="off" />
    </div>
  );
}
