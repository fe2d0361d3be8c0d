/** A socket that speaks the plain protocol: prompts in, their answers out in order, nothing kept. */
import type { Hub } from "./hub.ts";
import { PromptRefused } from "./session.ts";
import { runTurn, type TurnSink } from "./turn.ts";
import { parsePlainPrompt, type PlainMessage } from "@/lib/protocol/plain.ts";

/** Serves one open or opening socket until it closes; that ends what is being answered. */
export function servePlain(socket: WebSocket, hub: Hub, model: () => string): void {
  const gone = new AbortController();
  const waiting: string[] = [];
  let running = false;

  function send(message: PlainMessage): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  function take(data: unknown): void {
    hub.checkFrame(data);
    const prompt = parsePlainPrompt(data);
    hub.checkPrompt(prompt);
    if (running && waiting.length >= hub.limits.queue) {
      throw new PromptRefused({ code: "queue_full", message: `${waiting.length} prompts are waiting already` });
    }
    waiting.push(prompt);
    if (!running) void answerAll();
  }

  async function answerAll(): Promise<void> {
    running = true;
    for (let prompt = waiting.shift(); prompt !== undefined; prompt = waiting.shift()) {
      if (gone.signal.aborted) return;
      send({ type: "start" });
      const request = { model: model(), messages: [{ role: "user" as const, content: prompt }] };
      const sink: TurnSink = {
        start() {},
        text: (data) => send({ type: "chunk", data }),
        thinking() {},
        end: () => send({ type: "end" }),
        fail: ({ message, hint }) =>
          send({ type: "error", message: hint === undefined ? message : `${message}: ${hint}` }),
      };
      await runTurn(hub.brain, request, hub.watch(sink, "plain"), gone.signal);
    }
    running = false;
  }

  const leave = hub.enter(socket, { ping() {}, status() {} });
  socket.addEventListener("message", (event) => {
    try {
      take(event.data);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof PromptRefused)) throw error;
      send({ type: "error", message: error.message });
    }
  });
  socket.addEventListener("close", () => {
    gone.abort(new DOMException("The client left", "AbortError"));
    leave();
  });
}
