// Cutting a stream of bytes into lines with bounded memory, whatever the bytes are.

/** A line too long to hold: its bytes go through here as they come. */
export type LongLine = { write(bytes: Uint8Array): void; end(): void };

export type LineReader = {
  /** The next bytes of the stream; the reader keeps no reference to them. */
  push(bytes: Uint8Array): void;
  /** The end of the stream; what is left without a newline is a line. */
  end(): void;
};

/** Bytes of one line held in memory; as JSON with every byte escaped it may still exceed an event, which the recorder checks. */
export const HELD_LINE_BYTES = 48_000;

const NEWLINE = 10;

/** Calls `onLine` for each line without its newline, and `onLong` at the start of each that exceeds HELD_LINE_BYTES. */
export function readLines(onLine: (line: Uint8Array) => void, onLong: () => LongLine): LineReader {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let long: LongLine | undefined;

  function hold(part: Uint8Array): void {
    heldBytes += part.length;
    if (heldBytes <= HELD_LINE_BYTES) {
      if (part.length > 0) held.push(part.slice());
      return;
    }
    long ??= onLong();
    for (const earlier of held) long.write(earlier);
    held = [];
    long.write(part);
  }

  function finish(): void {
    if (long) long.end();
    else onLine(Buffer.concat(held));
    long = undefined;
    held = [];
    heldBytes = 0;
  }

  return {
    push(bytes) {
      let from = 0;
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
        hold(bytes.subarray(from, at));
        finish();
        from = at + 1;
      }
      hold(bytes.subarray(from));
    },
    end() {
      if (long || heldBytes > 0) finish();
    },
  };
}
