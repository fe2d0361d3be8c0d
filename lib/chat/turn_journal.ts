/** What happens to the turns of a conversation: written into their records, and told as numbered frames to who watches. */
import { FrameLog, type LoggedFrame } from "./frame_log.ts";
import type { EndReason, TurnError } from "@/lib/protocol/v2.ts";
import type { StoredTurn } from "@/lib/store/store.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** Somebody who sends the frames of a conversation on. */
export interface Watcher {
  /** There are new frames in the log. */
  wake(): void;
  /** Earlier frames do not hold any more: all of the conversation has to be sent. */
  restart(): void;
  /** Something went wrong that changes no turn. */
  notice?(error: TurnError): void;
}

export interface TurnJournalOptions {
  /** Number that the first frame follows. Must be higher than any number a client may have seen. */
  seq: number;
  /** Called with each turn whose record has changed. */
  onChange(turn: StoredTurn): void;
  /** Called before an end is told. */
  onEnd(turn: StoredTurn): void;
}

export class TurnJournal {
  readonly log: FrameLog;
  readonly watchers = new Set<Watcher>();
  readonly #options: TurnJournalOptions;

  constructor(options: TurnJournalOptions) {
    this.#options = options;
    this.log = new FrameLog(options.seq);
  }

  /** Number for the next frame. */
  get next(): number {
    return this.log.seq + 1;
  }

  /** Tells how a record has changed. */
  changed(record: StoredTurn, frame: LoggedFrame): void {
    this.log.push(frame);
    this.#note(record);
    this.#tell((watcher) => watcher.wake());
  }

  /** Tells what changes nothing of what is stored. */
  announce(frame: LoggedFrame): void {
    this.log.push(frame);
    this.#tell((watcher) => watcher.wake());
  }

  end(record: StoredTurn, reason: EndReason): void {
    record.state = "done";
    record.reason = reason;
    this.#options.onEnd(record);
    this.changed(record, { type: "end", turn: record.turn, seq: this.next, reason });
  }

  fail(record: StoredTurn, error: TurnError): void {
    record.state = "failed";
    record.error = error;
    this.#options.onEnd(record);
    this.changed(record, { type: "error", turn: record.turn, seq: this.next, ...error });
  }

  /** What was told does not hold any more: whoever watches sends everything anew. */
  restart(changed?: StoredTurn): void {
    this.log.clear(this.next);
    if (changed !== undefined) this.#note(changed);
    this.#tell((watcher) => watcher.restart());
  }

  /** Tells of something that went wrong, and changes no turn. */
  notice(error: TurnError): void {
    this.#tell((watcher) => watcher.notice?.(error));
  }

  #note(record: StoredTurn): void {
    guarded("note a turn that has changed", () => this.#options.onChange(record));
  }

  /** A watcher that cannot take it costs the others, and the turn, nothing. */
  #tell(tell: (watcher: Watcher) => void): void {
    for (const watcher of this.watchers) guarded("tell who watches a conversation", () => tell(watcher));
  }
}
