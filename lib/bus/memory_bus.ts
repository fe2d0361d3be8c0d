// deno-lint-ignore-file require-await -- what is thrown here has to be a rejection, as with any other bus
/** A bus between the parts of one process, as tests have them; it can be cut, as a network can. */
import {
  type Appended,
  type Appender,
  type Bus,
  BusLost,
  type Follower,
  type Following,
  type Holder,
  type Lease,
  LeaseLost,
  NoAnswer,
} from "./bus.ts";
import { PositionWaits } from "./position_waits.ts";
import { ReadingStart } from "./reading_start.ts";

/** What all that are connected share. */
export class MemoryHub {
  readonly journals = new Map<string, Appended[]>();
  readonly starts = new Map<string, ReadingStart>();
  readonly holders = new Map<string, Holder>();
  readonly members = new Map<string, MemoryBus>();
  position = 0;
  revision = 0;

  connect(): MemoryBus {
    const bus = new MemoryBus(this);
    this.members.set(bus.self, bus);
    return bus;
  }

  /** Those that can be reached. */
  get reachable(): MemoryBus[] {
    return [...this.members.values()].filter(({ connected }) => connected);
  }
}

/** One that follows a journal: how far it is. */
interface Place extends Follower {
  conversation: string;
  position: number;
  waits: PositionWaits;
}

export class MemoryBus implements Bus {
  readonly self: string = crypto.randomUUID();
  readonly #hub: MemoryHub;
  readonly #places = new Set<Place>();
  readonly #listeners = new Set<(connected: boolean) => void>();
  readonly #hearers = new Set<{ topic: string; take(data: string, from: string): void }>();
  readonly #answers = new Map<string, (question: string) => Promise<string>>();
  #connected = true;
  #closed = false;
  #healed = Promise.withResolvers<void>();

  constructor(hub: MemoryHub) {
    this.#hub = hub;
    this.#healed.resolve();
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Cuts it off, or joins it again. */
  set connected(connected: boolean) {
    if (connected === this.#connected) return;
    this.#connected = connected;
    if (connected) this.#healed.resolve();
    else this.#healed = Promise.withResolvers();
    for (const listener of this.#listeners) listener(connected);
    this.catchUp();
  }

  onConnection(listener: (connected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async claim(conversation: string, from?: Holder): Promise<Lease | Holder> {
    await this.#reach();
    const held = this.#hub.holders.get(conversation);
    if (held !== undefined && held.revision !== from?.revision) return held;
    const revision = ++this.#hub.revision;
    this.#hub.holders.set(conversation, { process: this.self, revision });
    return { conversation, revision, isNew: held === undefined && !this.#hub.journals.has(conversation) };
  }

  async holder(conversation: string): Promise<Holder | undefined> {
    await this.#reach();
    return this.#hub.holders.get(conversation);
  }

  async release({ conversation, revision }: Lease): Promise<void> {
    await this.#reach();
    if (this.#hub.holders.get(conversation)?.revision === revision) this.#hub.holders.delete(conversation);
  }

  append(lease: Lease, text: string, appender: Appender): void {
    this.#append(lease, text).then((position) => appender.kept(1, position), (error) => appender.lost(error));
  }

  stored({ conversation }: Lease, position: number): void {
    this.#startOf(conversation).stored(position);
  }

  async follow(conversation: string, follower: Follower): Promise<Following> {
    await this.#reach();
    const position = this.#startOf(conversation).first - 1;
    await follower.begin?.(!this.#hub.journals.has(conversation), this.#hub.holders.get(conversation));
    const { take, reset } = follower;
    const place: Place = { conversation, position, waits: new PositionWaits(), take, reset };
    this.#places.add(place);
    this.catchUp();
    return {
      until: (position) => {
        if (this.#closed) return Promise.reject(new BusLost("The bus is closed"));
        if (place.position >= position) return Promise.resolve();
        return place.waits.until(position);
      },
      [Symbol.dispose]: () => void this.#places.delete(place),
    };
  }

  /** Takes what is new in the journals that are followed here. */
  catchUp(): void {
    if (!this.#connected) return;
    for (const place of this.#places) {
      for (const message of this.#hub.journals.get(place.conversation) ?? []) {
        if (message.position <= place.position) continue;
        place.position = message.position;
        place.take(message);
      }
      place.waits.reach(place.position);
    }
  }

  async request(process: string, topic: string, question: string): Promise<string> {
    await this.#reach();
    const asked = this.#hub.reachable.find(({ self }) => self === process);
    const answer = asked !== undefined && asked.#answers.get(topic);
    if (!answer) throw new NoAnswer(process, true);
    try {
      return await answer(question);
    } catch (cause) {
      throw new NoAnswer(process, false, { cause });
    }
  }

  serve(topic: string, answer: (question: string) => Promise<string>): void {
    this.#answers.set(topic, answer);
  }

  announce(topic: string, data: string): void {
    if (!this.#connected) return;
    for (const member of this.#hub.reachable) queueMicrotask(() => member.#hears(topic, data, this.self));
  }

  hear(topic: string, take: (data: string, from: string) => void): () => void {
    const hearer = { topic, take };
    this.#hearers.add(hearer);
    return () => this.#hearers.delete(hearer);
  }

  #hears(topic: string, data: string, from: string): void {
    for (const hearer of this.#hearers) if (hearer.topic === topic) hearer.take(data, from);
  }

  async #append(lease: Lease, text: string): Promise<number> {
    await this.#reach();
    const { conversation, revision } = lease;
    if (this.#hub.holders.get(conversation)?.revision !== revision) throw new LeaseLost(lease);
    const journal = this.#hub.journals.get(conversation) ?? [];
    const position = ++this.#hub.position;
    journal.push({ texts: [text], position, revision });
    this.#hub.journals.set(conversation, journal);
    this.#startOf(conversation).appended(position);
    for (const member of this.#hub.reachable) member.catchUp();
    return position;
  }

  #startOf(conversation: string): ReadingStart {
    return this.#hub.starts.getOrInsertComputed(conversation, () => new ReadingStart());
  }

  async #reach(): Promise<void> {
    if (!this.#closed && !this.#connected) await this.#healed.promise;
    if (this.#closed) throw new BusLost("The bus is closed");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#connected = false;
    this.#hub.members.delete(this.self);
    this.#healed.resolve();
    for (const { waits } of this.#places) waits.fail(new BusLost("The bus is closed"));
    this.#places.clear();
    this.#hearers.clear();
  }
}
