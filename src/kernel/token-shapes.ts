// The shapes of secrets that are not stored here: what issuers document, and where a secret stands in headers, addresses, settings.

/** `kept` is what stands before the secret and stays, as the pattern's first group. */
export type Shape = { kind: string; pattern: RegExp; keeps?: "first group" };

/**
 * Prefixes that issuers promise to keep. A commit id, a UUID or a hash has none of them, so it stays. See
 * https://docs.github.com/code-security/secret-scanning/introduction/supported-secret-scanning-patterns for who issues what, and
 * for some: https://docs.github.com/authentication (gh*_), https://docs.gitlab.com/security/tokens (gl*-),
 * https://api.slack.com/authentication/token-types (xox*), RFC 7519 (JWT).
 */
export const ISSUED: readonly Shape[] = [
  { kind: "private key", pattern: /-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY( BLOCK)?-----[\s\S]*?(?:-----END \1PRIVATE KEY\2-----|$)/g },
  { kind: "private key", pattern: /\bAGE-SECRET-KEY-1[0-9A-Z]{40,}/g },
  // Models: Anthropic, OpenAI, OpenRouter, DeepSeek (sk-), Google, xAI, Groq, Hugging Face, Replicate, Perplexity.
  { kind: "API key", pattern: /\bsk-[A-Za-z0-9_-]{16,}/g },
  { kind: "API key", pattern: /\b(?:AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{20,}|ya29\.[A-Za-z0-9_-]{20,}|1\/\/0[A-Za-z0-9_-]{30,})/g },
  {
    kind: "API key",
    pattern: /\b(?:xai-[A-Za-z0-9]{40,}|gsk_[A-Za-z0-9]{40,}|hf_[A-Za-z0-9]{30,}|r8_[A-Za-z0-9]{30,}|pplx-[A-Za-z0-9]{40,})/g,
  },
  // Code: GitHub, GitLab, and where packages are published.
  { kind: "GitHub token", pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g },
  { kind: "GitLab token", pattern: /\bgl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|wt|soat|ffct)-[A-Za-z0-9_.-]{16,}/g },
  { kind: "npm token", pattern: /\bnpm_[A-Za-z0-9]{30,}/g },
  {
    kind: "package token",
    pattern: /\b(?:pypi-[A-Za-z0-9_-]{40,}|rubygems_[0-9a-f]{48}|dckr_[op]at_[A-Za-z0-9_-]{20,}|cio[A-Za-z0-9]{32}\b)/g,
  },
  // Talk and mail: Slack, Discord, Teams, Telegram, SendGrid, Mailgun, Mailchimp, Twilio.
  { kind: "Slack token", pattern: /\b(?:xoxe\.)?xox[abeoprs](?:-[A-Za-z0-9]+){2,}/g },
  { kind: "Slack token", pattern: /\bxapp-\d-[A-Za-z0-9-]{16,}/g },
  {
    kind: "webhook",
    pattern:
      /(https:\/\/(?:hooks\.slack\.com\/(?:services|workflows|triggers)|discord(?:app)?\.com\/api\/webhooks|[a-z0-9-]+\.webhook\.office\.com\/webhookb2)\/)[A-Za-z0-9_/@-]{16,}/g,
    keeps: "first group",
  },
  { kind: "Discord token", pattern: /\b[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}/g },
  { kind: "Telegram token", pattern: /\b\d{8,10}:[A-Za-z0-9_-]{35}\b/g },
  {
    kind: "API key",
    pattern: /\b(?:SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}|key-[0-9a-f]{32}\b|[0-9a-f]{32}-us\d{1,2}\b|SK[0-9a-f]{32}\b)/g,
  },
  // Payments and shops: Stripe, Square, Shopify.
  {
    kind: "API key",
    pattern:
      /\b(?:(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{24,}|sq0[a-z]{3}-[A-Za-z0-9_-]{22,}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32})/g,
  },
  // Machines: AWS, Azure, DigitalOcean, Databricks, Fly, Heroku, Netlify, Tailscale, PlanetScale, Supabase.
  { kind: "AWS key", pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { kind: "Azure key", pattern: /\b((?:Account|SharedAccess)Key=)[A-Za-z0-9+/]{40,}={0,2}/g, keeps: "first group" },
  { kind: "Azure secret", pattern: /\b[A-Za-z0-9_]{3}8Q~[A-Za-z0-9_.~-]{31,}/g },
  {
    kind: "API key",
    pattern:
      /\b(?:do[opr]_v1_[0-9a-f]{64}|dapi[0-9a-f]{32}|fm[12][a-z]?_[A-Za-z0-9+/=_-]{50,}|HRKU-[A-Za-z0-9_-]{36,}|nfp_[A-Za-z0-9]{36,}|tskey-[A-Za-z0-9-]{20,})/g,
  },
  { kind: "database key", pattern: /\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,}/g },
  { kind: "Supabase key", pattern: /\bsb(?:p|_secret|_publishable)_[A-Za-z0-9_-]{20,}/g },
  // Stores of secrets: HashiCorp, Doppler, 1Password, Pulumi.
  {
    kind: "vault token",
    pattern:
      /\b(?:hv[sbr]\.[A-Za-z0-9_-]{24,}|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}|dp\.[a-z]{2,5}\.[A-Za-z0-9_.-]{40,}|ops_eyJ[A-Za-z0-9+/=_-]{50,}|pul-[0-9a-f]{40}\b)/g,
  },
  // Work: Atlassian, Linear, Notion, Airtable, Figma, Postman; and what watches: Grafana, New Relic, Sentry; builds: Buildkite, CircleCI.
  {
    kind: "API key",
    pattern:
      /\b(?:AT[AC]TT3[A-Za-z0-9_=-]{50,}|lin_(?:api|oauth)_[A-Za-z0-9]{32,}|ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43}\b|pat[A-Za-z0-9]{14}\.[0-9a-f]{64}|figd_[A-Za-z0-9_-]{30,}|PMAK-[0-9a-f]{24}-[0-9a-f]{34})/g,
  },
  {
    kind: "API key",
    pattern:
      /\b(?:glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}|glc_[A-Za-z0-9+/=]{32,}|NRAK-[A-Z0-9]{27}|sntry[su]_[A-Za-z0-9+/=_-]{40,}|bkua_[0-9a-f]{40}|CCIPAT_[A-Za-z0-9_]{20,})/g,
  },
  { kind: "JWT", pattern: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g },
];

/** Places where a secret stands whatever it looks like. In source code they may hold an example, so a change that is shown keeps them. */
export const PLACED: readonly Shape[] = [
  {
    kind: "credentials",
    pattern: /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:basic|bearer|token|negotiate|apikey)\s+)[A-Za-z0-9._~+/=-]{8,}/gi,
    keeps: "first group",
  },
  { kind: "bearer token", pattern: /\b(bearer\s+)(?=[A-Za-z._~+/=-]*\d)[A-Za-z0-9._~+/=-]{16,}/gi, keeps: "first group" },
  {
    kind: "API key",
    pattern:
      /\b((?:x-(?:api-key|auth-token|goog-api-key|vault-token|amz-security-token)|private-token)["']?\s*:\s*["']?)[A-Za-z0-9._~+/=-]{8,}/gi,
    keeps: "first group",
  },
  { kind: "cookie", pattern: /\b((?:set-)?cookie["']?\s*:\s*["']?[\w.-]{1,80}=)(?!\[redacted)[^\s"';,]{8,}/gi, keeps: "first group" },
  { kind: "password", pattern: /\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/?#@"']*:)[^\s@/"']+(?=@)/gi, keeps: "first group" },
  { kind: "token", pattern: /\b(https?:\/\/)[A-Za-z0-9_-]{16,}(?=@)/gi, keeps: "first group" },
  {
    kind: "token",
    pattern:
      /([?&](?:access_token|refresh_token|id_token|client_secret|api_?key|token|password|sig|signature|x-amz-signature|x-goog-signature)=)[^\s&#"'<>[\]]{8,}/gi,
    keeps: "first group",
  },
  { kind: "password", pattern: /\b(machine\s+\S{1,200}\s+login\s+\S{1,200}\s+password\s+)[^\s"'[]{4,}/gi, keeps: "first group" },
  {
    kind: "secret",
    pattern:
      /(\s--(?:password|passwd|token|secret|api-key|access-token|auth-token|client-secret)(?:=|\s+)["']?)(?!\[redacted|[$<-])[^\s"'`\\]{8,}/g,
    keeps: "first group",
  },
  {
    kind: "secret",
    pattern: /\b((?:_auth(?:Token)?|aws_secret_access_key|aws_session_token)\s*=\s*)(?!\[redacted|\$)[^\s"';]{8,}/g,
    keeps: "first group",
  },
  {
    kind: "secret",
    pattern:
      /("(?:password|passwd|secret|client_?secret|api_?key|(?:access|refresh|auth|id)_?token|private_?key)"\s*:\s*")(?!\[redacted)[^\s"\\]{8,}(?=")/gi,
    keeps: "first group",
  },
  {
    kind: "secret",
    pattern:
      /\b([A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)["']?\s*[:=]\s*["']?)(?!\[redacted|\$|true\b|false\b|null\b|undefined\b|(?:process|import|os|env|config|settings)\.)[^\s"',;(){}[\]<>]{8,}/g,
    keeps: "first group",
  },
];

/** The cheapest thing that every shape has in common with nothing else; most lines have none and are returned as they are. */
export const SUSPICIOUS = new RegExp(
  [
    "[sr]k[-_]|pk_|AIza|GOCSPX|ya29|1\\/\\/0|xai-|hf_|r8_|pplx-|gh[pousr]_|github_pat|gl[a-z]{2,5}[-_]|npm_|pypi-|rubygems_|dckr_|cio[A-Za-z0-9]{32}",
    "xox|xapp|hooks\\.slack|webhook|[MNO][\\w-]{23,25}\\.[\\w-]{6}\\.|:[\\w-]{35}|SG\\.|key-|-us\\d|SK[0-9a-f]{32}|whsec_|sq0|shp(?:at|ca|pa|ss)_",
    "AKIA|ASIA|Key=|8Q~|_v1_|dapi|fm[12]|HRKU|nfp_|tskey|pscale_|sbp?_|hv[sbr]\\.|atlasv1|dp\\.|ops_|pul-|AT[AC]TT3|lin_|ntn_|secret_|pat[A-Za-z0-9]{14}\\.",
    "figd_|PMAK|NRAK|sntry|bkua_|CCIPAT|eyJ|PRIVATE KEY|SECRET-KEY|authorization|bearer|x-api|x-auth|x-goog|x-vault|x-amz|-token|cookie|:\\/\\/",
    "[?&](?:api|sig|token|pass)|login\\s|--pass|--secret|--api|_auth|_token|PASSW|SECRET|TOKEN|KEY",
  ].join("|"),
  "i",
);
