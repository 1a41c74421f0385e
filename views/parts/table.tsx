// A table, which scrolls in a region of its own where it does not fit.
import type { Children } from "@kitajs/html";

export type Column = { title: string; align?: "end" | undefined; hide?: "phone" | undefined };

export function Table({
  label,
  columns,
  children,
}: {
  label: string;
  columns: readonly Column[];
  children?: Children | undefined;
}): JSX.Element {
  return (
    <section class="table" aria-label={label} tabindex="0">
      <table>
        <thead>
          <tr>
            {columns.map(({ title, align, hide }) => (
              <th scope="col" class={[align, hide && `not-on-${hide}`]} safe>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
