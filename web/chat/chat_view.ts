/** The conversation as signals, which components show: written at most once a frame of the screen. */
import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { CharacterInfo, Status, TurnError } from "@/lib/protocol/v2.ts";
import { type Announcement, Announcer } from "./announcer.ts";
import {
  type ConversationState,
  EMPTY_CONVERSATION,
  type GreetingChoice,
  greetingChoice,
  streamingTurn,
  type Turn,
  visibleTurns,
} from "./conversation.ts";
import { speech } from "@/web/presence/presence.ts";

export interface ChatViewOptions {
  /** The conversation as it is now. */
  state(): ConversationState;
  /** Which of the character's greetings is chosen, from 0. */
  greeting(): number;
  /** Calls back before the next picture is drawn, once. */
  nextFrame(callback: () => void): void;
  /** Called with what is written, as a part of it. */
  onPublish(): void;
}

export class ChatView {
  readonly #options: ChatViewOptions;
  readonly #turns = signal<readonly Turn[]>([]);
  readonly #status = signal<Status | null>(null);
  readonly #character = signal<CharacterInfo | null>(null);
  readonly #greeting = signal<GreetingChoice>(greetingChoice(EMPTY_CONVERSATION));
  readonly #notice = signal<TurnError | null>(null);
  readonly #announcer = new Announcer();
  #published: readonly Turn[];
  #publishing = false;
  #disposed = false;

  constructor(options: ChatViewOptions) {
    this.#options = options;
    this.#published = options.state().turns;
    this.#turns.value = visibleTurns(this.#published);
  }

  /** Turns to show, oldest first. A turn that did not change stays the same object. */
  get turns(): ReadonlySignal<readonly Turn[]> {
    return this.#turns;
  }

  get status(): ReadonlySignal<Status | null> {
    return this.#status;
  }

  get character(): ReadonlySignal<CharacterInfo | null> {
    return this.#character;
  }

  get greeting(): ReadonlySignal<GreetingChoice> {
    return this.#greeting;
  }

  get notice(): ReadonlySignal<TurnError | null> {
    return this.#notice;
  }

  get announcements(): ReadonlySignal<readonly Announcement[]> {
    return this.#announcer.announcements;
  }

  /** Turns that are not announced: what was said before this page came. */
  skip(turns: Parameters<Announcer["skip"]>[0]): void {
    this.#announcer.skip(turns);
  }

  /** For what the user did: shown at once. */
  publish(): void {
    const state = this.#options.state();
    const { turns, status, character, notice } = state;
    batch(() => {
      if (turns !== this.#published) this.#turns.value = visibleTurns(turns);
      this.#published = turns;
      this.#status.value = status;
      this.#character.value = character;
      this.#greeting.value = greetingChoice(state, this.#options.greeting());
      this.#notice.value = notice;
      const streaming = streamingTurn(turns);
      speech.value = streaming === undefined ? null : { turn: streaming.turn, text: streaming.text };
      this.#options.onPublish();
      this.#announcer.update(turns);
    });
  }

  /** For what the server sent: however fast it comes, the screen changes once a frame. */
  publishSoon(): void {
    if (this.#publishing) return;
    this.#publishing = true;
    this.#options.nextFrame(() => {
      this.#publishing = false;
      if (!this.#disposed) this.publish();
    });
  }

  dispose(): void {
    this.#disposed = true;
    speech.value = null;
  }
}
