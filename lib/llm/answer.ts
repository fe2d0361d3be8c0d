/** What is asked of Ollama over HTTP, and an answer that has begun. */

export interface Answer {
  status: number;
  headers: Headers;
  bytes: Bytes;
}

/** A body that is read piece by piece. */
export interface Bytes {
  /**
   * All that has come since the last read, or what comes next; undefined at the end. Good until the next read.
   *
   * @throws {TypeError} when the connection breaks off
   */
  read(): Promise<Uint8Array | undefined>;
  /** Nothing more is wanted: ends the body and its connection. A read that waits may end or fail. */
  close(): void;
}

/** How Ollama is asked: what of `fetch`'s options is needed for that. */
export interface Question {
  method: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  signal: AbortSignal;
}

/** How much is read at once, in bytes: some hundred of Ollama's lines. */
export const READ_BYTES = 16 * 1024;
