/** A conversation as its journal on the bus tells it, while another process has it or nobody does. */
import { FrameLog } from "@/lib/chat/frame_log.ts";
import { restartWatchers, tellWatchers, type Watcher } from "@/lib/chat/turn_journal.ts";
import type { Appended, Bus, Following, Holder } from "@/lib/bus/bus.ts";
import type { StoredTurn } from "@/lib/store/store.ts";
import { applyEntry, type JournalEntry } from "./journal_entry.ts";

export interface FollowedJournalOptions {
  bus: Bus;
  id: string;
  /** Called when a process has taken the lease. */
  onHeld(): void;
  /** Called when nobody has the lease any more. */
  onReleased(): void;
  onDeleted(): void;
  /** The bus has lost its memory: the turns may lack something. */
  onReset(): void;
}

export class FollowedJournal {
  readonly log = new FrameLog(0);
  readonly watchers = new Set<Watcher>();
  readonly #options: FollowedJournalOptions;
  #turns: StoredTurn[] = [];
  /** Turns that the journal has told of, and those that it has dropped. */
  #touched = new Set<StoredTurn>();
  #dropped: string[] = [];
  #holder: Holder | undefined;
  #following: Following | undefined;
  #revision = 0;
  /** Whether the log's numbers are those of the journal. */
  #numbered = false;
  /** Who watches is told once all is there. */
  #silent = false;

  constructor(options: FollowedJournalOptions) {
    this.#options = options;
  }

  get turns(): StoredTurn[] {
    return this.#turns;
  }

  /** Has turns that this process has changed while it had the lease. */
  rest(turns: readonly StoredTurn[]): void {
    this.#turns = [...turns];
    this.#holder = undefined;
    this.log.unhold();
  }

  /** Who has the lease, as far as the journal tells. */
  get holder(): Holder | undefined {
    return this.#holder;
  }

  set holder(holder: Holder | undefined) {
    this.#holder = holder;
  }

  get isFollowing(): boolean {
    return this.#following !== undefined;
  }

  /** Whether an answer is being made, or waited for. */
  get isUnfinished(): boolean {
    return this.#turns.some(({ state }) => state === "queued" || state === "streaming");
  }

  /** What the journal has changed since it is followed: what has to be stored by whoever takes it over. */
  get changes(): { touched: ReadonlySet<StoredTurn>; dropped: readonly string[] } {
    return { touched: this.#touched, dropped: this.#dropped };
  }

  /** Follows anew, as {@linkcode follow} does. Whoever watches is sent everything. */
  async refollow(read: (isNew: boolean) => Promise<StoredTurn[]>): Promise<void> {
    await this.follow(read);
    restartWatchers(this.watchers);
  }

  /**
   * Begins to follow; resolves when `turns` are all that is known.
   *
   * @param read gives what is stored, which the journal need not tell; `isNew` where it tells nothing yet
   */
  async follow(read: (isNew: boolean) => Promise<StoredTurn[]>): Promise<void> {
    this.stop();
    this.#silent = true;
    const { bus, id } = this.#options;
    try {
      this.#following = await bus.follow(id, {
        begin: async (isNew, holder) => this.#begin(await read(isNew), holder),
        take: (message) => this.#take(message),
        reset: () => {
          this.#revision = 0;
          this.#options.onReset();
        },
      });
    } finally {
      this.#silent = false;
    }
    this.#tell((watcher) => watcher.wake());
  }

  /** Resolves when everything up to that position of the journal is in the turns. */
  async until(position: number): Promise<void> {
    await this.#following?.until(position);
  }

  /** This process has the lease of one of which nobody has told anything yet: its frames have numbers above `seq`. */
  begin(holder: Holder, seq: number): void {
    this.#holder = holder;
    this.log.clear(seq);
  }

  stop(): void {
    this.#following?.[Symbol.dispose]();
    this.#following = undefined;
  }

  /** Forgets what was there before: at once, so that nobody is sent half of it. */
  #begin(turns: StoredTurn[], holder: Holder | undefined): void {
    this.#turns = turns;
    this.#holder = holder;
    this.#touched = new Set();
    this.#dropped = [];
    this.#revision = 0;
    this.#numbered = false;
    this.log.unhold();
    this.log.clear(this.log.seq);
  }

  #take({ texts, revision }: Appended): void {
    // Of one whose lease was over before it came.
    if (revision < this.#revision) return;
    this.#revision = revision;
    for (const text of texts) this.#apply(JSON.parse(text) as JournalEntry, revision);
    this.#tell((watcher) => watcher.wake(true));
  }

  #apply(entry: JournalEntry, revision: number): void {
    const changed = applyEntry(this.#turns, entry);
    if (changed !== undefined) this.#touched.add(changed);
    if ("frame" in entry) {
      const { frame } = entry;
      this.#number(frame.seq - 1);
      this.log.push(frame);
    } else if ("restart" in entry) {
      if ("dropped" in entry.restart) this.#dropped.push(entry.restart.dropped);
      this.#number(entry.seq);
      this.#restart(entry.seq);
    } else if ("held" in entry) {
      this.#holder = { process: entry.held, revision };
      this.#number(entry.seq);
      // Whoever has it now has lower numbers than were seen here.
      if (entry.seq < this.log.seq) this.#restart(entry.seq);
      this.log.raise(entry.seq);
      if (!this.#silent) this.#options.onHeld();
    } else if ("notice" in entry) {
      this.#tell((watcher) => watcher.notice?.(entry.notice));
    } else if ("released" in entry) {
      if (this.#holder !== undefined && this.#holder.revision <= revision) this.#holder = undefined;
      if (!this.#silent) this.#options.onReleased();
    } else if (!this.#silent) {
      this.#options.onDeleted();
    }
  }

  /** The first number that the journal tells is where its log begins. */
  #number(seq: number): void {
    if (this.#numbered) return;
    this.#numbered = true;
    this.log.clear(seq);
  }

  #restart(seq: number): void {
    this.log.clear(seq);
    if (!this.#silent) restartWatchers(this.watchers);
  }

  #tell(tell: (watcher: Watcher) => void): void {
    if (!this.#silent) tellWatchers(this.watchers, tell);
  }
}
