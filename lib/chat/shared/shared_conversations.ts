/** The conversations of this process that others may have open as well. */
import type { Bus } from "@/lib/bus/bus.ts";
import type { Processes } from "@/lib/bus/processes.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import type { OpenConversation } from "@/lib/chat/open_conversation.ts";
import { type Answer, COMMANDS, type Question } from "./command.ts";
import { SharedConversation, type SharedConversationOptions } from "./shared_conversation.ts";

/** What is announced when a session has gone on elsewhere. */
const MOVED = "moved";

/** How several processes share conversations. */
export interface Sharing {
  bus: Bus;
  processes: Processes;
}

/** What is a conversation's own in its options. */
type Own = "bus" | "processes" | "mayTake" | "firstSeq";

export interface SharedConversationsOptions extends Sharing {
  /** Those in memory, by id. */
  live: Map<string, OpenConversation>;
  /** A number that no frame of an earlier process has reached. */
  firstSeq: number;
  /** What each is made with. */
  options(id: string, owner: string): Omit<SharedConversationOptions, Own>;
  /** Another process has had something done in a conversation, which no session of this one may be in. */
  onAsked(conversation: SharedConversation): void;
  /** Another process has had a session go on in another conversation. */
  onMoved(session: string, conversation: string): void;
}

export class SharedConversations {
  readonly #options: SharedConversationsOptions;
  readonly #opening = new Map<string, Promise<SharedConversation>>();
  readonly #stops: (() => void)[];
  #leaving = false;

  constructor(options: SharedConversationsOptions) {
    this.#options = options;
    const { bus, processes } = options;
    bus.serve(COMMANDS, async (question) => JSON.stringify(await this.#answer(JSON.parse(question) as Question)));
    this.#stops = [
      processes.onDead((process) => this.#each("take over from a process", (one) => one.buried(process))),
      bus.hear(MOVED, (data, from) => {
        if (from === bus.self) return;
        const { session, conversation } = JSON.parse(data) as { session: string; conversation: string };
        options.onMoved(session, conversation);
      }),
      processes.onReturn(() => this.#each("look who has a conversation", (one) => one.verify())),
    ];
  }

  /** How many this process has the leases of. */
  get held(): number {
    return this.#all().filter(({ isHeld }) => isHeld).length;
  }

  /** A new one, which nobody else knows of yet. */
  create(id: string, owner: string): SharedConversation {
    const conversation = this.#make(id, owner);
    this.#options.live.set(id, conversation);
    return conversation;
  }

  /** The one of that id, followed from now on; undefined where there is none. */
  async open(id: string, owner: string): Promise<SharedConversation | undefined> {
    const conversation = await this.enter(id, owner);
    if (conversation.turns.length > 0 || conversation.isKnown) return conversation;
    this.#options.onAsked(conversation);
    return undefined;
  }

  /** The one of that id, followed from now on, although nothing may have been said in it. */
  async enter(id: string, owner: string): Promise<SharedConversation> {
    const live = this.#options.live.get(id);
    if (live instanceof SharedConversation) return live;
    const opening = this.#opening.get(id) ?? this.#load(id, owner).finally(() => this.#opening.delete(id));
    this.#opening.set(id, opening);
    return await opening;
  }

  /** The one of that id, if it is in memory. */
  get(id: string): SharedConversation | undefined {
    const live = this.#options.live.get(id);
    return live instanceof SharedConversation ? live : undefined;
  }

  /** Tells other processes that a session has gone on in another conversation. */
  tellMoved(session: string, conversation: string): void {
    this.#options.bus.announce(MOVED, JSON.stringify({ session, conversation }));
    const entered = this.#options.live.get(conversation);
    // What was made here is the others' as well from now on.
    if (entered instanceof SharedConversation) guarded("follow a conversation", () => entered.follow());
  }

  /**
   * Takes nothing over any more, and leaves everything to others: at once, or once the answer that is being made has
   * ended, which is waited for until `signal` is aborted.
   */
  async handOver(signal: AbortSignal): Promise<void> {
    this.#leaving = true;
    await Promise.all(this.#all().map((one) => one.handOver(signal)));
  }

  close(): void {
    this.#leaving = true;
    for (const stop of this.#stops) stop();
  }

  #all(): SharedConversation[] {
    return [...this.#options.live.values()].filter((one) => one instanceof SharedConversation);
  }

  #each(doing: string, run: (conversation: SharedConversation) => void | Promise<void>): void {
    for (const one of this.#all()) guarded(doing, () => run(one));
  }

  #make(id: string, owner: string): SharedConversation {
    const { bus, processes, firstSeq, options } = this.#options;
    return new SharedConversation({
      ...options(id, owner),
      bus,
      processes,
      mayTake: () => !this.#leaving,
      // So far apart that no number of one conversation is taken for another's.
      firstSeq: () => firstSeq + Math.floor(Math.random() * 2 ** 31),
    });
  }

  async #load(id: string, owner: string): Promise<SharedConversation> {
    const conversation = this.#make(id, owner);
    await conversation.load();
    this.#options.live.set(id, conversation);
    return conversation;
  }

  async #answer(question: Question): Promise<Answer> {
    const conversation = this.#options.live.get(question.conversation);
    if (!(conversation instanceof SharedConversation)) return { held: false };
    const answer = await conversation.answer(question);
    this.#options.onAsked(conversation);
    return answer;
  }
}
