// Ways to look at the same thing, each with an address of its own.

export type Tab = { text: string; href: string; isCurrent: boolean; count?: number | undefined };

export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }): JSX.Element {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ text, href, isCurrent, count }) => (
        <a href={href} aria-current={isCurrent ? "page" : undefined}>
          <span safe>{text}</span>
          {count === undefined ? "" : <span class="count">{count}</span>}
        </a>
      ))}
    </nav>
  );
}
