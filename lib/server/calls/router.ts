/**
 * Answers calls, which pages make beside the conversation: finds the handler, checks the parameters, sends the result.
 */
import type { z } from "zod";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { faultOf } from "@/lib/chat/refusals.ts";
import type { Session } from "@/lib/chat/session.ts";
import type { Calls, Method, Params, Result } from "@/lib/protocol/calls.ts";
import { LlmError } from "@/lib/providers/provider.ts";
import { CALL_ROLES, isEnough } from "@/lib/protocol/roles.ts";
import type { CallAnswer, CallFrame, TurnError } from "@/lib/protocol/v2.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** Calls that one socket may have running at once. */
const MOST_RUNNING = 16;

/** What a method's `progress` frames carry; nothing for most methods. */
export type Progress<M extends Method> = Calls[M] extends { progress: infer P } ? P : never;

export interface CallContext<P = never> {
  /** Who asks. */
  readonly session: Session;
  /** Whether the page is open on the server's own machine. */
  readonly isLocal: boolean;
  /** Aborted when the page cancels the call, or its socket closes. */
  readonly signal: AbortSignal;
  /** Sends the page how far it is. What a slow socket has no room for is left out. */
  progress(value: P): void;
  /** The same for what must not be missing, however slow the socket is. */
  part(value: P): void;
}

/**
 * Does what a method promises. Throws {@linkcode RequestError} to tell the page why it cannot be done;
 * `LlmError` does as well, any other error is a fault of ours.
 */
export type Handler<M extends Method> = (params: unknown, context: CallContext<Progress<M>>) => Promise<Result<M>>;
export type Handlers = { [M in Method]?: Handler<M> };

/**
 * Makes a handler that is given only what `schema` lets through; a page that sends anything else is told which field.
 */
export function checked<M extends Method>(
  method: M,
  schema: z.ZodType<Params<M>>,
  run: (params: Params<M>, context: CallContext<Progress<M>>) => Promise<Result<M>> | Result<M>,
): { [K in M]: Handler<M> } {
  const handler: Handler<M> = async (params, context) => {
    const parsed = schema.safeParse(params);
    if (parsed.success) return await run(parsed.data, context);
    const what = parsed.error.issues.map(({ path, message }) => `${["params", ...path].join(".")}: ${message}`);
    throw new RequestError({ code: "bad_value", message: `Cannot take ${method}: ${what.join("; ")}` });
  };
  return { [method]: handler } as { [K in M]: Handler<M> };
}

/** Has the handler of each method. */
export class CallRouter {
  // What a method takes and gives is its handler's business; here it is passed on as it is.
  readonly #handlers = new Map<string, (params: unknown, context: CallContext) => Promise<unknown>>();

  /** Every method that has a handler. */
  get methods(): string[] {
    return [...this.#handlers.keys()];
  }

  /** @throws {Error} when a method has a handler already, or nobody has said who may call it */
  register(handlers: Handlers): void {
    for (const [method, handler] of Object.entries(handlers)) {
      if (!Object.hasOwn(CALL_ROLES, method)) {
        throw new Error(`Cannot register ${method}: it has no role in CALL_ROLES`);
      }
      if (this.#handlers.has(method)) throw new Error(`Cannot register ${method} twice`);
      this.#handlers.set(method, handler as (params: unknown, context: CallContext) => Promise<unknown>);
    }
  }

  /** @throws {RequestError} when nobody answers calls of that name, or the session's role is not enough for them */
  answer({ method, params }: { method: string; params: unknown }, context: CallContext): Promise<unknown> {
    const handler = this.#handlers.get(method);
    if (handler !== undefined) {
      if (isEnough(context.session.principal.role, CALL_ROLES[method as Method])) return handler(params, context);
      throw new RequestError({ code: "forbidden", message: `Cannot answer ${method}: it is for the owner alone` });
    }
    throw new RequestError({ code: "bad_frame", message: `Cannot answer the call: there is no method ${method}` });
  }
}

export interface CallConnectionOptions {
  router: CallRouter;
  session: Session;
  isLocal: boolean;
  /** Sends an answer, if the socket can still take one. */
  send(answer: CallAnswer): void;
  /** True when the socket has no room for what can be left out. */
  busy(): boolean;
}

/** The running calls of one socket. */
export class CallConnection {
  readonly #options: CallConnectionOptions;
  readonly #running = new Map<string, AbortController>();

  constructor(options: CallConnectionOptions) {
    this.#options = options;
  }

  /** @throws {SyntaxError} when a call of that id is running already */
  take(frame: CallFrame): void {
    if (frame.type === "cancel") {
      this.#running.get(frame.id)?.abort(new DOMException("Cancelled by the page", "AbortError"));
      return;
    }
    if (this.#running.has(frame.id)) throw new SyntaxError(`Cannot take the call: id ${frame.id} is running already`);
    guarded("answer a call", () => this.#run(frame));
  }

  /** Cancels everything: the page is gone. */
  dispose(): void {
    for (const controller of this.#running.values()) controller.abort(new DOMException("The page left", "AbortError"));
  }

  async #run({ id, ...call }: CallFrame & { type: "call" }): Promise<void> {
    const { router, session, isLocal, send, busy } = this.#options;
    const controller = new AbortController();
    const { signal } = controller;
    try {
      this.#checkRoom();
      this.#running.set(id, controller);
      const progress = (value: unknown) => {
        if (!signal.aborted && !busy()) send({ type: "progress", id, value });
      };
      const part = (value: unknown) => {
        if (!signal.aborted) send({ type: "progress", id, value });
      };
      const value = await router.answer(call, { session, isLocal, signal, progress, part });
      send({ type: "result", id, value });
    } catch (error) {
      send({ type: "refused", id, ...(signal.aborted ? CANCELLED : errorOf(error, call.method)) });
    } finally {
      if (this.#running.get(id) === controller) this.#running.delete(id);
    }
  }

  #checkRoom(): void {
    const running = this.#running.size;
    if (running < MOST_RUNNING) return;
    throw new RequestError({
      code: "too_many",
      message: `Cannot take the call: ${running} are running already`,
      hint: "Wait for one to end, or cancel it",
    });
  }
}

const CANCELLED: TurnError = { code: "cancelled", message: "The call was cancelled" };

function errorOf(error: unknown, method: string): TurnError {
  if (error instanceof RequestError) return error.error;
  if (error instanceof LlmError) return error.toTurnError();
  return faultOf(`answer ${method}`, error);
}
