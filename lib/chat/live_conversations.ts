/** The conversations in memory: those that a session is in, or that are being answered. Each is there at most once. */
import { Conversation } from "./conversation.ts";
import type { ConversationOptions } from "./conversation_options.ts";
import { firstSeq } from "./epoch.ts";
import type { OpenConversation } from "./open_conversation.ts";
import { INTERRUPTED } from "./refusals.ts";
import { SharedConversation } from "./shared/shared_conversation.ts";
import { OWNER } from "@/lib/principal.ts";
import type { StoredTurn } from "@/lib/store/store.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** What each conversation is made with, beside what is its own. */
export type ConversationDefaults = Omit<
  ConversationOptions,
  "id" | "owner" | "turns" | "seq" | "shared" | "onChange" | "onTruncate"
>;

export interface LiveConversationsOptions {
  /** This process's, as `claimEpoch()` gives it: numbers of frames begin with it. */
  epoch: number;
  conversation: ConversationDefaults;
  /** Called with each turn whose record has changed. */
  onChange(id: string, turn: StoredTurn): void;
  /** Called with the id of a turn that was taken out, with all after it. */
  onTruncate(id: string, turn: string): void;
}

export class LiveConversations {
  /** By their ids. */
  readonly all = new Map<string, OpenConversation>();
  readonly #options: LiveConversationsOptions;
  #nextSeq: number;

  constructor(options: LiveConversationsOptions) {
    this.#options = options;
    this.#nextSeq = firstSeq(options.epoch);
  }

  /** Higher than each number of a frame of a conversation that is not in memory any more. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** How many prompts wait in all of them. */
  get queued(): number {
    return this.all.values().reduce((sum, conversation) => sum + conversation.queued, 0);
  }

  get(id: string): OpenConversation | undefined {
    return this.all.get(id);
  }

  /** Brings one into memory. What was being answered when it was stored is not answered any more. */
  activate(id: string, owner: string | undefined, turns: StoredTurn[]): Conversation {
    for (const turn of turns) {
      if (turn.state === "done" || turn.state === "failed") continue;
      turn.state = "failed";
      turn.error = INTERRUPTED;
    }
    const conversation = this.make({ id, owner: owner ?? OWNER.id, turns, seq: this.#nextSeq });
    this.all.set(id, conversation);
    return conversation;
  }

  /**
   * Makes one that is not among these by itself. What processes share of it is stored once its journal has it, by
   * whoever has its lease.
   */
  make(own: Pick<ConversationOptions, "id" | "owner" | "turns" | "seq" | "shared">): Conversation {
    const { conversation, onChange, onTruncate } = this.#options;
    const { id, shared } = own;
    return new Conversation({
      ...conversation,
      ...own,
      onChange: (turn) => shared === undefined && onChange(id, turn),
      onTruncate: (turn) => shared === undefined && onTruncate(id, turn),
    });
  }

  /** Drops one from memory. When it comes back, its frames have numbers that nobody has seen. */
  drop(conversation: OpenConversation): void {
    this.all.delete(conversation.id);
    if (conversation instanceof SharedConversation) {
      return guarded("leave a conversation to other processes", () => conversation.leave());
    }
    // An answer that was begun early is nothing that a session waits for.
    guarded("end what was begun in a conversation", () => conversation.cancel());
    this.#nextSeq = Math.max(this.#nextSeq, conversation.seq + 1);
  }
}
