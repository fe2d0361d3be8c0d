/** A page that listens: the page's own player, on a loudspeaker that only notes when it is given what. */
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";
import type { AudioOutput } from "@/web/voice/audio_output.ts";
import { BrowserVoice } from "@/web/voice/browser_voice.ts";
import { trackFromSound } from "@/web/voice/track_from_sound.ts";
import { Player } from "@/web/voice/player.ts";

/** What was heard of an answer. Times are of `performance.now()`. */
export interface Heard {
  /** What is said first. */
  clause: string;
  /** When the last letter of it was there. */
  textAt: number;
  /** When the server told it. */
  clauseAt: number;
  /** When its first sample was there. */
  soundAt: number;
  /** How often nothing was to be heard between two pieces of sound. */
  gaps: number;
}

class NotingOutput implements AudioOutput {
  readonly sampleRate = 48_000;
  readonly running = true;
  soundAt: number | undefined;
  gaps = 0;
  readonly #begin = performance.now();
  #end: number | undefined;

  get now(): number {
    return (performance.now() - this.#begin) / 1_000;
  }

  get heardAt(): number {
    return this.now;
  }

  channel() {
    return {
      play: (samples: Float32Array<ArrayBuffer>, at: number) => {
        this.soundAt ??= performance.now();
        if (this.#end !== undefined && at > this.#end) this.gaps++;
        this.#end = at + samples.length;
      },
      silence() {},
    };
  }
}

export class Listener {
  readonly #output = new NotingOutput();
  readonly #arrivals: { length: number; at: number }[] = [];
  readonly #socket: WebSocket;
  readonly #player: Player;
  readonly #over = Promise.withResolvers<void>();
  #text = "";
  #first: { say: string; to: number; at: number } | undefined;

  private constructor(socketUrl: string) {
    const origin = socketUrl.replace(/^ws/, "http");
    this.#socket = new WebSocket(socketUrl, SUBPROTOCOL);
    this.#player = new Player({
      output: this.#output,
      voice: new BrowserVoice(undefined, (text) => ({ text }) as SpeechSynthesisUtterance),
      fetch: (url, init) => fetch(new URL(url, origin), init),
      schedule(callback, ms) {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
      onHearing: (hearing) => hearing === null && this.#over.resolve(),
      findTrack: trackFromSound,
      onPlayed: (turn, index) => this.#send({ type: "played", turn, index }),
      onLost: (error) => this.#over.reject(error),
    });
  }

  /** Asks something, and listens to the answer to its end. Without a voice only `textAt` is told. */
  static async hear(socketUrl: string, prompt: string, speaks = true): Promise<Heard> {
    const listener = new Listener(socketUrl);
    const socket = listener.#socket;
    const turn = crypto.randomUUID();
    socket.onmessage = ({ data }) => listener.#receive(JSON.parse(data) as ServerFrame, speaks);
    socket.onerror = () => listener.#over.reject(new Error(`Cannot talk with ${socketUrl}`));
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onclose = () => reject(new Error(`${socketUrl} does not let anybody in`));
    });
    listener.#send({ type: "hello" });
    if (speaks) listener.#send({ type: "voice", on: true });
    if (speaks) listener.#player.begin(turn);
    listener.#send({ type: "prompt", turn, text: prompt });
    await listener.#over.promise;
    socket.close();
    return listener.#heard;
  }

  get #heard(): Heard {
    const { say = "", to = 0, at = NaN } = this.#first ?? {};
    const end = this.#text.slice(0, to).trimEnd().length;
    return {
      clause: say,
      textAt: this.#arrivals.find(({ length }) => length >= end)?.at ?? NaN,
      clauseAt: at,
      soundAt: this.#output.soundAt ?? NaN,
      gaps: this.#output.gaps,
    };
  }

  #send(frame: Record<string, unknown>): void {
    this.#socket.send(JSON.stringify(frame));
  }

  #receive(frame: ServerFrame, speaks: boolean): void {
    switch (frame.type) {
      case "chunk":
        this.#text += frame.data;
        return void this.#arrivals.push({ length: this.#text.length, at: performance.now() });
      case "sentence":
        this.#first ??= { say: frame.say, to: frame.to, at: performance.now() };
        return this.#player.sentence(frame.turn, frame, this.#text);
      case "speech":
        return this.#player.speech(frame.turn, frame);
      case "error":
        return this.#over.reject(new Error(frame.message));
      case "end":
        if (!speaks) this.#over.resolve();
        return this.#player.close(frame.turn);
    }
  }
}
