// An agent that prints a numbered line with its own time ten times a second, in the form of a line that the event log tells.

/** For `agents` in the configuration: the agent `counter`, which prints so many lines. */
export function counting(lines: number): object {
  const script = `i=1; while [ $i -le ${lines} ]; do
  echo "{\\"type\\":\\"system\\",\\"subtype\\":\\"api_retry\\",\\"attempt\\":$i,\\"max_retries\\":${lines},\\"error\\":\\"$(date +%s%3N)\\"}"
  i=$((i + 1)); sleep 0.095
done`;
  return { counter: { command: "sh", args: ["-c", script], output: "stream-json", promptBy: "stdin" } };
}
