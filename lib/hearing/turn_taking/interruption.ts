/** Whether what is heard while she speaks is to stop her: a voice, and not her own, and more than "mm-hmm". */
import { isBackchannel } from "./backchannels.ts";
import { Bands, HOP } from "./bands.ts";
import { isCommand } from "./commands.ts";
import { EchoModel, type Residue } from "./echo.ts";
import { isHum, isNoise } from "./sounds.ts";
import type { Verdict } from "@/lib/protocol/hearing.ts";

const HOP_MS = HOP / 16;
/** A moment in which so many of the bands are louder than her voice explains is somebody else's. */
const OTHER = 0.2;
/** So many bands louder than she explains, over the last moments, of which each counts half as much, lower her voice. */
const ONSET = 3;
const KEPT = 0.5;
/** Her own voice has so many at any time. */
const USUAL = 0.1;
/** Moments before that, in which somebody was heard already. */
const HEARD_BEFORE = 2;
/** After so long it is looked at again what that was, ms: nobody where no moment has so many bands. */
const SECOND_LOOK_MS = 160;
const NOBODY = 1.7;
/** When it is decided, ms from when her voice was lowered. */
const DECISION_MS = 490;
/** And when, of one who was let pass and goes on. */
const SOON_MS = 250;
/** Somebody who falls silent for so long has said it, ms. */
const PAUSE_MS = 160;
/** Less of somebody else than this, of the time, was her own voice after all. */
const OWN_SHARE = 0.25;
/** So many moments of somebody are enough where what is understood asks her to stop: "no" is short, and may be soft. */
const COMMAND_MOMENTS = 3;
/** Who speaks on as long, of the time until it is decided, says more than "mm-hmm". */
const SPEAKS_ON = 0.78;
/** Who goes on so soon after having been let pass has not ended, ms: that was the beginning of more. */
const GOES_ON_MS = 400;
/** For so long a voice that was let pass is not asked about again, ms. */
const LET_PASS_MS = 350;
/** Words may come so long after her voice went on, and stop her yet, ms. */
const LATE_WORDS_MS = 1500;
/** She is heard so long after she has given out the last, ms. */
const AFTERMATH_MS = 500;
/** What is given out is silent below this, as power of a band. */
const SILENT = 1e-8;

/**
 * Judges what a microphone hears while she speaks. One for each stream of a microphone, for it learns the room.
 *
 * ```ts
 * const judge = new InterruptionJudge();
 * const verdict = judge.frame(samples, given, vad.speech(samples)) ?? judge.words("wait");
 * ```
 */
export class InterruptionJudge {
  readonly #heard = new Bands();
  readonly #given = new Bands();
  readonly #echo = new EchoModel();
  /** Moments so far. */
  #now = 0;
  /** Bands louder than she explains, in the last moments. */
  #excess = 0;
  #lastOther = -Infinity;
  #lastGiven = -Infinity;
  /** When her voice was lowered, if nothing is decided yet. */
  #lowered: number | undefined;
  #speech = 0;
  #words = "";
  /** When a voice was last heard that was let pass. */
  #passed = -Infinity;
  /** Until when nobody is asked about, and until when words may still stop her. */
  #passUntil = 0;
  #lateUntil = 0;
  /** Whether only a command stops her then: hardly anybody was heard. */
  #lateCommands = false;

  /** How late her voice comes back, ms; undefined as long as it was not heard. */
  get lagMs(): number | undefined {
    return this.#echo.lagMs;
  }

  /**
   * The next sound of the microphone, 16 kHz.
   *
   * @param heard from -1 to 1
   * @param given what the loudspeaker gave out meanwhile, as many samples: zeros where it was silent. It may be early by
   * up to 400 ms, as the way to the loudspeaker and back takes, but not late
   * @param speech whether voice activity tells of somebody who speaks, be it herself
   * @throws {RangeError} when there are not as many samples of both
   */
  frame(heard: Float32Array, given: Float32Array, speech: boolean): Verdict | undefined {
    if (heard.length !== given.length) {
      throw new RangeError(
        `Cannot compare what is heard with what is given out: ${heard.length} and ${given.length} samples`,
      );
    }
    const own = this.#given.push(given);
    let verdict: Verdict | undefined;
    for (const [index, moment] of this.#heard.push(heard).entries()) {
      verdict = this.#moment(moment, own[index]!, speech) ?? verdict;
    }
    return verdict;
  }

  /**
   * What was understood of whoever speaks while she does, so far; it may come late. Her own words are not to be told: a
   * recogniser that hears her understands her as well.
   */
  words(text: string): Verdict | undefined {
    this.#words = text;
    if (text.trim() === "" || isBackchannel(text)) return undefined;
    if (this.#lowered === undefined) {
      const isLate = this.#now < this.#lateUntil && (!this.#lateCommands || isCommand(text));
      return isLate ? this.#end("stop") : undefined;
    }
    const residues = this.#echo.review(this.#age);
    const isSomebody = this.#isVoice(residues) || isCommand(text) && this.#mayCommand(residues);
    return isSomebody ? this.#end("stop") : undefined;
  }

  #moment(heard: Float32Array, given: Float32Array, speech: boolean): Verdict | undefined {
    this.#now++;
    if (given.some((power) => power > SILENT)) this.#lastGiven = this.#now;
    const isPlaying = this.#now - this.#lastGiven <= AFTERMATH_MS / HOP_MS;
    const isAlone = this.#lowered === undefined && this.#now - this.#lastOther > PAUSE_MS / HOP_MS;
    const { share, excess } = this.#echo.push(heard, given, isPlaying && isAlone || !this.#echo.isKnown);
    this.#excess = Math.max(0, KEPT * this.#excess + excess - USUAL);
    if (share > OTHER || this.#isLouder) this.#lastOther = this.#now;
    if (this.#lowered !== undefined) {
      if (speech) this.#speech++;
      return this.#decision();
    }
    // A pause in between, and it is asked about again.
    if (this.#now - this.#lastOther > PAUSE_MS / HOP_MS) this.#passUntil = 0;
    if (this.#now < this.#passUntil || !isPlaying || !this.#isLouder) return undefined;
    this.#lowered = this.#now - HEARD_BEFORE;
    [this.#speech, this.#words, this.#lateUntil] = [Number(speech), "", 0];
    return "lower";
  }

  /** Whether more is heard than may be her own voice. */
  get #isLouder(): boolean {
    return this.#excess >= ONSET + this.#echo.doubt;
  }

  /** Moments since somebody was first heard. */
  get #age(): number {
    return this.#now - (this.#lowered ?? this.#now);
  }

  #decision(): Verdict | undefined {
    const goesOn = this.#lowered! - this.#passed <= GOES_ON_MS / HOP_MS;
    const isDue = this.#age >= (goesOn ? SOON_MS : DECISION_MS) / HOP_MS;
    const hasEnded = this.#now - this.#lastOther > PAUSE_MS / HOP_MS;
    const isSecondLook = this.#age === SECOND_LOOK_MS / HOP_MS;
    if (!isDue && !hasEnded && !isSecondLook) return undefined;
    const residues = this.#echo.review(this.#age);
    if (isSecondLook && this.lagMs !== undefined && residues.every(({ excess }) => excess < NOBODY)) {
      return this.#end("echo");
    }
    if (!isDue && (isOwn(residues) || !hasEnded)) return undefined;
    if (!this.#isVoice(residues)) {
      if (this.#mayCommand(residues)) this.#awaitWords(true);
      return this.#end(isOwn(residues) && this.lagMs !== undefined ? "echo" : "continue");
    }
    // Words may come yet.
    if (!isDue) return undefined;
    const spoken = residues.findLastIndex(({ share }) => share > OTHER) + 1;
    const speaksOn = spoken >= SPEAKS_ON * residues.length && !isBackchannel(this.#words);
    if (speaksOn && (goesOn || !isHum(othersOf(residues)))) return this.#end("stop");
    this.#passed = this.#lastOther;
    this.#awaitWords(false);
    return this.#end("continue");
  }

  #awaitWords(commands: boolean): void {
    [this.#lateUntil, this.#lateCommands] = [this.#now + LATE_WORDS_MS / HOP_MS, commands];
  }

  #isVoice(residues: readonly Residue[]): boolean {
    return this.#speech > 0 && !isOwn(residues) && !isNoise(othersOf(residues));
  }

  /** Whether there was enough of somebody for one who is understood to ask her to stop. */
  #mayCommand(residues: readonly Residue[]): boolean {
    const others = othersOf(residues);
    return this.#speech > 0 && others.length >= COMMAND_MOMENTS && !isNoise(others);
  }

  #end(verdict: "stop" | "continue" | "echo"): Verdict {
    this.#lowered = undefined;
    // Who has begun while it was asked about herself is not to wait for that.
    this.#passUntil = verdict === "echo" ? 0 : this.#now + LET_PASS_MS / HOP_MS;
    return verdict;
  }
}

function isOwn(residues: readonly Residue[]): boolean {
  return othersOf(residues).length < OWN_SHARE * residues.length;
}

/** Bands of the moments that are somebody else's. */
function othersOf(residues: readonly Residue[]): Float32Array[] {
  return residues.filter(({ share }) => share > OTHER).map(({ powers }) => powers);
}
