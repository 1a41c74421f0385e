// What an internet address is for: the whole world, the networks around this machine, or this machine itself. Pure.

/** `public`: the internet. `private`: networks of a house or a company. `own`: this machine, its link, or nobody in particular. */
export type Reach = "public" | "private" | "own";

/** IPv4 blocks that are not the internet's, as prefix and length: https://www.iana.org/assignments/iana-ipv4-special-registry */
const BLOCKS: readonly [block: string, bits: number, reach: Reach][] = [
  ["0.0.0.0", 8, "own"],
  ["10.0.0.0", 8, "private"],
  ["100.64.0.0", 10, "private"],
  ["127.0.0.0", 8, "own"],
  // Link-local, where clouds hand a machine's credentials to whoever asks 169.254.169.254.
  ["169.254.0.0", 16, "own"],
  ["172.16.0.0", 12, "private"],
  ["192.0.0.0", 24, "own"],
  ["192.168.0.0", 16, "private"],
  ["198.18.0.0", 15, "private"],
  // Multicast, reserved, broadcast.
  ["224.0.0.0", 3, "own"],
];

/** The reach of an address as resolvers and URLs write it; what is no address at all is `own`, which nothing is let to by accident. */
export function reachOf(address: string): Reach {
  if (address.includes(":")) return reachOfSix(address);
  const number = fourOf(address);
  return number === null ? "own" : reachOfFour(number);
}

/** True for four numbers with dots: the one spelling of an IPv4 address that is not also a riddle. */
export function isAddress(text: string): boolean {
  return text.includes(":") || fourOf(text) !== null;
}

function reachOfFour(number: number): Reach {
  const found = BLOCKS.find(([block, bits]) => number >>> (32 - bits) === (fourOf(block) ?? 0) >>> (32 - bits));
  return found?.[2] ?? "public";
}

function fourOf(text: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return null;
  return parts.reduce((number, part) => number * 256 + part, 0);
}

/**
 * Only 2000::/3 is the internet (https://www.iana.org/assignments/ipv6-address-space). Of it, 6to4 and Teredo are ways
 * back to any IPv4 address, as are IPv4-mapped and NAT64 addresses: what they lead to counts, or else they are `own`.
 */
function reachOfSix(address: string): Reach {
  const groups = groupsOf(address);
  if (!groups) return "own";
  const [first = 0, second = 0] = groups;
  const isZero = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0);
  const isMapped = isZero(0, 5) && groups[5] === 0xffff;
  const isTranslated = first === 0x64 && second === 0xff9b && isZero(2, 6);
  if (isMapped || isTranslated) return reachOfFour((groups[6] ?? 0) * 65_536 + (groups[7] ?? 0));
  if (first >>> 9 === 0x7e) return "private"; // fc00::/7
  const isTunnel = first === 0x2002 || (first === 0x2001 && second === 0);
  return first >>> 13 === 1 && !isTunnel ? "public" : "own";
}

function groupsOf(address: string): number[] | null {
  const tail = /(?<=:)\d+\.\d+\.\d+\.\d+$/.exec(address)?.[0];
  const four = tail === undefined ? 0 : fourOf(tail);
  if (four === null) return null;
  const whole = tail === undefined ? address : address.slice(0, -tail.length) + [four >>> 16, four & 0xffff].map(hex).join(":");
  const [head = "", rest] = whole.split("::");
  const parse = (text: string) =>
    text === "" ? [] : text.split(":").map((group) => (/^[0-9a-f]{1,4}$/i.test(group) ? Number.parseInt(group, 16) : -1));
  const [before, after] = [parse(head), parse(rest ?? "")];
  const groups =
    rest === undefined ? before : [...before, ...Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after];
  return groups.length === 8 && !groups.includes(-1) ? groups : null;
}

function hex(number: number): string {
  return number.toString(16);
}
