/** Makes the calls of `lib/protocol/calls.ts` over the chat's connection: a promise for each. */
import type { Calls, Method, Params, Result } from "@/lib/protocol/calls.ts";
import type { ErrorCode } from "@/lib/protocol/codes.ts";
import type { CallFrame, ServerFrame, TurnError } from "@/lib/protocol/v2.ts";

/** The progress that a method reports; `never` for most methods. */
export type Progress<M extends Method> = Calls[M] extends { progress: infer P } ? P : never;

export interface CallOptions<M extends Method> {
  /** Cancels the call; its promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
  onProgress?(value: Progress<M>): void;
}

/** Why a call failed: the server's refusal, or the connection. */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly code: ErrorCode;
  /** As the page's components show it. */
  readonly error: TurnError;

  constructor({ code, message, hint, retryAfter }: TurnError) {
    super(message);
    this.code = code;
    this.error = {
      code,
      message,
      ...(hint !== undefined && { hint }),
      ...(retryAfter !== undefined && { retryAfter }),
    };
  }
}

/** Methods that change nothing. They wait for a connection, and are sent again when it breaks; others are rejected. */
const READ_ONLY_METHODS: ReadonlySet<Method> = new Set<Method>([
  "conversations.list",
  "conversations.export",
  "context.use",
  "speech.turn",
  "speech.greeting",
  "speech.say",
  "voices.list",
  "speechModels.list",
  "turns.timings",
  "settings.read",
  "llm.preflight",
  "avatars.list",
  "characters.list",
  "guestLink.read",
]);

interface PendingCall {
  frame: CallFrame & { type: "call" };
  readOnly: boolean;
  sent: boolean;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
  progress(value: unknown): void;
  /** Stops listening to the caller's signal. */
  release(): void;
}

export class CallClient {
  readonly #send: (frame: CallFrame) => boolean;
  readonly #pending = new Map<string, PendingCall>();
  #connected = false;
  #lastId = 0;

  /** @param send sends a frame; false when there is no connection */
  constructor(send: (frame: CallFrame) => boolean) {
    this.#send = send;
  }

  /**
   * Calls a method on the server. Without a connection, a read-only method waits for one; any other is rejected.
   *
   * @throws {CallError} when the server refuses, or the connection breaks before a method that changes something has ended
   */
  call<M extends Method>(method: M, params: Params<M>, options: CallOptions<M> = {}): Promise<Result<M>> {
    const { signal, onProgress } = options;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const id = `call-${++this.#lastId}`;
    const cancel = () => this.#cancel(id, signal?.reason);
    const pending: PendingCall = {
      frame: { type: "call", id, method, params },
      readOnly: READ_ONLY_METHODS.has(method),
      sent: false,
      resolve,
      reject,
      progress: (value) => onProgress?.(value as Progress<M>),
      release: () => signal?.removeEventListener("abort", cancel),
    };
    if (signal?.aborted) reject(signal.reason);
    else {
      signal?.addEventListener("abort", cancel, { once: true });
      this.#pending.set(id, pending);
      if (this.#connected) pending.sent = this.#send(pending.frame);
      if (!pending.sent && !pending.readOnly) this.#remove(id)?.reject(offlineError(method));
    }
    // The page and the server come out of one build, so what a method gives is what its name promises.
    return promise as Promise<Result<M>>;
  }

  /** Takes in answers. One to a call that has ended, such as a cancelled one, is ignored. False: the frame is none. */
  receive(frame: ServerFrame): boolean {
    if (frame.type === "progress") this.#pending.get(frame.id)?.progress(frame.value);
    else if (frame.type === "result") this.#remove(frame.id)?.resolve(frame.value);
    else if (frame.type === "refused") this.#remove(frame.id)?.reject(new CallError(frame));
    else return false;
    return true;
  }

  /** The server has said welcome: calls that wait are sent. */
  connected(): void {
    this.#connected = true;
    for (const pending of this.#pending.values()) pending.sent ||= this.#send(pending.frame);
  }

  /** The connection is lost: read-only calls wait for the next one, others are rejected. */
  disconnected(): void {
    this.#connected = false;
    for (const [id, pending] of [...this.#pending]) {
      if (pending.readOnly) pending.sent = false;
      else this.#remove(id)?.reject(offlineError(pending.frame.method));
    }
  }

  /** Rejects every call that is open. */
  dispose(): void {
    this.#connected = false;
    for (const [id, { frame }] of [...this.#pending]) this.#remove(id)?.reject(offlineError(frame.method));
  }

  #cancel(id: string, reason: unknown): void {
    const pending = this.#remove(id);
    if (pending?.sent) this.#send({ type: "cancel", id });
    pending?.reject(reason);
  }

  #remove(id: string): PendingCall | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.release();
    return pending;
  }
}

function offlineError(method: string): CallError {
  return new CallError({ code: "offline", message: `The connection broke before the server could answer ${method}` });
}
