/** Every code an error frame can carry, once. The page chooses its words and buttons by these. */
export const ERROR_CODES = [
  /** Nothing listens at the address of Ollama. */
  "ollama_unreachable",
  /** Something answers at Ollama's address that is not Ollama, or refuses us. */
  "ollama_refused",
  /** The model is not pulled. */
  "model_missing",
  /** Ollama is busy, or out of memory. */
  "ollama_busy",
  /** Ollama reported a failure of its own. */
  "ollama_failed",
  /** A cloud model wants a sign-in. */
  "sign_in",
  /** The stream ended before the model said it was done. */
  "incomplete",
  /** The server went down in the middle of the answer. */
  "interrupted",
  /** No first word, or no further word, within the configured time. */
  "timeout",
  /** What was asked for is not there. */
  "not_found",
  /** Only the owner may do this. */
  "forbidden",
  /** A value that cannot be taken; the message names it. */
  "bad_value",
  /** What is said cannot be stored now; the server keeps it and tries again. */
  "not_stored",
  /** The client's frame could not be read. */
  "bad_frame",
  /** The prompt is empty. */
  "empty_prompt",
  /** A prompt or frame is longer than the limit. */
  "too_long",
  /** The session's queue is full. */
  "queue_full",
  /** More sockets or generations than the server allows. */
  "too_many",
  /** The page cancelled the call. */
  "cancelled",
  /** The server is going down. */
  "shutting_down",
  /** The page has no line to the server. The page's own: never on the wire. */
  "offline",
  /** A fault of ours. */
  "internal",
] as const;

export type ErrorCode = typeof ERROR_CODES[number];
