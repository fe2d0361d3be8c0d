/**
 * SillyTavern character cards: V1 (fields at the top), V2 (`chara_card_v2`) and V3 (`chara_card_v3`), as JSON or
 * within a PNG picture, base64 in its texts `chara` (V1, V2) and `ccv3` (V3).
 */
import { z } from "zod";
import { CardError } from "./card_error.ts";
import type { Character } from "./character.ts";
import { parseExamples } from "./examples.ts";
import { isPng, pngTexts } from "./png.ts";
import { UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";

const { cardBytes, cardTextBytes, cardTextLength, cardNameLength, cardValues } = UPLOAD_LIMITS;

const BEGINS_VALUE = new Set([..."{[,"].map((sign) => sign.charCodeAt(0)));

const words = z.string().nullish().transform((value) => value ?? "");
const cardFields = z.object({
  name: z.string().regex(/\S/).max(cardNameLength),
  nickname: words.pipe(z.string().max(cardNameLength)),
  description: words,
  personality: words,
  scenario: words,
  first_mes: words,
  mes_example: words,
  system_prompt: words,
  post_history_instructions: words,
  alternate_greetings: z.array(z.string()).nullish().transform((value) => value ?? []),
});
type CardFields = z.output<typeof cardFields>;

/**
 * Reads a character card.
 *
 * @param file name of the file, for messages
 * @param user what the card calls whom it talks to, where it says `{{user}}`
 * @throws {CardError} naming what is wrong
 */
export function parseCard(bytes: Uint8Array, file: string, user = "User"): Character {
  const most = isPng(bytes) ? cardBytes : cardTextBytes;
  if (bytes.length > most) throw new CardError(file, `it has ${bytes.length} bytes, at most ${most} are taken`);
  return characterFrom(fieldsIn(jsonIn(bytes, file), file), user);
}

function jsonIn(bytes: Uint8Array, file: string): unknown {
  const kind = kindOf(bytes);
  const inner = isPng(bytes) ? decodedFrom(bytes, file) : bytes;
  // Bytes, not characters: none of these is part of another one's UTF-8.
  const values = inner.reduce((count, byte) => BEGINS_VALUE.has(byte) ? count + 1 : count, 0);
  if (values > cardValues) throw new CardError(file, `it holds ${values} values, at most ${cardValues} are taken`);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(inner));
  } catch (cause) {
    const wanted = cause instanceof SyntaxError ? "JSON" : "text in UTF-8";
    throw new CardError(file, `${kind}, and what it holds is not ${wanted}`, { cause });
  }
}

function decodedFrom(bytes: Uint8Array, file: string): Uint8Array {
  let texts: Map<"ccv3" | "chara", string>;
  try {
    texts = pngTexts(bytes, ["ccv3", "chara"]);
  } catch (cause) {
    throw new CardError(file, (cause as Error).message, { cause });
  }
  // A card of V3 often carries one of V2 for older programs beside it.
  const encoded = texts.get("ccv3") ?? texts.get("chara");
  if (encoded === undefined) {
    throw new CardError(file, "it is a picture without a character: neither ccv3 nor chara is among its texts");
  }
  try {
    return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new CardError(file, "its character is not encoded as base64", { cause });
  }
}

function kindOf(bytes: Uint8Array): string {
  if (isPng(bytes)) return "it is a PNG picture";
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return "it is a ZIP file, where PNG or JSON is wanted";
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return "it is a JPEG picture, where PNG or JSON is wanted";
  if (bytes[0] === 0x52 && bytes[1] === 0x49) return "it is a WebP picture, where PNG or JSON is wanted";
  return "it is no PNG picture";
}

function fieldsIn(json: unknown, file: string): CardFields {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new CardError(file, "it should hold an object, {…}");
  }
  const wrapped = "data" in json && ("spec" in json || !("name" in json));
  const result = cardFields.safeParse(wrapped ? json.data : json);
  if (result.success) {
    const length = lengthOf(result.data);
    if (length <= cardTextLength) return result.data;
    throw new CardError(file, `it says ${length} characters about its character, at most ${cardTextLength} are taken`);
  }
  const [issue] = result.error.issues;
  const field = [...(wrapped ? ["data"] : []), ...issue?.path ?? []].join(".");
  const wanted = issue?.code === "too_big"
    ? `at most ${cardNameLength} characters`
    : field.endsWith("name")
    ? "the character's name"
    : field.endsWith("greetings")
    ? "a list"
    : "text";
  throw new CardError(file, `${field || "the card"} should be ${field === "data" ? "an object, {…}" : wanted}`, {
    cause: result.error,
  });
}

function lengthOf({ alternate_greetings, ...fields }: CardFields): number {
  return [...Object.values(fields), ...alternate_greetings].reduce((sum, { length }) => sum + length, 0);
}

function characterFrom(card: CardFields, user: string): Character {
  const name = card.name.trim();
  const char = card.nickname.trim() || name;
  const fill = (text: string) => fillMacros(text, { char, user }).trim();
  const original = `You are ${char}. Talk with ${user} as ${char} would, and stay ${char} throughout.`;
  const text = [
    fill(card.system_prompt).replace(/\{\{original\}\}/gi, () => original) || original,
    fill(card.description),
    labelled("Personality", fill(card.personality)),
    labelled("Scenario", fill(card.scenario)),
  ].filter((part) => part !== "").join("\n\n");
  const [greeting, ...otherGreetings] = [card.first_mes, ...card.alternate_greetings].map(fill)
    .filter((one) => one !== "");
  const reminder = fill(card.post_history_instructions).replace(/\{\{original\}\}/gi, "").trim();
  return {
    id: name,
    name,
    text,
    ...(greeting !== undefined && { greeting }),
    otherGreetings,
    examples: parseExamples(fill(card.mes_example), { char, user }),
    ...(reminder !== "" && { reminder }),
  };
}

function labelled(label: string, text: string): string {
  return text === "" ? "" : `${label}: ${text}`;
}

/** Puts names in the place of `{{char}}` and `{{user}}`, and of `<BOT>` and `<USER>` as the oldest cards have them. */
function fillMacros(text: string, { char, user }: { char: string; user: string }): string {
  return text
    // A note ends before the next macro: looking for the end of each of thousands would take hours.
    .replace(/\{\{\/\/(?:(?!\{\{)[^}])*\}\}/g, "")
    .replace(/\{\{char\}\}|<(?:bot|char)>/gi, () => char)
    .replace(/\{\{user\}\}|<user>/gi, () => user);
}
