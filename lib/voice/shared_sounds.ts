/**
 * Sounds that other processes make: copied piece by piece while they are made, and held here as any other. So who reads
 * one anywhere reads it as fast as they like, and who listens to a microphone here knows what is heard of it.
 */
import { Buffer } from "node:buffer";
import { type Bus, NoAnswer } from "@/lib/bus/bus.ts";
import type { Principal } from "@/lib/principal.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import { inTime } from "@/lib/waiting.ts";
import { Sound } from "./sound.ts";
import type { SoundStore } from "./sound_store.ts";

const TOPIC = "sounds";
/** Samples of a piece at most: with base64, a third of what NATS takes. */
const PIECE = 120_000;
/** How long a question for more waits where there is none yet, ms: shorter than the bus waits for its answer. */
const WAIT_MS = 1_000;
/** A name of a process, as each bus makes them. Anybody can ask for an address. */
const PROCESS = /^[0-9a-f-]{36}$/;

interface Question {
  id: string;
  /** Who wants to hear it. */
  principal: Principal;
  /** How many samples are known already. */
  from: number;
}

interface Piece {
  engine: string;
  conversation: string;
  owner: string;
  sampleRate?: number;
  /** 16 bit, base64. */
  samples: string;
  /** Nothing comes after it. */
  isLast: boolean;
}

export class SharedSounds implements Disposable {
  readonly #bus: Bus;
  readonly #sounds: SoundStore;
  #closed = false;

  constructor(bus: Bus, sounds: SoundStore) {
    this.#bus = bus;
    this.#sounds = sounds;
    bus.serve(TOPIC, async (question) => JSON.stringify(await this.#answer(JSON.parse(question) as Question)));
  }

  /** The sound of that id that a process makes, for whoever may read its conversation. */
  async get(process: string, id: string, principal: Principal): Promise<Sound | undefined> {
    const here = this.#sounds.get(id, principal);
    if (here !== undefined || process === this.#bus.self || !PROCESS.test(process)) return here;
    const first = await this.#ask(process, { id, principal, from: 0 });
    if (first === undefined) return undefined;
    // Somebody else may have asked for it meanwhile.
    return this.#sounds.get(id, principal) ?? this.#copy(process, id, principal, first);
  }

  /** Goes on with no copy. */
  [Symbol.dispose](): void {
    this.#closed = true;
  }

  #copy(process: string, id: string, principal: Principal, first: Piece): Sound {
    const { engine, conversation, owner } = first;
    const sound = new Sound(engine, id);
    this.#sounds.hold(sound, { conversation, owner, asked: "" });
    guarded("copy a sound of another process", async () => {
      try {
        let piece: Piece | undefined = first;
        while (piece !== undefined && !this.#closed) {
          this.#add(sound, piece);
          if (piece.isLast) return;
          piece = await this.#ask(process, { id, principal, from: sound.bytes / 2 });
        }
        // It broke off: who asks again may get all of it.
        this.#sounds.free(sound);
      } finally {
        sound.end();
      }
    });
    return sound;
  }

  #add(sound: Sound, { samples, sampleRate }: Piece): void {
    if (sampleRate === undefined) return;
    sound.add({ samples: new Int16Array(Uint8Array.from(Buffer.from(samples, "base64")).buffer), sampleRate });
    this.#sounds.grown(sound);
  }

  /** Undefined where it has no such sound for who asks, or does not answer. */
  async #ask(process: string, question: Question): Promise<Piece | undefined> {
    try {
      return JSON.parse(await this.#bus.request(process, TOPIC, JSON.stringify(question))) as Piece | null ?? undefined;
    } catch (error) {
      if (error instanceof NoAnswer) return undefined;
      throw error;
    }
  }

  async #answer({ id, principal, from }: Question): Promise<Piece | null> {
    const held = this.#sounds.look(id, principal);
    if (held === undefined) return null;
    const { sound, conversation, owner } = held;
    await inTime(sound.begun(from), AbortSignal.timeout(WAIT_MS));
    const { engine, sampleRate } = sound;
    const samples = sound.samples(from, PIECE);
    return {
      engine,
      conversation,
      owner,
      ...(sampleRate !== undefined && { sampleRate }),
      samples: Buffer.from(samples.buffer).toString("base64"),
      isLast: sound.ended && (from + samples.length) * 2 === sound.bytes,
    };
  }
}
