/** Cards as real people bring them, made here: old, new, foreign, and broken in many ways. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { parseCard, type ParsedCard } from "./card.ts";
import { CardError } from "./card_error.ts";
import { exif, jpeg, jpegWithExif, jpegWithXmp, webp } from "./picture_fixture.ts";
import { encoded, packedTextChunk, png, textChunk, unicodeTextChunk } from "./png_fixture.ts";
import { joined } from "@/lib/avatars/file_tree.ts";
import { zipOf } from "@/lib/avatars/model_fixture.ts";

const MEI = { name: "Mei 梅", description: "A fox who sells tea.", first_mes: "Tea?", mes_example: "" };
const V2 = { spec: "chara_card_v2", spec_version: "2.0", data: { ...MEI, alternate_greetings: ["Hm?"] } };
const V3 = { spec: "chara_card_v3", spec_version: "3.0", data: { ...MEI, group_only_greetings: [] } };
const TEXT = JSON.stringify(MEI);

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function parse(card: Uint8Array | string, file = "mei.card"): Promise<ParsedCard> {
  return parseCard(new Uint8Array(typeof card === "string" ? bytes(card) : card), file);
}

/** With the bytes in another order than UTF-8. */
function utf16(text: string, little: boolean): Uint8Array {
  const units = new Uint8Array(2 + 2 * text.length);
  const view = new DataView(units.buffer);
  [..."\ufeff" + text].forEach((unit, i) => view.setUint16(2 * i, unit.charCodeAt(0), little));
  return units;
}

/** Every card is Mei; some with a warning that says so and so. */
async function assertMei(cases: Record<string, [card: Uint8Array | string, warning?: string]>): Promise<void> {
  for (const [name, [card, warning]] of Object.entries(cases)) {
    const { character, warnings } = await parse(card).catch((cause) => {
      throw new Error(name, { cause });
    });
    assertEquals([character.name, character.text], [MEI.name, MEI.description], name);
    if (warning === undefined) assertEquals(warnings, [], name);
    else assertStringIncludes(warnings.join("\n"), warning, name);
  }
}

Deno.test("C1: a field of the wrong kind is made to fit or left out with a warning, and the card is taken", async () => {
  const card = (more: Record<string, unknown>) => JSON.stringify({ ...MEI, ...more });
  const inner = (more: Record<string, unknown>) => JSON.stringify({ ...V2, data: { ...MEI, ...more } });
  await assertMei({
    "greetings that are a time": [card({ alternate_greetings: "1687194031049" }), "is no list: it was left out"],
    "greetings that are one": [card({ alternate_greetings: "Hi" }), "taken as one greeting"],
    "greetings that are a number": [card({ alternate_greetings: 3 }), "is no list"],
    "greetings that are an object": [inner({ alternate_greetings: { a: 1 } }), "is no list"],
    "nothing among the greetings": [card({ alternate_greetings: ["Hi", null] }), "1 that are no text"],
    "greetings of all kinds": [inner({ alternate_greetings: [1, {}, [], "Hi"] }), "3 that are no text"],
    "a number for a text": [card({ personality: undefined, system_prompt: 3 }), "system_prompt is 3"],
    "true for a text": [card({ nickname: true }), "nickname is true"],
    "a list for a text": [card({ first_mes: ["Tea?", "Now?"] }), "first_mes is a list: its texts were put together"],
    "a list of nothing for a text": [card({ mes_example: [[]] }), "mes_example is a list: it was left out"],
    "an object for a text": [card({ post_history_instructions: {} }), "is no text, and was left out"],
    "null everywhere": [card({ personality: null, scenario: null, alternate_greetings: null, extensions: null })],
    "extensions that are a list": [card({ extensions: [] })],
    "a book that is a text": [card({ character_book: "lore" }), "has no entries"],
    "entries that are none": [card({ character_book: { entries: [null, 3, {}] } }), "Lore: what is no entry"],
    "tags that are no list": [card({ tags: 3, creator: {} })],
    "a comma too many": [TEXT.replace("}", ",}")],
    "comments": [`// mine\n${TEXT.replace("{", "{ /* Mei */")}`],
    "a mark before it": ["\ufeff" + TEXT],
    "zeros after it": [TEXT + "\0\0"],
    "cut off": [
      JSON.stringify({ ...MEI, scenario: undefined, creator_notes: "long ".repeat(9) }).slice(0, -20),
      "damaged",
    ],
    "a quote that is missing": [TEXT.slice(0, -2) + "}", "Its JSON is damaged"],
    "a comma that is missing": [TEXT.replace(',"first_mes"', '"first_mes"'), "CommaExpected"],
    "UTF-16, little end first": [utf16(TEXT, true)],
    "UTF-16, big end first": [utf16(TEXT, false)],
    "UTF-16 that does not say so": [utf16(TEXT, true).subarray(2)],
    "UTF-16 that does not say so, big end first": [utf16(TEXT, false).subarray(2)],
    "pasted from a chat": ["\n```json\n" + TEXT + "\n```\n"],
    "within a character": [JSON.stringify({ character: V2 })],
    "within a card": [JSON.stringify({ card: { character: MEI }, version: 1 })],
    "a damaged character": [
      joined([bytes(TEXT.slice(0, -1) + ',"x":"'), Uint8Array.of(0xff), bytes('"}')]),
      "characters are damaged",
    ],
    "a list of one": [`[${TEXT}]`],
    "a text within JSON": [JSON.stringify(TEXT)],
    "a version to come": [JSON.stringify({ ...V3, spec_version: "4.0" }), "a card of version 4.0"],
    "data that is nothing beside V1": [JSON.stringify({ ...MEI, spec: "chara_card_v2", data: null })],
    "data that lacks what V1 has": [JSON.stringify({ ...MEI, spec: "x", data: { name: "", description: 3 } })],
    "names in capitals": [JSON.stringify({ Name: MEI.name, Description: MEI.description, FirstMes: "Tea?" })],
  });
});

Deno.test("C1: a name that is missing or too long is made to fit", async () => {
  const unnamed = await parse(JSON.stringify({ ...MEI, name: null }), "cards/Mei.v2.json");
  assertEquals([unnamed.character.name, unnamed.warnings], ["Mei.v2", [
    "It has no name: it is called Mei.v2, as its file is",
  ]]);
  const long = await parse(JSON.stringify({ ...MEI, name: "🦊".repeat(500) }));
  assertEquals(long.character.name, "🦊".repeat(100));
  assertStringIncludes(long.warnings.join(), "name has 1000 characters");
  assertEquals((await parse(JSON.stringify({ ...MEI, name: " a\n b " }))).character.name, "a b");
  const turned = { ...MEI, name: "\u202eieM\0 \u2067梅\u2069" };
  assertEquals((await parse(JSON.stringify(turned))).character.name, "ieM 梅");
  assertEquals((await parse(JSON.stringify({ nickname: "Mei", scenario: "Tea." }))).character.name, "Mei");
});

Deno.test("C1: lines that somebody has broken by hand within a text are kept", async () => {
  const scenario = 'A hill.\n\tTea \\"grows\\" there.';
  const { character, warnings } = await parse(
    `{"name":"Mei","scenario":"${scenario}",\n"description":"A fox.\r\nA shop."}`,
  );
  assertEquals(character.text, 'A fox.\r\nA shop.\n\nScenario: A hill.\n\tTea "grows" there.');
  assertStringIncludes(warnings.join(), "lines that JSON would write otherwise");
});

Deno.test("C2: pictures with keywords in any case, every kind of text, damage, and the end cut off are taken", async () => {
  const good = textChunk("chara", encoded(MEI));
  const damaged = textChunk("ccv3", encoded(V3));
  damaged[damaged.length - 1]! ^= 1;
  const whole = png(textChunk("ccv3", "%%%"), good);
  const wide = encoded({ ...MEI, creator_notes: "x".repeat(900) });
  const cut = png(textChunk("chara", wide));
  await assertMei({
    "V1": [png(good)],
    "V2": [png(textChunk("chara", encoded(V2)))],
    "V3": [png(textChunk("ccv3", encoded(V3)))],
    "packed": [png(packedTextChunk("ccv3", encoded(V3)))],
    "unicode": [png(unicodeTextChunk("ccv3", encoded(V3), false))],
    "unicode, packed": [png(unicodeTextChunk("chara", encoded(V2), true))],
    "Chara": [png(textChunk("Chara", encoded(V2)))],
    "CCV3": [png(textChunk("CCV3", encoded(V3)))],
    "CHARA, packed": [png(packedTextChunk("CHARA", encoded(V2)))],
    "V3 after V2": [png(textChunk("chara", encoded({ ...MEI, name: "old" })), textChunk("ccv3", encoded(V3)))],
    "V3 that is no base64": [whole, "The text ccv3 was passed over: its character is not encoded"],
    "V3 that is no JSON": [png(good, textChunk("ccv3", btoa("{}}"))), "The text ccv3 was passed over"],
    "V3 without a character": [png(good, textChunk("ccv3", encoded({ data: {} }))), "it tells of no character"],
    "V3 that does not unpack": [png(good, packedTextChunk("ccv3", "x").fill(0xff, 12 + 5)), "passed over"],
    "a second one that is whole": [png(textChunk("chara", "%%%"), good), "The text chara was passed over"],
    "another checksum": [png(damaged), "The text ccv3 is damaged: its checksum differs"],
    "cut off after it": [whole.subarray(0, -6), "ccv3 was passed over"],
    "cut off within the picture": [joined([png().subarray(0, 33), good, Uint8Array.of(0, 0, 9, 9, 73, 68, 65, 84, 1)])],
    "cut off within it": [cut.subarray(0, -200), "the file ends within it"],
    "base64 behind what it is": [png(textChunk("chara", `data:application/json;base64,${encoded(V2)}`))],
    "JSON without base64": [png(textChunk("chara", TEXT))],
    "JSON in unicode": [png(unicodeTextChunk("chara", TEXT, true))],
    "base64 for addresses, in lines": [
      png(textChunk("chara", encoded(MEI).replaceAll("+", "-").replaceAll("/", "_").replace(/.{20}/g, "$&\n"))),
    ],
    "base64 without its end": [png(textChunk("chara", encoded({ ...MEI, x: 1 }).replace(/=+$/, "")))],
  });
});

Deno.test("C3: cards of old and of other programs are mapped", async () => {
  const cases: Record<string, Record<string, unknown>> = {
    "Pygmalion": {
      char_name: "Mei",
      char_persona: "A fox.",
      char_greeting: "Tea?",
      world_scenario: "A stall.",
      example_dialogue: "<START>\nYou: Tea!\nMei: Yes!",
    },
    "TavernAI": {
      name: "Mei",
      description: "A fox.",
      scenario: "A stall.",
      first_mes: "Tea?",
      mes_example: "<START>\n{{user}}: Tea!\n{{char}}: Yes!",
    },
    "text-generation-webui": {
      name: "Mei",
      context: "A fox.",
      greeting: "Tea?",
      scenario: "A stall.",
      example_dialogue: "{{user}}: Tea!\n{{char}}: Yes!",
    },
    "Agnai": {
      kind: "character",
      name: "Mei",
      persona: { kind: "text", attributes: { text: ["A fox."] } },
      greeting: "Tea?",
      scenario: "A stall.",
      sampleChat: "{{user}}: Tea!\n{{char}}: Yes!",
    },
    "Backyard": {
      character: {
        aiDisplayName: "Mei",
        aiPersona: "A fox.",
        firstMessage: "Tea?",
        scenario: "A stall.",
        customDialogue: "{{user}}: Tea!\n{{char}}: Yes!",
      },
      version: 1,
    },
    "RisuAI": {
      type: "character",
      name: "Mei",
      desc: "A fox.",
      firstMessage: "Tea?",
      scenario: "A stall.",
      exampleMessage: "{{user}}: Tea!\n<bot>: Yes!",
    },
  };
  for (const [name, card] of Object.entries(cases)) {
    const { character: { name: called, text, greeting, examples }, warnings } = await parse(JSON.stringify(card));
    assertEquals([called, text, greeting], ["Mei", "A fox.\n\nScenario: A stall.", "Tea?"], name);
    assertEquals(examples.map(({ role, content }) => `${role} ${content}`), ["user Tea!", "assistant Yes!"], name);
    assertEquals(warnings, [], name);
  }
  const { character } = await parse(
    JSON.stringify({ name: "Mei", persona: { kind: "wpp", attributes: { species: ["fox", "cat"], job: ["tea"] } } }),
  );
  assertEquals(character.text, "species: fox, cat\njob: tea");
});

Deno.test("C5: a CharX, and a JPEG or a WebP with a card, are read", async () => {
  const charx = await zipOf({ "card.json": JSON.stringify(V3), "assets/icon/images/main.png": "x" });
  const sheltered = await zipOf({ "mei/card.json": JSON.stringify(V3), "mei/a.png": "x" });
  const list = bytes(TEXT).join(",");
  await assertMei({
    "CharX": [charx],
    "CharX in a folder": [sheltered],
    "JPEG, EXIF": [jpegWithExif(encoded(V2))],
    "JPEG, EXIF without base64": [jpegWithExif(TEXT)],
    "JPEG, XMP": [jpegWithXmp(encoded(V2))],
    "JPEG, a comment": [jpeg([0xfe, bytes(encoded(V2))])],
    "JPEG, with a CharX behind it": [joined([jpeg(), charx])],
    "WebP, EXIF": [webp("EXIF", exif(encoded(V2)))],
    "WebP, EXIF of a list of bytes": [webp("EXIF", exif(list, true))],
    "WebP, EXIF as JPEG has it": [webp("EXIF", joined([bytes("Exif\0\0"), exif(TEXT, true)]))],
    "WebP, XMP": [webp("XMP ", bytes(`<c:chara>${encoded(V2)}</c:chara>`))],
    "WebP, with a CharX behind it": [joined([webp("VP8 ", Uint8Array.of(1)), charx])],
    "JPEG, cut off": [jpegWithExif(encoded(V2)).subarray(0, -5)],
  });
});

Deno.test("C5: what holds no card says in one sentence how to export it", async () => {
  const cases: [file: Uint8Array, problem: string][] = [
    [await zipOf({ "a.model3.json": "{}" }), "it is a ZIP file without a card.json"],
    [(await zipOf({ "card.json": TEXT })).slice(0, -30), "it is a ZIP file that cannot be read"],
    [jpeg(), "it is a JPEG picture without a character"],
    [webp("VP8 ", Uint8Array.of(1)), "it is a WebP picture without a character"],
    [png(), "it is a picture without a character"],
    [bytes("\0\0\0\x1cftypavif"), "it is an AVIF or HEIC picture"],
  ];
  for (const [file, problem] of cases) {
    const { message } = await assertRejects(() => parse(file), CardError, problem);
    assertStringIncludes(message, "in the program that made it, export the card as PNG or JSON");
    assert(!message.includes("\n"));
  }
});

Deno.test("pictures that point round in circles, or nowhere, are no cards, and take no time", async () => {
  const round = exif("x");
  new DataView(round.buffer).setUint32(18, 8); // The pointer to the comment's part leads to itself.
  const far = exif("x");
  new DataView(far.buffer).setUint32(4, 0xfffffff0);
  for (const data of [round, far, round.subarray(0, 10), new Uint8Array(8), new Uint8Array()]) {
    await assertRejects(() => parse(webp("EXIF", data)), CardError, "WebP picture");
    await assertRejects(() => parse(jpeg([0xe1, joined([bytes("Exif\0\0"), data])])), CardError, "JPEG picture");
  }
});
