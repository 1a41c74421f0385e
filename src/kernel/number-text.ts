// Amounts as people say them.

/** US dollars: $0.015, $1.20. A tenth of a cent matters where one answer costs one or two. */
export function costText(usd: number): string {
  return `$${usd.toFixed(usd < 1 ? 3 : 2)}`;
}

/** A count of tokens: 850, 12 k, 1.2 M. */
export function tokensText(tokens: number): string {
  if (tokens < 1_000) return String(tokens);
  return tokens < 999_500 ? `${Math.round(tokens / 1_000)} k` : `${(tokens / 1_000_000).toFixed(1)} M`;
}

/** A part of 1 in percent. */
export function percentText(part: number): string {
  return `${Math.round(part * 100)} %`;
}
