/** For tests: conversations, by themselves or of a store, whose language model says nothing by itself. */
import { Conversation } from "./conversation.ts";
import type { ConversationOptions } from "./conversation_options.ts";
import { ConversationRegistry, type ConversationRegistryOptions } from "./conversation_registry.ts";
import { FakeModel } from "./fake_model.ts";
import type { LoggedFrame } from "./frame_log.ts";
import { OWNER } from "@/lib/principal.ts";
import type { Store } from "@/lib/store/store.ts";
import { within } from "@/tests/until.ts";

export function conversationWith(options: Partial<ConversationOptions> = {}): Conversation {
  return new Conversation({
    id: "c",
    owner: OWNER.id,
    turns: [],
    seq: 0,
    languageModel: new FakeModel(),
    queue: 1,
    request: () => ({ model: "m", messages: [] }),
    watch: () => () => {},
    onChange() {},
    onTruncate() {},
    ...options,
  });
}

export function registryOf(store: Store, more: Partial<ConversationRegistryOptions> = {}): ConversationRegistry {
  return new ConversationRegistry({
    store,
    epoch: 1,
    conversation: {
      languageModel: new FakeModel(),
      queue: 1,
      request: () => ({ model: "m", messages: [] }),
      watch: () => () => {},
    },
    onStoring() {},
    ...more,
  });
}

/** A conversation with somebody who watches it; the model is told the last prompt alone. Its first frame is number 101. */
export class ConversationHarness {
  readonly model = new FakeModel();
  readonly conversation: Conversation;
  restarts = 0;
  #from = 0;
  #woken: (() => void)[] = [];

  constructor(options: Partial<ConversationOptions> = {}) {
    this.conversation = conversationWith({
      seq: 100,
      languageModel: this.model,
      queue: 4,
      request: (turns) => ({ model: "m", messages: [{ role: "user", content: turns.at(-1)!.prompt }] }),
      ...options,
    });
    this.conversation.watchers.add({
      wake: () => this.#woken.splice(0).forEach((resolve) => resolve()),
      restart: () => {
        this.restarts++;
        this.#from = this.conversation.log.end;
      },
    });
  }

  /** What was sent since everything was sent anew. */
  get frames(): LoggedFrame[] {
    return this.conversation.log.readJoined(this.#from)!;
  }

  /** Resolves once the log holds a frame of this type for this turn. */
  async seen(type: LoggedFrame["type"], turn: string): Promise<LoggedFrame> {
    const wait = async (): Promise<LoggedFrame> => {
      for (;;) {
        const found = this.frames.find((frame) => frame.type === type && frame.turn === turn);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => this.#woken.push(resolve));
      }
    };
    return await within(`${type} of ${turn}`, wait());
  }
}
