/** Sounds that can be fetched: as they are made, and for a while afterwards. */
import type { Sound } from "./sound.ts";
import { mayUse, type Principal } from "@/lib/principal.ts";

/** How much sound is held, and how long. */
export interface SoundLimits {
  /** Of all conversations. */
  bytes: number;
  /** Of one of them. */
  conversationBytes: number;
  /** After it was made, or fetched last. */
  keepMs: number;
}

const LIMITS: SoundLimits = {
  bytes: 64 * 1024 * 1024,
  conversationBytes: 16 * 1024 * 1024,
  keepMs: 10 * 60 * 1_000,
};

/** Whose a sound is, and what it says. */
export interface SoundOrigin {
  /** Id of the conversation. */
  conversation: string;
  /** The principal that the conversation belongs to, by id. */
  owner: string;
  /** What was asked of whom, in words that are the same when it is asked again. */
  asked: string;
  /** What it was made for, as long as nothing else has asked for the same. */
  speech?: symbol;
}

export interface HeldSound extends SoundOrigin {
  sound: Sound;
  /** When it was last made longer or fetched, by `performance.now()`. */
  used: number;
}

/**
 * Holds the newest sounds; the oldest are freed first. Who reads one that is freed reads it to its end.
 */
export class SoundStore {
  readonly #limits: SoundLimits;
  /** The one that was used least recently comes first. */
  readonly #held = new Map<string, HeldSound>();
  #sweeping: ReturnType<typeof setTimeout> | undefined;

  constructor(limits: Partial<SoundLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  /** How many sounds are held. */
  get size(): number {
    return this.#held.size;
  }

  /** Bytes of all sounds that are held. */
  get bytes(): number {
    return this.#held.values().reduce((sum, { sound }) => sum + sound.bytes, 0);
  }

  hold(sound: Sound, origin: SoundOrigin): void {
    this.#held.set(sound.id, { ...origin, sound, used: performance.now() });
    this.#sweepLater();
  }

  /** To be called with a sound that has grown: others may have to make room for it. */
  grown(sound: Sound): void {
    const held = this.#held.get(sound.id);
    if (held === undefined) return;
    this.#use(held);
    const { conversation } = held;
    this.#makeRoom(sound, this.#limits.conversationBytes, (one) => one.conversation === conversation);
    this.#makeRoom(sound, this.#limits.bytes, () => true);
  }

  /** The sound of that id, for whoever may read its conversation. */
  get(id: string, principal: Principal): Sound | undefined {
    return this.look(id, principal)?.sound;
  }

  /** It, and whose it is. */
  look(id: string, principal: Principal): Readonly<HeldSound> | undefined {
    const held = this.#held.get(id);
    if (held === undefined || !mayUse(principal, held.owner)) return undefined;
    this.#use(held);
    return held;
  }

  /** A sound for which the same was asked in the same conversation. */
  find({ conversation, asked, speech }: Omit<SoundOrigin, "owner">): Sound | undefined {
    const held = this.#held.values().find((one) => one.conversation === conversation && one.asked === asked);
    if (held === undefined) return undefined;
    this.#use(held);
    if (held.speech !== speech) delete held.speech;
    return held.sound;
  }

  /** Lets nobody find it by what was asked any more; who has its id may fetch it. */
  forget({ id }: Sound): void {
    const held = this.#held.get(id);
    if (held !== undefined) held.asked = "";
  }

  /** Frees one sound. */
  free({ id }: Sound): void {
    this.#held.delete(id);
  }

  /** Frees the sounds of a conversation: it has been deleted. */
  freeConversation(id: string): void {
    for (const { conversation, sound } of [...this.#held.values()]) if (conversation === id) this.free(sound);
  }

  /** Frees the sounds that were made for one speech and that nothing else has asked for. */
  freeSpeech(id: symbol): void {
    for (const { speech, sound } of [...this.#held.values()]) if (speech === id) this.free(sound);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#sweeping);
    this.#held.clear();
  }

  #use(held: HeldSound): void {
    held.used = performance.now();
    this.#held.delete(held.sound.id);
    this.#held.set(held.sound.id, held);
  }

  /** Frees the oldest of some sounds until they have no more than `most` bytes. The growing one stays. */
  #makeRoom(growing: Sound, most: number, isAmong: (held: HeldSound) => boolean): void {
    const among = [...this.#held.values()].filter(isAmong);
    let bytes = among.reduce((sum, { sound }) => sum + sound.bytes, 0);
    for (const { sound } of among) {
      if (bytes <= most) return;
      if (sound === growing) continue;
      this.free(sound);
      bytes -= sound.bytes;
    }
  }

  #sweepLater(): void {
    this.#sweeping ??= setTimeout(() => {
      this.#sweeping = undefined;
      const since = performance.now() - this.#limits.keepMs;
      for (const { sound, used } of [...this.#held.values()]) if (sound.ended && used <= since) this.free(sound);
      if (this.#held.size > 0) this.#sweepLater();
    }, this.#limits.keepMs / 2);
  }
}
