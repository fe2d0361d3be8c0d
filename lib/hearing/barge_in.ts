import type { Verdict } from "@/lib/protocol/hearing.ts";
import { Loudspeaker, type Playback } from "./loudspeaker.ts";
import { isCommand } from "./turn_taking/commands.ts";
import { InterruptionJudge } from "./turn_taking/turn_taking.ts";

export interface BargeInOptions {
  /** Whether she may be interrupted by who speaks while she does. */
  allowed(): boolean;
  /** Something is to be done about her voice. */
  onVerdict(turn: string, verdict: Verdict): void;
}

/** Follows her voice beside a microphone, and has it lowered or stopped for who speaks meanwhile. */
export class BargeIn {
  readonly #options: BargeInOptions;
  readonly #loudspeaker = new Loudspeaker();
  readonly #judge = new InterruptionJudge();
  /** Her turn that was last lowered, for somebody who is heard from there on: words may tell late who that was. */
  #lowered: { turn: string; position: number } | undefined;

  constructor(options: BargeInOptions) {
    this.#options = options;
  }

  /** What the loudspeaker gives out from now on. */
  tell(playback: Playback): void {
    this.#loudspeaker.tell(playback);
  }

  /** Whether a voice that begins at a position may well be hers. */
  explains(position: number): boolean {
    return this.#loudspeaker.explains(position);
  }

  /** Whether something of her may be heard at a position. */
  isHeardAt(position: number): boolean {
    return this.#loudspeaker.turnAt(position) !== undefined;
  }

  /** Whether what may be heard of her at a position is known to nobody: a voice of the browser says it. */
  isUnknownAt(position: number): boolean {
    return this.#loudspeaker.unknownTurnAt(position) !== undefined;
  }

  /**
   * The next sound of the microphone.
   *
   * @param samples from -1 to 1
   * @param speech whether somebody speaks in it, be it herself
   * @returns where the voice began that has her stopped with this, in samples of the stream
   */
  frame(samples: Float32Array, position: number, speech: boolean): number | undefined {
    const end = position + samples.length;
    const given = this.#loudspeaker.given(position, end);
    return this.#judged(this.#judge.frame(samples, given, speech), end, this.#loudspeaker.turnAt(end));
  }

  /**
   * All that is understood so far of what somebody says, who may be herself.
   *
   * @param began where that one began to speak
   * @param now up to where the sound has been looked at
   * @param early how long before her voice was lowered that may have been
   * @returns as {@linkcode frame}
   */
  words(text: string, { began, now, early }: { began: number; now: number; early: number }): number | undefined {
    const lowered = this.#lowered;
    if (lowered !== undefined && began >= lowered.position - early) {
      const since = this.#judged(this.#judge.words(text), now);
      if (since !== undefined) return since;
    }
    // Nothing tells her voice from another one. What else she says is no command and nothing more.
    const unknown = this.#loudspeaker.unknownTurnAt(now);
    if (unknown === undefined || !isCommand(text) || !this.#options.allowed()) return undefined;
    this.#options.onVerdict(unknown, "stop");
    return began;
  }

  /** Does what is to be done about her voice at a position, where a turn of hers may be heard. */
  #judged(verdict: Verdict | undefined, position: number, heard?: string): number | undefined {
    if (verdict === "lower") this.#lowered = heard === undefined ? undefined : { turn: heard, position };
    const lowered = this.#lowered;
    if (verdict === undefined || lowered === undefined || !this.#options.allowed()) return undefined;
    this.#options.onVerdict(lowered.turn, verdict);
    if (verdict !== "stop") return undefined;
    this.#lowered = undefined;
    return lowered.position;
  }
}
