/** A socket that speaks the plain protocol: prompts in, their answers out in order, nothing kept. */
import type { Connections } from "./connections.ts";
import { dropSocket, listen } from "./listen.ts";
import { PlainSender } from "./plain_sender.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { internalError } from "@/lib/telemetry/internal_error.ts";
import type { RequestLimits } from "@/lib/chat/request_limits.ts";
import { type LanguageModel, runTurn } from "@/lib/chat/turn.ts";
import type { Emit, TurnEvent } from "@/lib/stages/events.ts";
import type { Principal } from "@/lib/principal.ts";
import { parsePlainPrompt, type PlainMessage } from "@/lib/protocol/plain.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";
import type { GuestQuotas } from "@/lib/quota/guest_quotas.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** What plain sockets are served with. */
export interface PlainServices {
  connections: Connections;
  requestLimits: RequestLimits;
  /** Bytes that may wait for a client that reads slowly. */
  backlogBytes: number;
  /** How many prompts may wait behind the running one. */
  queue: number;
  languageModel: LanguageModel;
  /** What guests may use. */
  quotas: GuestQuotas;
  /** The name of the model that answers. */
  model(): string;
  /** Makes what follows the events of one turn, for the log and the metrics. It must not throw. */
  watch(): Emit;
}

/** Serves one open or opening socket until it closes; that ends what is being answered. */
export function servePlain(socket: WebSocket, services: PlainServices, principal: Principal): void {
  const { connections, requestLimits, languageModel, model, quotas } = services;
  const gone = new AbortController();
  /** The demo remembers earlier prompts by this id, since no history comes with a prompt. */
  const user = crypto.randomUUID();
  const waiting: string[] = [];
  let running = false;

  const sender = new PlainSender(socket, {
    backlogBytes: services.backlogBytes,
    onGivenUp: () => gone.abort(new DOMException("The client does not read", "AbortError")),
  });

  function take(data: unknown): void {
    requestLimits.checkFrame(data);
    const prompt = parsePlainPrompt(data);
    requestLimits.checkPrompt(prompt);
    if (running && waiting.length >= services.queue) {
      throw new RequestError({ code: "queue_full", message: `${waiting.length} prompts are waiting already` });
    }
    waiting.push(prompt);
    if (!running) guarded("answer a plain client", answerAll, () => dropSocket(socket));
  }

  async function answerAll(): Promise<void> {
    running = true;
    for (let prompt = waiting.shift(); prompt !== undefined; prompt = waiting.shift()) {
      if (gone.signal.aborted) return;
      try {
        if (principal.role !== "owner") await quotas.prompt(principal.id, prompt);
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        sender.send(plainError(error.error));
        continue;
      }
      sender.send({ type: "start" });
      let characters = 0;
      const messages = [{ role: "user" as const, content: prompt }];
      const watch = services.watch();
      const emit = (event: TurnEvent) => {
        const message = plainMessageOf(event);
        if (message !== undefined) sender.send(message);
        if (message?.type === "chunk") characters += message.data.length;
        watch(event);
      };
      await runTurn(languageModel, () => ({ model: model(), messages, user }), emit, gone.signal);
      await quotas.answered(principal.id, characters);
    }
    running = false;
  }

  const leave = connections.add(socket, { principal, busy: () => running, send() {} });
  listen(socket, "message", (event) => {
    try {
      take(event.data);
    } catch (error) {
      const isTheirs = error instanceof SyntaxError || error instanceof RequestError;
      sender.send(
        isTheirs ? { type: "error", message: error.message } : plainError(internalError("take a prompt", error)),
      );
    }
    // What still comes in after a close is ignored.
  }, { signal: gone.signal });
  listen(socket, "close", () => {
    gone.abort(new DOMException("The client left", "AbortError"));
    sender.dispose();
    leave();
  }, { once: true });
}

/** An event of a turn in the plain protocol, which knows no thoughts and no feelings. */
function plainMessageOf(event: TurnEvent): PlainMessage | undefined {
  if (event.type === "text") return { type: "chunk", data: event.data };
  if (event.type === "end") return { type: "end" };
  if (event.type === "error") return plainError(event.error);
}

/** An error in the plain protocol, which has one text for all there is to say. */
export function plainError({ message, hint, retryAfter }: TurnError): Extract<PlainMessage, { type: "error" }> {
  const further = hint ?? (retryAfter && `try again in ${retryAfter} s`);
  return { type: "error", message: further === undefined ? message : `${message}: ${further}` };
}
