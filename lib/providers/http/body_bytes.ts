export interface BodyOptions {
  /** Ends the reading, also of a silent connection. */
  signal: AbortSignal;
  /** Waits for a read, where it must not take for ever. */
  during?<T>(read: Promise<T>): Promise<T>;
}

/**
 * The bytes of a body as they come. Leaving the loop over them closes it; so does the signal.
 *
 * @throws the reason of `signal`
 */
export async function* bodyBytes({ body }: Pick<Response, "body">, options: BodyOptions): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const { signal } = options;
  const reader = body.getReader();
  const close = () => void reader.cancel().catch(() => {/* Closed already: that is all we want. */});
  // Deno's fetch forgets its signal once the Response is garbage, while its body is still being read: no abort would
  // reach a silent connection then.
  signal.addEventListener("abort", close, { once: true });
  try {
    while (true) {
      const read = reader.read();
      const { value, done } = await (options.during?.(read) ?? read);
      // A body that was closed from here looks as if it had come to its end.
      signal.throwIfAborted();
      if (done) return;
      if (value.length > 0) yield value;
    }
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}
