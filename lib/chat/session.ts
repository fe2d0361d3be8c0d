import type { OpenConversation } from "./open_conversation.ts";
import type { Principal } from "@/lib/principal.ts";

/**
 * A client's session, which its sockets share and which outlives them. It is in one conversation at a time, and its
 * sockets follow it to another. Several sessions may be in the same conversation: each sees what the others ask, and
 * may leave alone.
 */
export class Session {
  readonly id: string;
  /** Whose it is. */
  readonly principal: Principal;
  /** One a socket, called when the session has moved: the client then needs all of the other conversation. */
  readonly sockets = new Set<() => void>();
  #conversation: OpenConversation;
  /** Settles when all that was asked for here has been done; undefined when it has. */
  #pending: Promise<void> | undefined;
  /** Frames with lower numbers were of another conversation. */
  #firstSeq = 0;

  constructor(id: string, principal: Principal, conversation: OpenConversation) {
    this.id = id;
    this.principal = principal;
    this.#conversation = conversation;
  }

  /** The conversation it is in. */
  get conversation(): OpenConversation {
    return this.#conversation;
  }

  /**
   * Does what clients ask for in the order in which they do, so that a prompt goes into the conversation that was
   * opened just before. Done at once where nothing is waited for.
   */
  inOrder<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#pending === undefined ? new Promise<T>((resolve) => resolve(work())) : this.#pending.then(work);
    const settled = done.then(() => {}, () => {}).then(() => {
      if (this.#pending === settled) this.#pending = undefined;
    });
    this.#pending = settled;
    return done;
  }

  /** Resolves when what was asked for until now has been done. */
  async idle(): Promise<void> {
    await this.#pending;
  }

  /** Goes on in another conversation, with higher numbers, so that no frame of the one can be taken for the other's. */
  move(conversation: OpenConversation): void {
    conversation.rise(this.#conversation.seq);
    this.#conversation = conversation;
    this.#firstSeq = conversation.seq;
    for (const moved of this.sockets) moved();
  }

  /** Where in the log goes on who saw the frame numbered `seq` last; undefined when that is not to be told any more. */
  positionAfter(seq: number): number | undefined {
    return seq < this.#firstSeq ? undefined : this.#conversation.log.positionAfter(seq);
  }
}
