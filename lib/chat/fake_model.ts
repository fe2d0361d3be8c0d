/** For tests: a language model whose every word the test decides, when it decides. */
import type { LanguageModel, Opened } from "./turn.ts";
import type { GenerateRequest, LlmEvent } from "@/lib/providers/provider.ts";
import { within } from "@/tests/until.ts";

/** One answer in the test's hands. */
export class FakeAnswer {
  readonly signal: AbortSignal;
  readonly request: GenerateRequest;
  #controller!: ReadableStreamDefaultController<LlmEvent>;
  readonly events: ReadableStream<LlmEvent>;

  constructor(request: GenerateRequest, signal: AbortSignal) {
    this.request = request;
    this.signal = signal;
    this.events = new ReadableStream({ start: (controller) => void (this.#controller = controller) });
    signal.addEventListener("abort", () => this.fail(signal.reason));
  }

  say(text: string): void {
    this.#controller.enqueue({ type: "text", text });
  }

  think(text: string): void {
    this.#controller.enqueue({ type: "thinking", text });
  }

  end(reason = "stop", counted: { promptTokens?: number; outputTokens?: number } = {}): void {
    this.#controller.enqueue({ type: "done", reason, ...counted });
    this.#controller.close();
  }

  fail(error: unknown): void {
    this.#controller.error(error);
  }
}

export class FakeModel implements LanguageModel {
  readonly answers: FakeAnswer[] = [];
  #waiting: { at: number; resolve(answer: FakeAnswer): void }[] = [];

  open(request: GenerateRequest, { signal }: { signal: AbortSignal }): Promise<Opened> {
    const answer = new FakeAnswer(request, signal);
    this.answers.push(answer);
    for (const { resolve } of this.#waiting.filter(({ at }) => at === this.answers.length - 1)) resolve(answer);
    return Promise.resolve({ provider: "demo", model: request.model, events: answer.events });
  }

  /** The answer to the prompt number `index`, as soon as it is asked for. */
  answer(index: number): Promise<FakeAnswer> {
    const there = this.answers[index];
    if (there !== undefined) return Promise.resolve(there);
    const asked = new Promise<FakeAnswer>((resolve) => this.#waiting.push({ at: index, resolve }));
    return within(`prompt ${index} reaches the model`, asked);
  }
}
