/**
 * Every code an error frame can carry, once. The page chooses its title and buttons by these, so a code stands for one
 * kind of failure: its title is true of every message that comes with it.
 */
export const ERROR_CODES = [
  /** Nothing answers at the address of the language model's server. */
  "llm_unreachable",
  /** A proxy answers in its place, and cannot reach it either. */
  "llm_bad_gateway",
  /** What answers at the address is something else, or the address is one that is not asked. */
  "llm_wrong_address",
  /** Whoever answers wants a password or a token first. */
  "llm_unauthorized",
  /** The server turns the request down. */
  "llm_refused",
  /** The server has too much to do. */
  "llm_busy",
  /** The model does not fit into the memory of the server's machine. */
  "llm_out_of_memory",
  /** The server reported a failure of its own, or sent what cannot be used. */
  "llm_failed",
  /** The server has no such feature. */
  "llm_unsupported",
  /** The model is not on the server, or none is chosen. */
  "model_missing",
  /** The conversation is longer than what the model can take. */
  "context_full",
  /** The model cannot see the images of a prompt. */
  "no_vision",
  /** A cloud model wants a sign-in. */
  "sign_in",
  /** What was being sent, an answer or a model, ended before its end. */
  "incomplete",
  /** The server went down in the middle of the answer. */
  "interrupted",
  /** Nothing, or nothing more, came within the time for it. */
  "timeout",
  /** What was asked for is not there. */
  "not_found",
  /** Only the owner may do this. */
  "forbidden",
  /** A value that cannot be taken; the message names it. */
  "bad_value",
  /** A sentence cannot be said aloud. */
  "voice_failed",
  /** The microphone cannot be listened to, or not any more. */
  "hearing_failed",
  /** Something was said that could not be understood; the microphone is listened to on. */
  "not_understood",
  /** Something must be fetched or set before the microphone can be listened to; the message says what. */
  "hearing_setup",
  /** Files of a voice or a recogniser cannot be fetched. */
  "download_failed",
  /** What is said cannot be stored now; the server keeps it and tries again. */
  "not_stored",
  /** The store of the conversations does not answer; nothing in it is lost. */
  "store_lost",
  /** The server cannot reach the others that it works with; it keeps what is said and goes on when it can. */
  "bus_lost",
  /** The client's frame could not be read. */
  "bad_frame",
  /** The prompt is empty. */
  "empty_prompt",
  /** A prompt or frame is longer than the limit. */
  "too_long",
  /** The session's queue is full. */
  "queue_full",
  /** More sockets, microphones, generations, calls or uploads than the server allows. */
  "too_many",
  /** A guest has used what it may, for now; `retryAfter` says until when, where that is a matter of time. */
  "quota_used",
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
