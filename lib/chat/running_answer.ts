/** An answer while it is made: held back at first, and told from then on when it is a turn's. */
import type { ConversationSpeech } from "./conversation_speech.ts";
import { Gate } from "./gate.ts";
import { keepAnswer } from "./kept_answer.ts";
import { type LanguageModel, runTurn } from "./turn.ts";
import type { TurnJournal } from "./turn_journal.ts";
import type { TurnStage } from "@/lib/protocol/calls.ts";
import type { GenerateRequest } from "@/lib/providers/provider.ts";
import type { Emit, TurnEvent, Usage } from "@/lib/stages/events.ts";
import type { StoredTurn } from "@/lib/store/store.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import { internalError } from "@/lib/telemetry/internal_error.ts";
import type { TurnSpeech } from "@/lib/voice/turn_speech.ts";

export interface RunningAnswerOptions {
  /** What it is written into; it is `streaming`. It may have the beginning of an answer, to be gone on with. */
  record: StoredTurn;
  languageModel: LanguageModel;
  request(): GenerateRequest;
  journal: TurnJournal;
  speech: ConversationSpeech;
  /** Whether feelings are guessed where the model marks none. Default: they are not. */
  classifier?: (() => boolean) | undefined;
  /** Makes what follows the events, once they are told. It must not throw. */
  watch(): Emit;
  onReached(stage: TurnStage): void;
  /** Called at the end, with what the model's server has counted. */
  onUsage(usage: Usage | undefined): void;
}

/**
 * Asks at once. Until {@linkcode tell} nobody but its voice learns what comes, so that it can still be as if it had
 * never been asked for: {@linkcode discard}.
 */
export class RunningAnswer {
  readonly record: StoredTurn;
  /** Resolves when it has ended, in whatever way. Never rejects. */
  readonly finished: Promise<void>;
  readonly #controller = new AbortController();
  readonly #gate = new Gate();
  readonly #speech: TurnSpeech | undefined;
  #failed = false;

  constructor(options: RunningAnswerOptions) {
    const { record, speech } = options;
    const { turn, prompt, text } = record;
    this.record = record;
    this.#speech = speech.open({ turn, prompt, at: text.length, gate: this.#gate });
    this.#gate.pass(() => speech.begin(turn, this.#speech));
    this.finished = this.#run(options);
  }

  /** True once it has ended by a failure, told or not. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Tells what there is of it, and from now on what comes, as it comes. */
  tell(): void {
    this.#gate.open();
  }

  /** Ends it as cancelled, with what there is of it. */
  abort(why: string): void {
    this.#controller.abort(new DOMException(why, "AbortError"));
  }

  /** Ends one that nobody was told of: its request is aborted, its sounds are freed. */
  discard(why: string): void {
    this.abort(why);
    guarded("free the sounds of an answer that is not wanted", () => this.#speech?.discard());
  }

  /** Never throws, since other turns wait for this one: whatever goes wrong is the end of this one alone. */
  async #run(options: RunningAnswerOptions): Promise<void> {
    const { record, journal, languageModel, request, watch, classifier } = options;
    try {
      const keep = keepAnswer({
        ...options,
        gate: this.#gate,
        speech: this.#speech,
        guessing: classifier?.() ?? false,
        onFault: (error) => this.#controller.abort(error),
      });
      let follow: Emit = () => {};
      this.#gate.pass(() => follow = watch());
      const emit = (event: TurnEvent) => {
        if (event.type === "error") this.#failed = true;
        keep(event);
        this.#gate.pass(() => follow(event));
      };
      await runTurn(languageModel, request, emit, this.#controller.signal);
    } catch (error) {
      this.#failed = true;
      const fault = internalError("answer a prompt", error);
      this.#gate.pass(() => {
        if (record.state === "streaming") journal.fail(record, fault);
      });
    }
  }
}
