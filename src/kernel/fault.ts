// Expected failures: what went wrong in one sentence, and what the person can do about it.

/** The closed set of expected failures, with the exit code of the command line and the HTTP status of each. */
export const FAULTS = {
  invalid: { exit: 2, status: 422 },
  not_found: { exit: 3, status: 404 },
  conflict: { exit: 4, status: 409 },
  unavailable: { exit: 5, status: 503 },
  denied: { exit: 6, status: 403 },
  timeout: { exit: 7, status: 504 },
  environment: { exit: 8, status: 500 },
  failed: { exit: 9, status: 500 },
} as const;

export type FaultCode = keyof typeof FAULTS;

/** The exit code of a bug: a plain Error that nobody expected. */
export const BUG_EXIT = 1;

/**
 * An expected failure. Pure code returns it, effectful code throws it; only the command line, the web and hooks
 * catch it. `message` is a sentence with the offending value in quotes, `hint` names what to try next, `field` is the
 * part of the input that it is about, where there is one: a form shows it there.
 */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;
  readonly hint: string;
  readonly field: string | undefined;

  constructor(code: FaultCode, message: string, hint = "", options: { cause?: unknown; field?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = hint;
    this.field = options.field;
  }

  toJSON(): { code: FaultCode; message: string; hint: string } {
    return { code: this.code, message: this.message, hint: this.hint };
  }
}

/** True for a Fault, also for one that came through another copy of this file. */
export function isFault(value: unknown): value is Fault {
  return value instanceof Error && value.name === "Fault" && "code" in value && "hint" in value;
}

/** The Fault as one about this part of the input; anything else as it is. */
export function aboutField(thrown: unknown, field: string): unknown {
  return isFault(thrown) ? new Fault(thrown.code, thrown.message, thrown.hint, { cause: thrown, field }) : thrown;
}

/** Returns the value, or throws it when it is a Fault: the door from pure code into effectful code. */
export function unwrap<T>(value: T | Fault): T {
  if (value instanceof Fault) throw value;
  return value;
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
