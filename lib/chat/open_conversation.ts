/** What sessions and sockets have of a conversation, wherever its answers are made: here, or in another process. */
import type { EarlyAnswer } from "./early_answers.ts";
import type { FrameLog } from "./frame_log.ts";
import type { Watcher } from "./turn_journal.ts";
import type { TurnImage } from "@/lib/protocol/images.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
import type { StoredTurn } from "@/lib/store/store.ts";

/** A turn that is asked again, as another one. */
export interface Reask {
  turn: string;
  /** The id of the new one. */
  as: string;
  /** The prompt; the turn's own when absent. */
  text?: string;
  /** The principal that asks, by id. */
  askedBy: string;
}

/** What throws or rejects with a `RequestError` cannot be done; what gives a promise is done when that resolves. */
export interface OpenConversation {
  /** Its id in the store. */
  readonly id: string;
  /** The principal that it belongs to, by id. */
  readonly owner: string;
  readonly log: FrameLog;
  /** Who sends its frames on. */
  readonly watchers: Set<Watcher>;
  readonly turns: readonly StoredTurn[];
  /** The turns as clients get them. */
  readonly history: TurnRecord[];
  /** Number of the newest frame. */
  readonly seq: number;
  /** Tokens of the last turn with all of the prompt before it, where they are known. */
  readonly counted: number | undefined;
  /** How many prompts wait in this process. */
  readonly queued: number;
  /** True while this process makes an answer, waits for one, or says it. */
  readonly busy: boolean;
  find(turn: string): StoredTurn | undefined;
  listen(speaks: readonly string[]): () => void;
  played(turn: string, index: number): void;
  prompt(
    turn: string,
    text: string,
    greeting?: string,
    askedBy?: string,
    images?: readonly TurnImage[],
  ): void | Promise<void>;
  prepare(turn: string, text: string, greeting?: string, askedBy?: string): EarlyAnswer | undefined;
  continue(turn: string): void | Promise<void>;
  askAgain(asked: Reask): void | Promise<void>;
  stop(turn: string, heard?: number): void | Promise<void>;
  /** Ends whatever runs or waits. */
  cancel(): void | Promise<void>;
  /** Has frames numbered above `seq` from now on, for a session that has seen such numbers elsewhere. */
  rise(seq: number): void;
  /** Resolves when nothing runs or waits in this process any more. */
  settled(): Promise<void>;
  /** Ends whatever runs or waits because the server goes down; resolves when nothing does any more. */
  close(): Promise<void>;
}
