// The few system calls that Bun has no function for, opened on first use.
import { dlopen } from "bun:ffi";
import { Fault } from "./fault.ts";

const SYMBOLS = {
  fcntl: { args: ["i32", "i32", "ptr"], returns: "i32" },
  prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
  waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
  getpagesize: { args: [], returns: "i32" },
} as const;

function open() {
  if (process.platform !== "linux") {
    throw new Fault(
      "environment",
      `Runs need Linux for now; this is "${process.platform}".`,
      "Use a Linux machine, a container or a virtual machine.",
    );
  }
  return dlopen("libc.so.6", SYMBOLS).symbols;
}

let opened: ReturnType<typeof open> | undefined;

/** The C library. Opening costs time, so nothing that may not need it asks for it. Faults: `environment` where there is no Linux. */
export function libc(): ReturnType<typeof open> {
  opened ??= open();
  return opened;
}
