import { assert, assertEquals } from "@std/assert";
import { TokenCounter } from "./token_count.ts";

const SAMPLES = {
  english: "The quick brown fox jumps over the lazy dog, and nobody says a word about it until morning.\n",
  code: 'export function add(a: number, b: number): number {\n    return a + b; // "sum"\n}\n',
  digits: "3141592653589793238462643383279502884197169399375105820974944592",
  russian: "Вчера вечером мы долго гуляли по набережной и говорили о музыке.",
  chinese: "昨天晚上我们沿着河边散步，聊了很久的音乐。",
  japanese: "きのうの夜は川沿いをゆっくり歩いて、音楽の話をしました。",
  korean: "어제 저녁에는 강변을 천천히 걸으며 음악 이야기를 했어요.",
  thai: "เมื่อวานตอนเย็นเราเดินเล่นริมแม่น้ำ",
  emoji: "🎉👍🏽👩‍👩‍👧🇯🇵☀️",
};

/** Rules that tokenizers go by, as they are known of families of models. */
const TOKENIZERS: Record<string, (text: string) => number> = {
  /** Many scripts in the vocabulary, every digit alone. */
  rich: (text) =>
    sum(text, /[a-z]{1,7}|\p{Nd}|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{1,2}|\s|[^\sa-z\p{Nd}]/giu),
  /** A few thousand characters of other scripts, what is left in bytes. */
  modest: (text) => sum(text, /[a-z]{1,4}|\s|[^\sa-z]/giu, (piece) => piece > "\u{ffff}" ? 3 : 1),
  /** Three digits together, other scripts in bytes by halves. */
  western: (text) => sum(text, /[a-z]{1,5}|\p{Nd}{1,3}|\s+|[^\sa-z\p{Nd}]/giu, (piece) => Math.ceil(bytes(piece) / 2)),
};

function sum(text: string, pieces: RegExp, cost: (piece: string) => number = () => 1): number {
  // A lone space is part of the word after it.
  const words = text.replace(/(?<=\S) (?=\S)/gu, "");
  return (words.match(pieces) ?? []).reduce(
    (tokens, piece) => tokens + (/^[\x21-\x7f]/.test(piece) ? 1 : cost(piece)),
    0,
  );
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

function said(content: string) {
  return [{ role: "user" as const, content }];
}

/** The count of the text alone. */
function textTokens(counter: TokenCounter, text: string): number {
  return counter.count(said(text)) - counter.count(said(""));
}

/** The same texts at every run: samples, cut and mixed. */
function* mixtures(): Generator<string> {
  let seed = 1;
  const next = (below: number) => (seed = seed * 48_271 % 2_147_483_647) % below;
  const all = Object.values(SAMPLES);
  for (let round = 0; round < 300; round++) {
    const parts = Array.from({ length: 1 + next(5) }, () => all[next(all.length)]!.repeat(1 + next(20)));
    const text = parts.join(["", " ", "\n\n"][next(3)]);
    yield text.slice(next(20), text.length - next(20)).toWellFormed();
  }
}

Deno.test("A13: TokenCounter counts every digit", () => {
  const tokens = new TokenCounter().count(said("7".repeat(12_000)));
  assert(tokens >= 12_000 && tokens < 12_100, `${tokens}`);
});

Deno.test("TokenCounter is near what tokenizers say of English", () => {
  const tokens = textTokens(new TokenCounter(), "The quick brown fox jumps over the lazy dog.");
  assert(tokens >= 10 && tokens <= 15, `${tokens}`);
});

Deno.test("TokenCounter that has learned nothing never counts less than seven tenths of what a tokenizer does", () => {
  const counter = new TokenCounter();
  for (const text of mixtures()) {
    for (const [name, tokenize] of Object.entries(TOKENIZERS)) {
      const [counted, real] = [textTokens(counter, text), tokenize(text)];
      assert(counted >= 0.7 * real, `${name}: ${counted} of ${real} in ${text.slice(0, 60)}`);
    }
  }
});

Deno.test("TokenCounter never counts less than half of a text spelled in bytes, letters apart", () => {
  const counter = new TokenCounter();
  for (const text of mixtures()) {
    const spelled = text.replace(/[a-z]/giu, "").replace(/ +/gu, " ");
    assert(textTokens(counter, spelled) >= 0.5 * bytes(spelled) - spelled.split(" ").length, spelled.slice(0, 60));
  }
});

Deno.test("TokenCounter learns each kind of text from the answers in it", () => {
  for (const [name, tokenize] of Object.entries(TOKENIZERS)) {
    for (const [kind, sample] of Object.entries(SAMPLES)) {
      const counter = new TokenCounter();
      const output = sample.repeat(20);
      for (let answer = 0; answer < 12; answer++) {
        counter.learn({ messages: [], output, outputTokens: tokenize(output) });
      }
      const ratio = textTokens(counter, sample.repeat(7)) / tokenize(sample.repeat(7));
      // Costs go down to half of the beginning's and no further.
      assert(ratio > 0.97 && ratio < (kind === "emoji" || kind === "code" ? 2 : 1.6), `${name}, ${kind}: ${ratio}`);
    }
  }
});

Deno.test("TokenCounter believes a prompt's count only where it is more than expected", () => {
  const messages = said(SAMPLES.chinese.repeat(50));
  const counter = new TokenCounter();
  const before = counter.count(messages);
  // The cache of an older server, or a prompt that was cut.
  counter.learn({ messages, output: "", promptTokens: 400 });
  assertEquals(counter.count(messages), before);
  counter.learn({ messages, output: "", promptTokens: before + 500 });
  assert(Math.abs(counter.count(messages) - before - 500) < 10);
});

Deno.test("TokenCounter learns nothing from little, or from what cannot be", () => {
  const counter = new TokenCounter();
  const messages = said(SAMPLES.english.repeat(20));
  const before = counter.count(messages);
  counter.learn({ messages: said("hi"), output: "ok", promptTokens: 60, outputTokens: 9 });
  // Thoughts that the server counted and did not tell.
  counter.learn({ messages: [], output: SAMPLES.english.repeat(5), outputTokens: 100_000 });
  counter.learn({ messages: [], output: SAMPLES.english.repeat(5), outputTokens: 1 });
  counter.learn({ messages, output: "" });
  assertEquals(counter.count(messages), before);
});

Deno.test("TokenCounter that learns from one kind of text leaves the others as they are", () => {
  const counter = new TokenCounter();
  const digits = textTokens(counter, SAMPLES.digits);
  counter.learn({ messages: [], output: SAMPLES.chinese.repeat(20), outputTokens: 300 });
  assertEquals(textTokens(counter, SAMPLES.digits), digits);
});
