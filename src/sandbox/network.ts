// Network `none` at level `namespace`: a network of its own that holds nothing but loopback.
import { call, must } from "./libc.ts";

const CLONE_NEWNET = 0x40000000;
const [AF_INET, SOCK_DGRAM_CLOEXEC] = [2, 0o2000002];
const SIOCSIFFLAGS = 0x8914;
const [IFF_UP, IFF_RUNNING] = [1, 0x40];
const IFREQ_BYTES = 40;
const IFREQ_FLAGS_AT = 16;

/** Leaves the machine's network and brings loopback up, so that tests can still talk to servers they start. */
export function leaveNetwork(): void {
  must("make its own network", "unshare", CLONE_NEWNET);
  const request = new Uint8Array(IFREQ_BYTES);
  request.set(Buffer.from("lo"));
  new DataView(request.buffer).setUint16(IFREQ_FLAGS_AT, IFF_UP | IFF_RUNNING, true);
  const socket = must("ask for loopback", "socket", AF_INET, SOCK_DGRAM_CLOEXEC, 0);
  must("bring loopback up", "ioctl", socket, SIOCSIFFLAGS, request);
  call("close_range", socket, socket, 0);
}
