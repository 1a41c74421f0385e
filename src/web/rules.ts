// Who may in: what a request must show before anything else looks at it. Pure.

/** What the door looks at. Header values are as they came, null where there was none. */
export type Knock = {
  method: string;
  path: string;
  host: string | null;
  origin: string | null;
  fetchSite: string | null;
};

/** Turned away: the status and a sentence. */
export type Refusal = { status: 403 | 405 | 421; text: string };

const READS = new Set(["GET", "HEAD"]);

/**
 * A page on another name that was pointed at this machine sends its own Host; a page of another site that posts here
 * sends its own Origin. `hosts` are the values of Host that are this server's, such as `127.0.0.1:8765`.
 */
export function judgeKnock(knock: Knock, hosts: readonly string[], schemes: readonly string[]): Refusal | null {
  if (!knock.host || !hosts.includes(knock.host.toLowerCase())) return { status: 421, text: "This server does not go by that name." };
  const isOwnOrigin = knock.origin === null || schemes.some((scheme) => knock.origin === `${scheme}://${knock.host}`);
  if (!isOwnOrigin) return { status: 403, text: "Another site may not ask this." };
  if (READS.has(knock.method)) return null;
  if (knock.method !== "POST") return { status: 405, text: "Only GET, HEAD and POST." };
  return knock.fetchSite === null || knock.fetchSite === "same-origin" || knock.fetchSite === "none"
    ? null
    : { status: 403, text: "Another site may not ask this." };
}
