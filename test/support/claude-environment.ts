// The variables with which a real agent speaks to the scripted server alone, and to nobody else.

/** Nothing listens there (the port of `discard`): whatever is not meant for loopback fails at once. */
const NOBODY_THERE = "http://127.0.0.1:9";

/** What an agent is given for a test; its key is none. https://docs.claude.com/en/docs/claude-code/settings#environment-variables */
export function agentEnvironment(serverUrl: string): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: serverUrl,
    ANTHROPIC_API_KEY: "dummy-key-of-a-test",
    HTTPS_PROXY: NOBODY_THERE,
    HTTP_PROXY: NOBODY_THERE,
    NO_PROXY: "127.0.0.1,localhost",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_ERROR_REPORTING: "1",
    DISABLE_TELEMETRY: "1",
  };
}
