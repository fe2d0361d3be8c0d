/** Conversations as people have them, made up: words as unequally common as in a language, in several scripts. */
import type { TurnRecord } from "@/lib/protocol/v2.ts";

const LATIN = "a e i o u an en er in on ar th st ing ch le re de ta mi no ka so lu vi pe".split(" ");
const COMMON = "the of and to is in that it you for how what with this can are have".split(" ");
const KANA = Array.from("あいうえおかきくけこさしすせそたちつてとなにのはひふまみもやよらりるれをんがでだ");
const HAN = Array.from(
  "一人大学生天年本中国日月火水木金土山川田花犬猫車道雨雪春夏秋冬東西南北上下左右心手足目耳口食飲見聞読書話買来行" +
    "我你他是不了在有这个们到说要会着没看好自己过去能对起还想什么样东知喜欢热冷快慢新旧高低长短红绿蓝白黑",
);
const EMOJI = ["😀", "🎉", "👩‍👩‍👧", "🐈", "❤️"];

/** What stands in few, known places. The shares are of all turns. */
const PLANTED = [
  { text: "zyxquartz", share: 0.0002 },
  { text: "margrave", share: 0.01 },
  { text: "lanternfish", share: 0.05 },
  { text: "灯台", share: 0.001 },
  { text: "qx", share: 0.001 },
] as const;

/** The same numbers for the same seed, 0 to 1. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Corpus {
  readonly #random: () => number;
  readonly #words: string[];

  constructor(seed = 1) {
    this.#random = numbers(seed);
    const rare = Array.from({ length: 20_000 }, () => this.#run(LATIN, 2 + this.#to(3)));
    this.#words = [...COMMON, ...rare];
  }

  /** One to five turns: a question, and an answer of some hundred characters, now and then of thousands. */
  conversation(): TurnRecord[] {
    const script = this.#to(4);
    return Array.from({ length: 1 + this.#to(5) }, () => ({
      turn: this.id(),
      prompt: this.text(script, 30 + this.#to(60)),
      text: this.text(script, this.#to(50) === 0 ? 4_000 : 100 + this.#to(600)),
      thinking: "",
      state: "done" as const,
      reason: "stop" as const,
      provider: "ollama",
      model: "qwen2.5",
    }));
  }

  /** @param script 0 and 1 are English, 2 is Japanese, 3 Chinese */
  text(script: number, length: number): string {
    let text = "";
    const cjk = script >= 2;
    while (text.length < length / (cjk ? 2 : 1)) {
      text += script === 2 ? this.#run(HAN, 1 + this.#to(2)) + this.#run(KANA, 1 + this.#to(3)) : "";
      text += script === 3 ? this.#run(HAN, 2 + this.#to(6)) : "";
      text += cjk ? (this.#to(5) === 0 ? "。" : "") : `${this.#word()} `;
      if (this.#to(80) === 0) text += this.#run(EMOJI, 1);
    }
    for (const { text: planted, share } of PLANTED) {
      // Half of a turn's texts are prompts.
      if (this.#random() < share / 2) text += ` ${planted} `;
    }
    return text;
  }

  /** As long as the ids that clients and the server make. */
  id(): string {
    const part = () => Math.floor(this.#random() * 2 ** 32).toString(16).padStart(8, "0");
    const hex = `${part()}${part()}${part()}${part()}`;
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  /** The few are said often, the many seldom (Zipf's law). */
  #word(): string {
    return this.#words[Math.floor(this.#words.length ** this.#random()) - 1]!;
  }

  #run(parts: readonly string[], length: number): string {
    let run = "";
    while (length-- > 0) run += parts[this.#to(parts.length)];
    return run;
  }

  #to(below: number): number {
    return Math.floor(this.#random() * below);
  }
}
