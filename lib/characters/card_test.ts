import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { parseCard } from "./card.ts";
import { CardError } from "./card_error.ts";
import { type Character, filled } from "./character.ts";
import { encoded, packedTextChunk, png, textChunk, unicodeTextChunk } from "./png_fixture.ts";
import { pngChunk } from "@/lib/png.ts";
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
  instructions: "You are アリス. Talk with User as アリス would, and stay アリス throughout.",
  text:
    "アリス lives behind a mirror. Costs $& and $1.\n\nPersonality: curious\n\nScenario: User drinks tea with アリス.",
  greeting: "やあ、User！ I am アリス.",
  otherGreetings: [] as string[],
  examples: [{ role: "user" as const, content: "Tea?" }, { role: "assistant" as const, content: "Always! 🫖" }],
  macros: { char: "アリス", user: "User" },
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

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** The character of a card, as it is told. */
async function told(card: Uint8Array, file: string, user?: string): Promise<Character> {
  const { character } = await parseCard(new Uint8Array(card), file, user);
  return filled(character, { now: new Date(), random: () => 0, seed: "" });
}

Deno.test("parseCard() reads a card of the first version", async () => {
  assertEquals(await told(json(V1), "alice.json"), ALICE);
  assertEquals(await told(new Uint8Array([0xef, 0xbb, 0xbf, ...json(V1)]), "alice.json"), ALICE);
});

Deno.test("parseCard() reads what the second version adds", async () => {
  const { instructions, ...alice } = ALICE;
  assertEquals(await told(json(V2), "alice.json"), {
    ...alice,
    instructions: `${instructions} Rhyme.`,
    otherGreetings: ["Oh, User!"],
    reminder: "Stay brief, アリス.",
  });
});

Deno.test("parseCard() calls a character of the third version by its nickname", async () => {
  const { id, name, instructions, text, greeting } = await told(json(V3), "alice.json", "Bob");
  assertEquals([id, name, greeting], ["アリス", "アリス", "やあ、Bob！ I am Ally."]);
  assertEquals(instructions, "You are Ally. Talk with Bob as Ally would, and stay Ally throughout. Rhyme.");
  assertEquals(text.split("\n\n"), [
    "Ally is here",
    "Personality: curious",
    "Scenario: Bob drinks tea with Ally.",
  ]);
});

Deno.test("parseCard() reads a card within a picture, however its text is kept", async () => {
  const pictures = [
    png(textChunk("Software", "x"), textChunk("chara", encoded(V1))),
    png(packedTextChunk("chara", encoded(V1))),
    png(unicodeTextChunk("chara", encoded(V1), false)),
    png(unicodeTextChunk("chara", encoded(V1), true)),
    png(textChunk("chara", encoded({ spec: "chara_card_v2", data: V1 }))),
    png(textChunk("chara", encoded({ ...V1, name: "old" })), textChunk("ccv3", encoded({ spec: "x", data: V1 }))),
  ];
  for (const picture of pictures) assertEquals(await told(picture, "alice.png"), ALICE);
});

Deno.test("parseCard() takes absent and empty fields", async () => {
  const card = await told(json({ name: " Al ", description: null, alternate_greetings: null }), "al.json");
  assertEquals(card, {
    id: "Al",
    name: "Al",
    instructions: "You are Al. Talk with User as Al would, and stay Al throughout.",
    text: "",
    otherGreetings: [],
    examples: [],
    macros: { char: "Al", user: "User" },
  });
});

Deno.test("parseCard() names what is wrong", async () => {
  const text = new TextEncoder();
  const cases: [card: Uint8Array, problem: string][] = [
    [new Uint8Array(), "what it holds is not JSON"],
    [text.encode("hello"), "what it holds is not JSON"],
    [text.encode("{hello, this is no card at all"), "it tells of no character"],
    [text.encode("{{{{".repeat(100_000)), "it tells of no character"],
    [text.encode(`{"name":"A"${",".repeat(500_000)}`), "not JSON, or too damaged"],
    [text.encode("[".repeat(500_000)), "too deep"],
    [text.encode("<!DOCTYPE html>"), "it is a web page, which is no card: in the program that made it, export"],
    [text.encode("GIF89a"), "it is a GIF picture"],
    [text.encode("[]"), "it should hold an object"],
    [text.encode("3"), "it should hold an object"],
    [text.encode('"3"'), "it should hold an object"],
    [json({}), "it tells of no character: it has no name"],
    [json({ name: " ", entries: {} }), "it is a lore book without a character"],
    [json({ spec: "chara_card_v2", data: null }), "it tells of no character"],
    [json({ name: {}, description: [3], first_mes: { a: 1 } }), "it tells of no character"],
    [png(), "it is a picture without a character, neither ccv3 nor chara"],
    [png(textChunk("chara", "no %base64%!")), "its character is not encoded as base64"],
    [png(textChunk("chara", btoa("hello"))), "what it holds is not JSON"],
    [png(textChunk("chara", encoded(V1))).subarray(0, 80), "it tells of no character"],
    [new Uint8Array(UPLOAD_LIMITS.cardTextBytes + 1), "at most"],
    [png(pngChunk("IDAT", new Uint8Array(UPLOAD_LIMITS.cardBytes))), "at most"],
    [png(packedTextChunk("chara", " ".repeat(UPLOAD_LIMITS.cardTextBytes + 1))), "damaged, or longer than 4"],
    [png(packedTextChunk("ccv3", " ".repeat(UPLOAD_LIMITS.cardTextBytes + 1))), "damaged, or longer than 4"],
    [png(unicodeTextChunk("chara", " ".repeat(UPLOAD_LIMITS.cardTextBytes + 1), true)), "damaged, or longer than 4"],
    [json({ name: "A", alternate_greetings: Array(200).fill("A".repeat(5_001)) }), "at most 1000000 are taken"],
  ];
  for (const [card, problem] of cases) {
    const error = await assertRejects(() => parseCard(new Uint8Array(card), "some.card"), CardError, problem);
    assertEquals(error.message.startsWith("Cannot read the character card some.card: "), true);
  }
});

Deno.test("parseCard() takes its time from no card, whatever it says", async () => {
  const cards = [
    { name: "A".repeat(200), description: "{{char}}".repeat(124_000) },
    { name: "A", description: "{{//".repeat(249_000) },
    { name: "A", mes_example: "<START>\n".repeat(124_000) },
    { name: "A", mes_example: "\t".repeat(990_000) },
    { name: "A", mes_example: "A:".repeat(490_000) },
  ];
  for (const card of cards) {
    const before = performance.now();
    await told(json(card), "some.card");
    assertLess(performance.now() - before, 2_000, JSON.stringify(card).slice(0, 300).slice(-30));
  }
});
