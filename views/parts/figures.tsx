// Small figures beside each other, each with what it is.
export type FiguresProps = { figures: readonly { label: string; text: string }[] };

export function Figures({ figures }: FiguresProps): JSX.Element {
  return (
    <dl class="figures">
      {figures.map(({ label, text }) => (
        <div>
          <dt safe>{label}</dt>
          <dd safe>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
