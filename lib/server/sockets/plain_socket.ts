/** A socket that speaks the plain protocol: prompts in, their answers out in order, nothing kept. */
import type { Hub } from "@/lib/chat/hub.ts";
import { dropSocket, listen } from "./listen.ts";
import { PlainSender } from "./plain_sender.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { internalError } from "@/lib/telemetry/internal_error.ts";
import { runTurn } from "@/lib/chat/turn.ts";
import type { TurnEvent } from "@/lib/stages/events.ts";
import type { Principal } from "@/lib/principal.ts";
import { parsePlainPrompt, type PlainMessage } from "@/lib/protocol/plain.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** Serves one open or opening socket until it closes; that ends what is being answered. */
export function servePlain(socket: WebSocket, hub: Hub, principal: Principal, model: () => string): void {
  const gone = new AbortController();
  /** By this the demo remembers what was said, since no history comes with a prompt. */
  const user = crypto.randomUUID();
  const waiting: string[] = [];
  let running = false;

  const line = new PlainSender(socket, {
    backlogBytes: hub.limits.backlogBytes,
    onGivenUp: () => gone.abort(new DOMException("The client does not read", "AbortError")),
  });

  function take(data: unknown): void {
    hub.checkFrame(data);
    const prompt = parsePlainPrompt(data);
    hub.checkPrompt(prompt);
    if (running && waiting.length >= hub.limits.queue) {
      throw new RequestError({ code: "queue_full", message: `${waiting.length} prompts are waiting already` });
    }
    waiting.push(prompt);
    if (!running) guarded("answer a plain client", answerAll, () => dropSocket(socket));
  }

  async function answerAll(): Promise<void> {
    running = true;
    for (let prompt = waiting.shift(); prompt !== undefined; prompt = waiting.shift()) {
      if (gone.signal.aborted) return;
      line.send({ type: "start" });
      const messages = [{ role: "user" as const, content: prompt }];
      const watch = hub.watchTurn("plain");
      const emit = (event: TurnEvent) => {
        const message = plainMessageOf(event);
        if (message !== undefined) line.send(message);
        watch(event);
      };
      await runTurn(hub.languageModel, () => ({ model: model(), messages, user }), emit, gone.signal);
    }
    running = false;
  }

  const leave = hub.addConnection(socket, { principal, tell() {} });
  listen(socket, "message", (event) => {
    try {
      take(event.data);
    } catch (error) {
      const isTheirs = error instanceof SyntaxError || error instanceof RequestError;
      line.send(
        isTheirs ? { type: "error", message: error.message } : plainError(internalError("take a prompt", error)),
      );
    }
    // What still comes in after a close is nobody's.
  }, { signal: gone.signal });
  listen(socket, "close", () => {
    gone.abort(new DOMException("The client left", "AbortError"));
    line.dispose();
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
export function plainError({ message, hint }: TurnError): Extract<PlainMessage, { type: "error" }> {
  return { type: "error", message: hint === undefined ? message : `${message}: ${hint}` };
}
