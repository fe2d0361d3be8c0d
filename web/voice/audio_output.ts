/** The way to the loudspeaker, as the player needs it, and as a browser has it. */

export interface AudioOutput {
  /** Samples a second. */
  readonly sampleRate: number;
  /** Seconds of the clock that sounds are scheduled by. It stands still while nothing can be heard. */
  readonly now: number;
  /** What of that clock comes out of the loudspeaker at this moment: earlier than `now` by the way there. */
  readonly heardAt: number;
  /** Whether the clock runs. */
  readonly running: boolean;
  channel(): AudioChannel;
}

/** Sounds that end together. */
export interface AudioChannel {
  /** Plays samples from a sample of the clock on. */
  play(samples: Float32Array<ArrayBuffer>, at: number): void;
  /** Fades out, without a click, and plays nothing more. */
  silence(): void;
}

/** Seconds of the fade. */
const FADE = 0.02;
/** Seconds in which it becomes lower, or loud again. */
const LOWERING = 0.015;
/** How loud it is while somebody talks into it: -15 dB. */
const LOWERED = 10 ** (-15 / 20);
/** Seconds that a sound may be on its way to the loudspeaker. Whoever claims more is mistaken. */
const LONGEST_WAY = 1;

export class WebAudioOutput implements AudioOutput {
  readonly #context: AudioContext;
  readonly #gain: GainNode;
  /** Beside the volume, which the reader may turn meanwhile. */
  readonly #lowering: GainNode;

  /** @param volume from 0 to 1 */
  constructor(context: AudioContext, volume: number) {
    this.#context = context;
    this.#gain = context.createGain();
    this.#gain.gain.value = gainOf(volume);
    this.#lowering = context.createGain();
    this.#gain.connect(this.#lowering).connect(context.destination);
  }

  get sampleRate(): number {
    return this.#context.sampleRate;
  }

  get now(): number {
    return this.#context.currentTime;
  }

  get running(): boolean {
    return this.#context.state === "running";
  }

  get heardAt(): number {
    const { currentTime, baseLatency = 0, outputLatency = 0 } = this.#context;
    const stamp = this.running ? this.#context.getOutputTimestamp?.() : undefined;
    const { contextTime = 0, performanceTime = 0 } = stamp ?? {};
    if (contextTime > 0 && performanceTime > 0) {
      const at = contextTime + (performance.now() - performanceTime) / 1000;
      if (at <= currentTime && at > currentTime - LONGEST_WAY) return at;
    }
    return Math.max(0, currentTime - baseLatency - outputLatency);
  }

  /** From 0 to 1, as loud as it seems to be. */
  set volume(volume: number) {
    this.#gain.gain.setTargetAtTime(gainOf(volume), this.#context.currentTime, FADE);
  }

  /** Whether all of it is lower than usual, by 15 dB, at once and without a click. What plays goes on meanwhile. */
  set lowered(lowered: boolean) {
    rampTo(this.#lowering.gain, lowered ? LOWERED : 1, { at: this.#context.currentTime, seconds: LOWERING });
  }

  channel(): AudioChannel {
    return new WebAudioChannel(this.#context, this.#gain);
  }
}

/** Twice as loud to the ear is far more than twice the amplitude. */
function gainOf(volume: number): number {
  return volume ** 2;
}

/** In a straight line from where it is, wherever it was going. */
function rampTo(gain: AudioParam, value: number, { at, seconds }: { at: number; seconds: number }): void {
  const from = gain.value;
  gain.cancelScheduledValues(at);
  gain.setValueAtTime(from, at);
  gain.linearRampToValueAtTime(value, at + seconds);
}

class WebAudioChannel implements AudioChannel {
  readonly #context: AudioContext;
  readonly #gain: GainNode;
  readonly #sources = new Set<AudioBufferSourceNode>();
  #silent = false;

  constructor(context: AudioContext, target: AudioNode) {
    this.#context = context;
    this.#gain = context.createGain();
    this.#gain.connect(target);
  }

  play(samples: Float32Array<ArrayBuffer>, at: number): void {
    if (samples.length === 0 || this.#silent) return;
    const buffer = this.#context.createBuffer(1, samples.length, this.#context.sampleRate);
    buffer.copyToChannel(samples, 0);
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#gain);
    source.onended = () => {
      source.disconnect();
      this.#sources.delete(source);
      if (this.#silent && this.#sources.size === 0) this.#gain.disconnect();
    };
    this.#sources.add(source);
    source.start(at / this.#context.sampleRate);
  }

  silence(): void {
    const { currentTime, state } = this.#context;
    rampTo(this.#gain.gain, 0, { at: currentTime, seconds: FADE });
    this.#silent = true;
    // A context that stands still would begin with the rest of it when it goes on.
    if (state !== "running" || this.#sources.size === 0) this.#gain.disconnect();
    for (const source of this.#sources) source.stop(currentTime + 2 * FADE);
  }
}
