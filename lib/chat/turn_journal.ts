/** What happens to the turns of a conversation: written into their records, and told as numbered frames to who watches. */
import { FrameLog, type LoggedFrame } from "./frame_log.ts";
import { entryOf, type JournalEntry } from "./shared/journal_entry.ts";
import type { EndReason, TurnError } from "@/lib/protocol/v2.ts";
import type { StoredTurn } from "@/lib/store/store.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** Somebody who sends the frames of a conversation on. */
export interface Watcher {
  /**
   * There are new frames in the log.
   *
   * @param joined whether whoever else has new frames is told in the same go
   */
  wake(joined?: boolean): void;
  /** Earlier frames do not hold any more: all of the conversation has to be sent. */
  restart(): void;
  /** Something went wrong that changes no turn. */
  notice?(error: TurnError): void;
}

/** Where several processes tell of a conversation: what happens is told when all of them can learn of it. */
export interface SharedJournal {
  readonly log: FrameLog;
  readonly watchers: Set<Watcher>;
  /** Has an entry kept; who watches is told then. */
  publish(entry: JournalEntry): void;
}

export interface TurnJournalOptions {
  /** Number that the first frame follows. Must be higher than any number a client may have seen. */
  seq: number;
  /** Default: whoever watches is in this process, and is told at once. */
  shared?: SharedJournal | undefined;
  /** Called with each turn whose record has changed. */
  onChange(turn: StoredTurn): void;
  /** Called before an end is told. */
  onEnd(turn: StoredTurn): void;
}

export class TurnJournal {
  readonly log: FrameLog;
  readonly watchers: Set<Watcher>;
  readonly #options: TurnJournalOptions;

  constructor(options: TurnJournalOptions) {
    this.#options = options;
    this.log = options.shared?.log ?? new FrameLog(options.seq);
    this.watchers = options.shared?.watchers ?? new Set();
  }

  /** Number for the next frame. */
  get next(): number {
    return this.log.seq + 1;
  }

  /** Tells how a record has changed. */
  changed(record: StoredTurn, frame: LoggedFrame): void {
    this.log.push(frame);
    this.#note(record);
    const { shared } = this.#options;
    if (shared === undefined) this.#tell((watcher) => watcher.wake());
    else shared.publish(entryOf(frame, record));
  }

  /** Tells what changes nothing of what is stored. */
  announce(frame: LoggedFrame): void {
    this.log.push(frame);
    const { shared } = this.#options;
    if (shared === undefined) this.#tell((watcher) => watcher.wake());
    else shared.publish({ frame });
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

  /**
   * What was told does not hold any more: whoever watches sends everything anew.
   *
   * @param what the turn that is another one now, or that was dropped with all after it
   */
  restart(what: { changed: StoredTurn } | { dropped: string }): void {
    this.log.clear(this.next);
    if ("changed" in what) this.#note(what.changed);
    const { shared } = this.#options;
    if (shared === undefined) restartWatchers(this.watchers);
    else shared.publish({ restart: what, seq: this.log.seq });
  }

  /** Tells of something that went wrong, and changes no turn. */
  notice(error: TurnError): void {
    const { shared } = this.#options;
    if (shared === undefined) this.#tell((watcher) => watcher.notice?.(error));
    else shared.publish({ notice: error });
  }

  #note(record: StoredTurn): void {
    guarded("note a turn that has changed", () => this.#options.onChange(record));
  }

  #tell(tell: (watcher: Watcher) => void): void {
    tellWatchers(this.watchers, tell);
  }
}

/** Tells all who watch. One that cannot take it costs the others nothing. */
export function tellWatchers(watchers: Iterable<Watcher>, tell: (watcher: Watcher) => void): void {
  for (const watcher of watchers) guarded("tell who watches a conversation", () => tell(watcher));
}

/** Has all who watch send everything anew. Whoever watches anew for that is not told again. */
export function restartWatchers(watchers: Iterable<Watcher>): void {
  tellWatchers([...watchers], (watcher) => watcher.restart());
}
