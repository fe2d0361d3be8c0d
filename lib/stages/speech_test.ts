import { assert, assertEquals } from "@std/assert";
import type { TurnEvent } from "./events.ts";
import { FeelingsStage } from "./feelings.ts";
import { MarksStage } from "./marks.ts";
import { pipeline } from "./pipeline.ts";
import { type SpeechOptions, SpeechStage } from "./speech.ts";
import { splitsOf } from "./splits.ts";
import { ThoughtsStage } from "./thoughts.ts";

type Sentence = Extract<TurnEvent, { type: "sentence" }>;

/** What comes out of the stage; sentences are looked at beside the text that had come before them. */
function run(pieces: readonly string[], options: SpeechOptions = {}): { sentences: Sentence[]; text: string } {
  const stage = new SpeechStage(options);
  const sentences: Sentence[] = [];
  let text = "";
  const emit = (event: TurnEvent) => {
    if (event.type === "text") text += event.data;
    if (event.type !== "sentence") return;
    assert(sentences.length === event.index, "indexes count the pieces");
    assert((sentences.at(-1)?.to ?? 0) <= event.from && event.from < event.to, "pieces come one after the other");
    assert(event.to <= text.length, "a piece is told when all of its text has been given out");
    sentences.push(event);
  };
  for (const data of pieces) stage.take({ type: "text", data }, emit);
  stage.take({ type: "end", reason: "stop" }, emit);
  assertEquals(text, pieces.join(""));
  return { sentences, text };
}

function said(text: string, options: SpeechOptions = {}): string[] {
  return run([text], options).sentences.map(({ say }) => say);
}

/** What is told as what will probably be said first. */
function likelyOf(pieces: readonly string[]): string[] {
  const stage = new SpeechStage();
  const told: string[] = [];
  for (const data of pieces) {
    stage.take({ type: "text", data }, (event) => event.type === "likely" ? told.push(event.say) : undefined);
  }
  return told;
}

const ANSWERS: [text: string, said: string[]][] = [
  ["", []],
  ["Hello there, my dear friend, how are you? Fine, thanks, I hope, and well.", [
    "Hello there, my dear friend,",
    "how are you?",
    "Fine, thanks, I hope, and well.",
  ]],
  ["Well, it is fine.", ["Well, it is fine."]],
  ["Of course I can, yes", ["Of course I can,", "yes"]],
  ["Let me think about that — I guess so.", ["Let me think about that —", "I guess so."]],
  ["It has 1,000 or 3.5 parts at 10:30, e.g. Dr. Smith's. Next", [
    "It has 1,000 or 3.5 parts at 10:30,",
    "e.g. Dr. Smith's.",
    "Next",
  ]],
  ["J. R. Tolkien met Prof. Lee. So do I. Then they left.", [
    "J. R. Tolkien met Prof. Lee.",
    "So do I.",
    "Then they left.",
  ]],
  ["See https://www.example.com/a.B,c?d=E. Or mail Me.You@example.com! Bye", [
    "See example.com.",
    "Or mail Me.You@example.com!",
    "Bye",
  ]],
  ["こんにちは、私はひよりです、よろしく。元気ですか？", [
    "こんにちは、私はひよりです、",
    "よろしく。",
    "元気ですか？",
  ]],
  ["そう。「はい。元気です。」と言った。次へ。", ["そう。", "「はい。元気です。」と言った。", "次へ。"]],
  ["他说：「好的。我知道了。」然后他走了。", ["他说：「好的。我知道了。」", "然后他走了。"]],
  ["他说：「今天天气真好，我们出去玩吧。好吗？」然后他笑了。", [
    "他说：",
    "「今天天气真好，我们出去玩吧。好吗？」",
    "然后他笑了。",
  ]],
  ['She said at once: "Stop right there, all of you! Now. Please." Then she left.', [
    "She said at once:",
    '"Stop right there, all of you! Now. Please."',
    "Then she left.",
  ]],
  ['She said "Stop! Now. Please." Then she left.', ['She said "Stop! Now. Please."', "Then she left."]],
  ["It costs (I know. Too much.) ten. Go.", ["It costs (I know. Too much.) ten.", "Go."]],
  // What only the eye needs.
  ["# A title\n\n- **First** one\n* [x] _done_\n1. one\n2) two. Three\n> ~~quoted~~", [
    "A title",
    "First one",
    "done",
    "one",
    "two.",
    "Three",
    "quoted",
  ]],
  ["Before.\n```ts\nconst a = 1; // Hello. You, my dear friend, there\n```\nAfter.", ["Before.", "After."]],
  ["````\n```\nCode. Code.\n````\nText\n~~~\nnever closed. No", ["Text"]],
  [
    "| A | B |\n|---|---|\n| 1 | two. Three |\n\nname | age\n--- | ---\nAn | 3\n\nText",
    ["name | age", "Text"],
  ],
  [
    "$$\nx = 1. Y\n$$\nLet $x$ be $a^2$; it cost $5 or $6.",
    ["Let x be;", "it cost $5 or $6."],
  ],
  ["Run `npm install` or `a && b`, then `main.ts`", ["Run npm install or,", "then main.ts"]],
  ["See [the *docs*](https://x.org/a_(b)), [1] <b>bold</b>[^2] ![a cat](c.png).", ["See the docs,", "bold a cat."]],
  ["Great 😀👍🏽 🇯🇵! ★ It is 25°C ← now", ["Great!", "It is 25°C now"]],
  ["😀\n---\n***\n...\n?!", []],
  ["It is 5 * 3 and 2*3, snake_case and \\*not\\* so", ["It is 5 × 3 and 2×3,", "snake_case and not so"]],
  // Stage directions, and emphasis.
  ["*waves happily* Hello! *giggles* How are you?", ["Hello!", "How are you?"]],
  ["*She looks around. Then she waves.* Hey!\n*waves*\nOK *smiles softly*", ["Hey!", "OK"]],
  ["I *really* like *that very much*. **Bold one.** *Pride and Prejudice* is good.", [
    "I really like that very much.",
    "Bold one.",
    "Pride and Prejudice is good.",
  ]],
  ["*Really* nice. ***Both*** of it", ["Really nice.", "Both of it"]],
  ["彼は*とても*優しい。*静かに微笑む* うん", ["彼はとても優しい。", "うん"]],
  ["*笑* そうだね。楽しい*笑*\n*笑*うん。*静* はい、*苦笑*。", ["そうだね。", "楽しい", "うん。", "はい、。"]],
  ["*我*觉得好。他*爱*我*笑*。彼は*怒*っている。", ["我觉得好。", "他爱我。", "彼は怒っている。"]],
  ["*Note: this never ends. No", ["Note: this never ends. No"]],
];

Deno.test("SpeechStage cuts an answer into what can be said", () => {
  for (const [text, expected] of ANSWERS) assertEquals(said(text), expected, text);
});

Deno.test("SpeechStage with dialogue says what stands in quotation marks, of any script", () => {
  const answers: [text: string, said: string[]][] = [
    ['*smiles* "Hello there," she says, smiling. "Come in. Sit down!" Then she leaves.', [
      "Hello there,",
      "Come in. Sit down!",
    ]],
    ["„Guten Tag“, sagt er.\n«Bonjour», dit-elle.\n「こんにちは」と言う。\n『はい』\n“Yes.”\n”Hej.”", [
      "Guten Tag",
      "Bonjour",
      "こんにちは",
      "はい",
      "Yes.",
      "Hej.",
    ]],
    ['It is 5" wide. "Oh! *nods* I see."', ["Oh! I see."]],
    ["“First line.\nSecond line.” Nothing.\n\n“Never closed\n\nNothing.", [
      "First line.",
      "Second line.",
      "Never closed",
    ]],
    ["Nobody speaks. Nothing, really nothing at all, is said.", []],
  ];
  for (const [text, expected] of answers) assertEquals(said(text, { speak: "dialogue" }), expected, text);
});

Deno.test("SpeechStage tells where a piece stands: one after the other, with gaps only where nothing is said", () => {
  const text = "Hi there!  How are you?\n\n```\ncode\n```\n- Fine.\n";
  assertEquals(
    run([text]).sentences.map(({ from, to }) => text.slice(from, to)),
    ["Hi there!  ", "How are you?\n", "- Fine.\n"],
  );
});

Deno.test("SpeechStage gives the same pieces however the answer is split", () => {
  for (const [text] of ANSWERS) {
    const { sentences } = run([text]);
    for (const pieces of splitsOf(text)) assertEquals(run(pieces).sentences, sentences, JSON.stringify(pieces));
  }
});

Deno.test("SpeechStage gives the same pieces of made-up answers in random pieces, and none that is too long", () => {
  const parts = [
    ..."* ** ` ``` ~~~ 「 」 “ ” ( ) [ ] . , ; : — 、 。 ！ ? … Dr. e.g. 3.5 1,000 | $ $$ \\[ \\] > # - 1. _ ~~ \\ < > 😀 𠮷 🇯🇵"
      .split(" "),
    ..."\n|\n\n| |  |a|word|Word|smiles softly|こんにちは|你好|https://a.b/c|[x](y)|<b>|Why?|Yes! |No. |said, ".split(
      "|",
    ),
    '"',
  ];
  let seed = 11;
  const random = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;
  for (let round = 0; round < 400; round++) {
    const made = Array.from({ length: 1 + random(80) }, () => parts[random(parts.length)]!);
    const text = made.join("");
    for (const speak of ["all", "dialogue"] as const) {
      const { sentences } = run([text], { speak });
      assertEquals(run(made, { speak }).sentences, sentences, text);
      assertEquals(run(text.split(""), { speak }).sentences, sentences, text);
      for (const { say } of sentences) assert(say.length <= 310 && /[\p{L}\p{N}]/u.test(say), say);
    }
  }
});

Deno.test("SpeechStage tells a first clause with the next word, and a sentence with the next one's first letter", () => {
  const stage = new SpeechStage();
  const out: string[] = [];
  const take = (data: string) =>
    stage.take({ type: "text", data }, (event) => out.push(event.type === "sentence" ? event.say : event.type));
  take("Hello there, my friend, ");
  take("h");
  take("ow are you? ");
  take("I");
  assertEquals(out, ["text", "text", "Hello there, my friend,", "text", "text", "how are you?"]);
});

Deno.test("SpeechStage tells what will be said first with its last sign, and nothing that a number goes on with", () => {
  for (
    const [pieces, likely] of [
      [["Hello there", ", my", " friend", ",", " how"], ["Hello there, my friend,"]],
      [["Hello", " there", ".", " How"], ["Hello there."]],
      [["こんにちは、私", "はひよりです", "、", "よろしく"], ["こんにちは、私はひよりです、"]],
      // What comes with it shows the piece itself.
      [["Hello there, my friend, how"], []],
      [["```js\n", "let it be, for now,", "\n```"], []],
      [["| a cell, of a table,", " b"], []],
      [["(that is to say,", " this)"], []],
      // Told in vain: whoever makes it has made something short.
      [["It was about 3,", "5 parts"], ["It was about 3,"]],
      [["I met Dr", ".", " Smith"], []],
    ] as const
  ) assertEquals(likelyOf(pieces), [...likely], pieces.join("|"));
});

Deno.test("SpeechStage is seldom wrong about what will be said first", () => {
  const wrong = ANSWERS.flatMap(([text, said]) => likelyOf([...text]).filter((say) => !said[0]?.startsWith(say)));
  assertEquals(wrong, []);
});

Deno.test("SpeechStage cuts what is too long at clauses, else at blanks, and does not wait for a long quotation", () => {
  const clauses = said(`Yes! ${"some more words here, ".repeat(40)}`);
  assert(clauses.length >= 4 && clauses.slice(1, -1).every((say) => say.endsWith("here,")), clauses.join("\n"));
  const words = said(`Yes! ${"word ".repeat(200)}`);
  assert(words.every((say) => say.length <= 300 && /(?:word|!)$/.test(say)));
  const quotation = said(`"${"This is one of many sentences. ".repeat(20)}`);
  assertEquals(quotation[0], '"This is one of many sentences. This is one of many sentences.');
  assert(quotation.length >= 5);
});

Deno.test("SpeechStage says no thoughts, starts afresh after a retraction, and says nothing more when it is stopped", () => {
  const run = (pieces: string[], end: TurnEvent) => {
    const out: string[] = [];
    const emit = pipeline(
      [() => new ThoughtsStage(), () => new MarksStage(), () => new FeelingsStage(), () => new SpeechStage()],
      (event) => event.type === "sentence" && out.push(`${event.index} ${event.from}-${event.to} ${event.say}`),
    );
    for (const data of pieces) emit({ type: "text", data });
    emit({ type: "thinking", data: "Not said. No." });
    emit(end);
    return out;
  };
  const stop: TurnEvent = { type: "end", reason: "stop" };
  assertEquals(run(["<think>Hm. So. </think>[happy] Hi! You"], stop), ["0 0-4 Hi!", "1 4-7 You"]);
  assertEquals(run(["One thought. Two", "</think>Hi! You"], stop), ["0 0-13 One thought.", "1 0-4 Hi!", "2 4-7 You"]);
  const late = new SpeechStage({ at: 20 });
  const places: number[] = [];
  const emit = (event: TurnEvent) => event.type === "sentence" && places.push(event.from);
  late.take({ type: "text", data: "Hi! You" }, emit);
  late.take({ type: "retract" }, emit);
  late.take({ type: "text", data: "Hi! You" }, emit);
  assertEquals(places, [20, 0], "after a retraction the text begins anew");
  assertEquals(run(["Hi! You and"], { type: "end", reason: "cancelled" }), ["0 0-4 Hi!"]);
});

Deno.test("SpeechStage tells the language of each sentence", () => {
  const languages = (text: string, fallback = "en") =>
    run([text], { fallback }).sentences.map(({ language }) => language).join(" ");
  assertEquals(
    languages("Hello, how are you?\nOK.\n今日は。\n東京。\n안녕하세요\nПривет\nПривіт, їжак\nمرحبا\nΓειά"),
    "en en ja ja ko ru uk ar el",
  );
  assertEquals(languages("你好。東京。"), "zh zh");
  assertEquals(languages("了解。", "ja-JP"), "ja");
  assertEquals(languages("OK. 3.", "de"), "de");
  // One word that another language has as well tells nothing.
  for (const text of ["A small story, then.", "A cat.", "In short, maybe.", "As always.", "Come in!", "Men at work."]) {
    assertEquals(new Set(languages(text).split(" ")), new Set(["en"]), text);
  }
  const sentences: Record<string, string[]> = {
    en: ["Hi! How are you?", "I love you.", "Of course, I can help you with that.", "Good morning, sunshine!"],
    de: ["Ich heiße Hiyori.", "Das ist eine gute Frage.", "Natürlich kann ich dir helfen.", "Guten Morgen!"],
    es: ["Hola, ¿cómo estás?", "Es una buena pregunta.", "Buenos días.", "La capital de España es Madrid."],
    fr: ["Bonjour, comment ça va ?", "Je m'appelle Hiyori.", "C'est une bonne question.", "Bien sûr, je peux t’aider."],
    it: ["Ciao, come stai?", "È una bella domanda.", "Certo che posso aiutarti."],
    pt: ["Olá, como você está?", "Essa é uma boa pergunta.", "Claro que posso ajudar você."],
    nl: ["Ik heet Hiyori.", "Dat is een goede vraag.", "Natuurlijk kan ik je helpen."],
    pl: ["Cześć, jak się masz?", "To dobre pytanie, i jest mi miło."],
    tr: ["Merhaba, nasılsın?", "Bu iyi bir soru."],
    vi: ["Xin chào, bạn khỏe không?"],
  };
  for (const [language, texts] of Object.entries(sentences)) {
    for (const text of texts) assertEquals(languages(text).split(" ").at(-1), language, text);
  }
});

Deno.test("SpeechStage costs a token some microseconds, whatever comes", () => {
  const answers = {
    prose: "Hello there, my friend, how are you? **Bold** (yes), 3.5. 「こんにちは。」と言った。\n- A list. ".repeat(
      300,
    ),
    code: "```\n" + "a.b.c(d); // Hi. You\n".repeat(7_500),
    "one line": "Ah! ".repeat(37_500),
    quotation: `"${"Ah! Oh. ".repeat(18_000)}`,
    asterisks: "*a ".repeat(50_000),
    brackets: `${"[".repeat(150_000)}x. Y`,
    blanks: `${" ".repeat(150_000)}x`,
    stops: `${". ".repeat(75_000)}x`,
  };
  for (const [what, text] of Object.entries(answers)) {
    const stage = new SpeechStage();
    const began = performance.now();
    for (let at = 0; at < text.length; at += 4) stage.take({ type: "text", data: text.slice(at, at + 4) }, () => {});
    const perToken = (performance.now() - began) * 1_000 / (text.length / 4);
    // Time that grows with the length of a line would be hundreds; the bound leaves room for a busy machine.
    assert(perToken < 100, `${what}: ${perToken.toFixed(1)} µs a token`);
  }
});
