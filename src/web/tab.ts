// One open tab: the stream to it, bounded, and what it shows so far.

/**
 * What may wait for a tab that does not read, in bytes, beyond what the kernel's sockets hold. A tab that is behind by more is
 * dropped and comes back for the state as it is then, which is less than all that it missed.
 */
export const TAB_BYTES = 1_000_000;

export type Tab = {
  /** What the tab shows, as the id of the last event that it was sent: see live-state.ts. */
  state: string;
  readonly answer: Response;
  /** False when the tab was dropped because it does not read. */
  send(bytes: Uint8Array): boolean;
  /** Ends the stream after what was sent. */
  end(): void;
};

/** `gone` is called once when the browser has closed the stream, and never when this side did. */
export function openTab(state: string, gone: () => void): Tab {
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        stream = controller;
        controller.enqueue(OPENED); // Headers leave with the first bytes.
      },
      cancel() {
        stream = undefined;
        gone();
      },
    },
    { highWaterMark: TAB_BYTES, size: (chunk) => chunk?.byteLength ?? 0 },
  );
  const tab: Tab = {
    state,
    // A proxy that gathers what it passes on would keep events until there are many: https://nginx.org/en/docs/http/ngx_http_proxy_module.html
    answer: new Response(body, { headers: { "content-type": "text/event-stream", "x-accel-buffering": "no" } }),
    send(bytes) {
      if (!stream) return false;
      if ((stream.desiredSize ?? 0) > 0) {
        stream.enqueue(bytes);
        return true;
      }
      stream.error(undefined); // Cuts the connection and frees what waits; an error with a text would be printed.
      stream = undefined;
      return false;
    },
    end() {
      stream?.close();
      stream = undefined;
    },
  };
  return tab;
}

const text = new TextEncoder();
/** A comment, which browsers pass over. */
const OPENED = text.encode(": live\n\n");

/** An event of a stream. Every line of the data is a line of its own: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function encodeEvent(event: { id?: string; name?: string; data: string }): Uint8Array {
  const lines = event.data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  const id = event.id === undefined ? "" : `id: ${event.id}\n`;
  const name = event.name === undefined ? "" : `event: ${event.name}\n`;
  return text.encode(`${id}${name}${lines.join("")}\n`);
}

/**
 * A part of a message that htmx puts into the page. htmx looks for its own tags in the text of a message, also inside of
 * attributes, where views leave `<` as it is: whoever writes a task's title must not be able to say such a tag.
 */
export function partial(target: string, swap: string, html: string): string {
  return `<hx-partial hx-target="${target}" hx-swap="${swap}">${html.replace(HTMX_TAG, "&lt;")}</hx-partial>`;
}

/** What htmx 4.0.1 replaces or takes out of a text before it is parsed (`#makeFragment`). */
const HTMX_TAG = /<(?=\/?hx-|\/?head[\s>])/gi;
