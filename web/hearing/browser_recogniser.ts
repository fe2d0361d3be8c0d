/** What the browser itself understands of the microphone: SpeechRecognition, where it has one. */
import { newId } from "@/web/browser/new_id.ts";
import { type Trouble, troubleOf } from "./trouble.ts";

/** What of a browser's recognition is used; TypeScript has no types for it. */
export interface Recognition extends EventTarget {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  /** Whether it must do without its maker's servers. Absent in browsers that do not say. */
  processLocally?: boolean;
  start(): void;
  abort(): void;
}

export interface RecognitionMaker {
  new (): Recognition;
  /** Whether it can be done, here on the device. Absent in browsers that do not say. */
  available?(options: { langs: string[]; processLocally: boolean }): Promise<string>;
}

interface RecognitionResults extends Event {
  results: ArrayLike<{ isFinal: boolean; 0?: { transcript: string } }>;
  resultIndex: number;
}

export interface RecogniserHandlers {
  /** `id` is one utterance's, whose text grows until it is final. */
  onText(id: string, text: string, final: boolean): void;
  onSpeaking(speaking: boolean): void;
  /** `away`: the sound goes to the maker of the browser. */
  onPlace(away: boolean): void;
  onFailed(trouble: Trouble): void;
}

/** Milliseconds after which it is begun again where it has ended: some end at once, again and again. */
const AGAIN_MS = 250;
/** What `error` events say that is no reason to end. */
const HARMLESS: readonly string[] = ["no-speech", "aborted"];

const TROUBLES: Readonly<Record<string, Trouble["kind"]>> = {
  "not-allowed": "refused",
  "service-not-allowed": "refused",
  "audio-capture": "missing",
};

/** The browser's recognition; undefined where it has none. */
export function recognitionOf(scope: object = globalThis): RecognitionMaker | undefined {
  const { SpeechRecognition, webkitSpeechRecognition } = scope as Record<string, RecognitionMaker | undefined>;
  return SpeechRecognition ?? webkitSpeechRecognition;
}

export class BrowserRecogniser {
  readonly #maker: RecognitionMaker;
  readonly #language: string;
  readonly #handlers: RecogniserHandlers;
  readonly #end = new AbortController();
  #running: { recognition: Recognition; end: AbortController } | null = null;
  #paused = false;
  #isLocal: boolean | null = null;
  /** What is being said, and is not final yet. */
  #growing: { id: string; text: string } | null = null;

  /** @param language BCP 47 */
  constructor(maker: RecognitionMaker, language: string, handlers: RecogniserHandlers) {
    this.#maker = maker;
    this.#language = language;
    this.#handlers = handlers;
    void this.#open();
  }

  /** Does not listen for now, and forgets what was being said. */
  pause(): void {
    this.#paused = true;
    this.#stop();
  }

  resume(): void {
    this.#paused = false;
    this.#start();
  }

  /** Takes what was being said as it is, and ends. */
  finish(): void {
    const growing = this.#growing;
    this.dispose();
    if (growing !== null) this.#handlers.onText(growing.id, growing.text, true);
  }

  dispose(): void {
    this.#end.abort();
    this.#stop();
  }

  async #open(): Promise<void> {
    const options = { langs: [this.#language], processLocally: true };
    // Whoever does not say so may send it anywhere.
    const found = await this.#maker.available?.(options).catch(() => "unavailable");
    if (this.#end.signal.aborted) return;
    this.#isLocal = found === "available";
    this.#handlers.onPlace(!this.#isLocal);
    this.#start();
  }

  #start(): void {
    if (this.#running !== null || this.#paused || this.#isLocal === null || this.#end.signal.aborted) return;
    const recognition = new this.#maker();
    const end = new AbortController();
    const { signal } = end;
    recognition.lang = this.#language;
    recognition.continuous = true;
    recognition.interimResults = true;
    if (this.#isLocal) recognition.processLocally = true;
    const ids = new Map<number, string>();
    const on = (type: string, listener: (event: Event) => void) =>
      recognition.addEventListener(type, listener, { signal });
    on("result", (event) => this.#onResults(event as RecognitionResults, ids));
    on("speechstart", () => this.#handlers.onSpeaking(true));
    on("speechend", () => this.#handlers.onSpeaking(false));
    on("error", (event) => {
      const { error } = event as Event & { error: string };
      if (HARMLESS.includes(error)) return;
      this.dispose();
      this.#handlers.onFailed({ kind: TROUBLES[error] ?? "failed", message: error });
    });
    // Browsers end it after a silence, or after a minute.
    on("end", () => {
      this.#stop();
      const timer = setTimeout(() => this.#start(), AGAIN_MS);
      this.#end.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
    });
    this.#running = { recognition, end };
    try {
      recognition.start();
    } catch (error) {
      this.dispose();
      this.#handlers.onFailed(troubleOf(error));
    }
  }

  #stop(): void {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    this.#growing = null;
    running.end.abort();
    running.recognition.abort();
    this.#handlers.onSpeaking(false);
  }

  #onResults({ results, resultIndex }: RecognitionResults, ids: Map<number, string>): void {
    for (let index = resultIndex; index < results.length; index++) {
      const result = results[index]!;
      const text = result[0]?.transcript.trim() ?? "";
      if (!ids.has(index)) {
        if (text === "") continue;
        ids.set(index, newId());
      }
      const id = ids.get(index)!;
      this.#growing = result.isFinal ? null : { id, text };
      this.#handlers.onText(id, text, result.isFinal);
    }
  }
}
