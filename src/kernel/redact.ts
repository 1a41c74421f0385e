// Takes secrets out of text before it is stored or shown, by the shapes that their issuers document.

/** What stands in the place of a secret; the kind stays readable. */
const mark = (kind: string) => `[redacted ${kind}]`;

type Shape = { kind: string; pattern: RegExp; keep?: (groups: string[]) => string };

/**
 * Prefixes are what issuers promise to keep: https://docs.github.com/authentication (gh*_), Anthropic and OpenAI
 * (sk-), https://api.slack.com/authentication/token-types (xox*), AWS (AKIA/ASIA), Google (AIza), GitLab (glpat-),
 * npm (npm_), Stripe, Supabase (sb*_), Telegram, RFC 7519. A commit id, a UUID or a hash has none of them, so it stays.
 */
const SHAPES: Shape[] = [
  { kind: "private key", pattern: /-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY( BLOCK)?-----[\s\S]*?(?:-----END \1PRIVATE KEY\2-----|$)/g },
  { kind: "API key", pattern: /\bsk-[A-Za-z0-9_-]{16,}/g },
  { kind: "API key", pattern: /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}/g },
  { kind: "API key", pattern: /\bAIza[A-Za-z0-9_-]{35}/g },
  { kind: "GitHub token", pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g },
  { kind: "GitLab token", pattern: /\bglpat-[A-Za-z0-9_-]{16,}/g },
  { kind: "npm token", pattern: /\bnpm_[A-Za-z0-9]{30,}/g },
  { kind: "Slack token", pattern: /\bxox[abeoprs](?:-[A-Za-z0-9]+){2,}/g },
  { kind: "Slack token", pattern: /\bxapp-\d-[A-Za-z0-9-]{16,}/g },
  {
    kind: "webhook",
    pattern: /(https:\/\/(?:hooks\.slack\.com\/services|discord(?:app)?\.com\/api\/webhooks)\/)[A-Za-z0-9_/-]{16,}/g,
    keep: ([host]) => host ?? "",
  },
  { kind: "AWS key", pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { kind: "Supabase key", pattern: /\bsb(?:p|_secret|_publishable)_[A-Za-z0-9_-]{20,}/g },
  { kind: "Telegram token", pattern: /\b\d{8,10}:[A-Za-z0-9_-]{35}\b/g },
  { kind: "JWT", pattern: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g },
  {
    kind: "credentials",
    pattern: /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:basic|bearer|token)\s+)[A-Za-z0-9._~+/=-]{8,}/gi,
    keep: ([before]) => before ?? "",
  },
  { kind: "bearer token", pattern: /\b(bearer\s+)(?=[A-Za-z._~+/=-]*\d)[A-Za-z0-9._~+/=-]{16,}/gi, keep: ([before]) => before ?? "" },
  { kind: "password", pattern: /\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/?#@"']*:)[^\s@/"']+(?=@)/gi, keep: ([before]) => before ?? "" },
  { kind: "token", pattern: /\b(https?:\/\/)[A-Za-z0-9_-]{16,}(?=@)/gi, keep: ([before]) => before ?? "" },
  {
    kind: "secret",
    pattern:
      /\b([A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)["']?\s*[:=]\s*["']?)(?!\[redacted|\$|true\b|false\b|null\b|undefined\b|(?:process|import|os|env|config|settings)\.)[^\s"',;(){}[\]<>]{8,}/g,
    keep: ([before]) => before ?? "",
  },
];

/** The cheapest thing that every shape has in common with nothing else; most lines have none and are returned as they are. */
const SUSPICIOUS =
  /sk[-_]|[rp]k_|AIza|gh[pousr]_|github_pat|glpat|npm_|xox|xapp|hooks\.slack|webhooks|AKIA|ASIA|sbp?_|:[A-Za-z0-9_-]{35}|eyJ|PRIVATE KEY|authorization|bearer|:\/\/|PASSW|SECRET|TOKEN|KEY/i;

/** The text with every secret of a known shape replaced by a mark that says what it was. */
export function redact(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  let result = text;
  for (const { kind, pattern, keep } of SHAPES) {
    result = result.replace(pattern, (_, ...groups: string[]) => `${keep ? keep(groups) : ""}${mark(kind)}`);
  }
  return result;
}

/** Names of fields whose value is a secret whatever it looks like. */
const SECRET_NAME = /^(?:.*(?:password|passwd|secret|token|api_?key|access_?key|private_?key)|authorization|cookie|set-cookie)$/i;

/** A copy in which every text is redacted, keys included, and fields with a secret's name are emptied. Cycles are not followed. */
export function redactDeep(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return "…";
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      redact(key),
      SECRET_NAME.test(key) && typeof child === "string" && child !== "" ? mark("secret") : redactDeep(child, depth + 1),
    ]),
  );
}

/** Deeper structures than this are no log fields. */
const MAX_DEPTH = 8;
