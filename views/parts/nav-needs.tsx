// How many things need a person: a number in the navigation, which the live stream keeps true.

export function NavNeeds({ needs }: { needs: number }): JSX.Element {
  return (
    <span id="nav-needs" class="nav-count" data-needs={needs > 0 ? "" : undefined}>
      {needs > 0 ? String(Math.min(needs, 999)) : ""}
      <span class="said">{needs > 0 ? " need you" : ""}</span>
    </span>
  );
}
