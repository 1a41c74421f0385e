// A sentence in which commands stand between backticks, as the command line writes them.

export function Words({ text }: { text: string }): JSX.Element {
  const pieces = text.split("`");
  // Backticks come in pairs, or they mean something else.
  if (pieces.length % 2 === 0) return <span safe>{text}</span>;
  return (
    <>
      {pieces.map((piece, at) =>
        at % 2 === 1 ? (
          <code class="said-command" safe>
            {piece}
          </code>
        ) : (
          <span safe>{piece}</span>
        ),
      )}
    </>
  );
}
