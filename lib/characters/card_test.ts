import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { parseCard } from "./card.ts";
import { CardError } from "./card_error.ts";
import { chunk, encoded, packedTextChunk, png, textChunk, unicodeTextChunk } from "./png_fixture.ts";
import { UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";

const V1 = {
  name: "アリス",
  description: "{{char}} lives behind a mirror. Costs $& and $1.",
  personality: "curious",
  scenario: "{{user}} drinks tea with {{Char}}.",
  first_mes: "やあ、<USER>！ I am <BOT>.",
  mes_example: "<START>\n{{user}}: Tea?\n{{char}}: Always! 🫖",
};
const ALICE = {
  id: "アリス",
  name: "アリス",
  text: "You are アリス. Talk with User as アリス would, and stay アリス throughout.\n\n" +
    "アリス lives behind a mirror. Costs $& and $1.\n\nPersonality: curious\n\nScenario: User drinks tea with アリス.",
  greeting: "やあ、User！ I am アリス.",
  otherGreetings: [] as string[],
  examples: [{ role: "user" as const, content: "Tea?" }, { role: "assistant" as const, content: "Always! 🫖" }],
};
const V2 = {
  spec: "chara_card_v2",
  spec_version: "2.0",
  data: {
    ...V1,
    system_prompt: "{{original}} Rhyme.",
    post_history_instructions: "{{original}}Stay brief, {{char}}.",
    alternate_greetings: ["Oh, {{user}}!", ""],
    creator_notes: "never told",
    tags: ["tea"],
    character_book: { entries: [] },
    extensions: {},
  },
};
const V3 = {
  spec: "chara_card_v3",
  spec_version: "3.0",
  data: { ...V2.data, nickname: "Ally", group_only_greetings: [], description: "{{// a secret }}{{char}} is here" },
};

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

Deno.test("parseCard() reads a card of the first version", () => {
  assertEquals(parseCard(json(V1), "alice.json"), ALICE);
  assertEquals(parseCard(new Uint8Array([0xef, 0xbb, 0xbf, ...json(V1)]), "alice.json"), ALICE);
});

Deno.test("parseCard() reads what the second version adds", () => {
  const { text, ...alice } = ALICE;
  assertEquals(parseCard(json(V2), "alice.json"), {
    ...alice,
    text: text.replace("throughout.", "throughout. Rhyme."),
    otherGreetings: ["Oh, User!"],
    reminder: "Stay brief, アリス.",
  });
});

Deno.test("parseCard() calls a character of the third version by its nickname", () => {
  const { id, name, text, greeting } = parseCard(json(V3), "alice.json", "Bob");
  assertEquals([id, name, greeting], ["アリス", "アリス", "やあ、Bob！ I am Ally."]);
  assertEquals(text.split("\n\n"), [
    "You are Ally. Talk with Bob as Ally would, and stay Ally throughout. Rhyme.",
    "Ally is here",
    "Personality: curious",
    "Scenario: Bob drinks tea with Ally.",
  ]);
});

Deno.test("parseCard() reads a card within a picture, however its text is kept", () => {
  const pictures = [
    png(textChunk("Software", "x"), textChunk("chara", encoded(V1))),
    png(packedTextChunk("chara", encoded(V1))),
    png(unicodeTextChunk("chara", encoded(V1), false)),
    png(unicodeTextChunk("chara", encoded(V1), true)),
    png(textChunk("chara", encoded({ spec: "chara_card_v2", data: V1 }))),
    png(textChunk("chara", encoded({ ...V1, name: "old" })), textChunk("ccv3", encoded({ spec: "x", data: V1 }))),
  ];
  for (const picture of pictures) assertEquals(parseCard(picture, "alice.png"), ALICE);
});

Deno.test("parseCard() takes absent and empty fields", () => {
  const card = parseCard(json({ name: " Al ", description: null, alternate_greetings: null }), "al.json");
  assertEquals(card, {
    id: "Al",
    name: "Al",
    text: "You are Al. Talk with User as Al would, and stay Al throughout.",
    otherGreetings: [],
    examples: [],
  });
});

Deno.test("parseCard() names what is wrong", () => {
  const text = new TextEncoder();
  const cases: [card: Uint8Array, problem: string][] = [
    [new Uint8Array(), "it is no PNG picture, and what it holds is not JSON"],
    [text.encode("hello"), "it is no PNG picture, and what it holds is not JSON"],
    [Uint8Array.of(0xff, 0xd8, 0xff), "it is a JPEG picture, where PNG or JSON is wanted"],
    [Uint8Array.of(0x50, 0x4b, 3, 4), "it is a ZIP file"],
    [text.encode("RIFF....WEBP"), "it is a WebP picture"],
    [text.encode("[]"), "it should hold an object"],
    [text.encode("3"), "it should hold an object"],
    [json({}), "name should be the character's name"],
    [json({ name: " " }), "name should be the character's name"],
    [json({ name: "A", description: 3 }), "description should be text"],
    [json({ name: "A", alternate_greetings: "hi" }), "alternate_greetings should be a list"],
    [json({ spec: "chara_card_v2", data: null }), "data should be an object"],
    [json({ spec: "chara_card_v2", data: { name: "A", first_mes: [] } }), "data.first_mes should be text"],
    [png(), "it is a picture without a character: neither ccv3 nor chara"],
    [png(textChunk("chara", "no base64!")), "its character is not encoded as base64"],
    [png(textChunk("chara", btoa("\xff\xfe"))), "it is a PNG picture, and what it holds is not text in UTF-8"],
    [png(textChunk("chara", btoa("hello"))), "it is a PNG picture, and what it holds is not JSON"],
    [png(textChunk("chara", encoded(V1))).subarray(0, 80), "the file ends in the middle"],
    [new Uint8Array(UPLOAD_LIMITS.cardTextBytes + 1), "at most"],
    [png(chunk("IDAT", new Uint8Array(UPLOAD_LIMITS.cardBytes))), "at most"],
    [png(packedTextChunk("chara", " ".repeat(UPLOAD_LIMITS.cardTextBytes + 1))), "damaged, or longer than"],
    [png(packedTextChunk("ccv3", " ".repeat(UPLOAD_LIMITS.cardTextBytes + 1))), "damaged, or longer than"],
    [png(unicodeTextChunk("chara", " ".repeat(UPLOAD_LIMITS.cardTextBytes + 1), true)), "damaged, or longer than"],
    [json({ name: "A".repeat(UPLOAD_LIMITS.cardNameLength + 1) }), "name should be at most 200 characters"],
    [json({ name: "A", nickname: "A".repeat(201) }), "nickname should be at most 200 characters"],
    [json({ name: "A", alternate_greetings: Array(200).fill("A".repeat(5_001)) }), "at most 1000000 are taken"],
  ];
  for (const [card, problem] of cases) {
    const error = assertThrows(() => parseCard(card, "some.card"), CardError, problem);
    assertEquals(error.message.startsWith("Cannot read the character card some.card: "), true);
  }
});

Deno.test("parseCard() takes its time from no card, whatever it says", () => {
  const cards = [
    { name: "A".repeat(200), description: "{{char}}".repeat(124_000) },
    { name: "A", description: "{{//".repeat(249_000) },
    { name: "A", mes_example: "<START>\n".repeat(124_000) },
    { name: "A", mes_example: "\t".repeat(990_000) },
    { name: "A", mes_example: "A:".repeat(490_000) },
  ];
  for (const card of cards) {
    const before = performance.now();
    parseCard(json(card), "some.card");
    assertLess(performance.now() - before, 2_000, JSON.stringify(card).slice(0, 300).slice(-30));
  }
});
