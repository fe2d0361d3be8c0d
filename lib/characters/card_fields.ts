/** The fields of a character card, whatever program wrote it, made to fit. */
import { UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";
import { cut, plainName } from "@/lib/text.ts";

const { cardNameLength } = UPLOAD_LIMITS;

/**
 * What each field is called: in the specifications first, then in Pygmalion's and TavernAI's old cards, Agnai's,
 * RisuAI's and Backyard's, and text-generation-webui's. Compared without case and signs.
 */
const NAMES = {
  name: ["name", "char_name", "displayName", "aiDisplayName", "aiName", "title"],
  nickname: ["nickname"],
  description: ["description", "char_persona", "persona", "aiPersona", "desc", "context"],
  personality: ["personality"],
  scenario: ["scenario", "world_scenario"],
  first_mes: ["first_mes", "char_greeting", "greeting", "firstMessage", "first_message"],
  mes_example: ["mes_example", "example_dialogue", "sampleChat", "exampleMessage", "example_dialogs", "customDialogue"],
  system_prompt: ["system_prompt", "systemPrompt", "basePrompt"],
  post_history_instructions: ["post_history_instructions", "postHistoryInstructions", "jailbreak"],
  alternate_greetings: ["alternate_greetings", "alternateGreetings"],
  character_book: ["character_book", "characterBook", "lorebook", "memoryBook", "globalLore", "world_info"],
  extensions: ["extensions"],
  assets: ["assets"],
  group_only_greetings: ["group_only_greetings"],
  spec_version: ["spec_version"],
} as const;
type Field = keyof typeof NAMES;
type TextField = Exclude<
  Field,
  "alternate_greetings" | "character_book" | "extensions" | "assets" | "group_only_greetings" | "spec_version"
>;

/** Texts as the card has them, with their macros. Absent ones are empty. */
export type CardFields = Record<TextField, string> & {
  alternate_greetings: string[];
  /** As it stands in the card. */
  character_book: unknown;
  extensions: Record<string, unknown>;
  /** What of the card is not for telling a model, or comes from a later version. */
  assets: unknown;
  group_only_greetings: unknown;
  spec_version: unknown;
};

/**
 * Finds the fields of a card in its JSON: at the top (V1), in `data` (V2, V3), or in a list of one card.
 *
 * @param warn called with each field that was made to fit, or left out, in a sentence
 * @returns undefined where nobody would recognise a character
 */
export function cardFields(json: unknown, warn: (warning: string) => void): CardFields | undefined {
  const layers = layersOf(json);
  const at = (field: Field): unknown => {
    const found = layers.map((layer) => valueIn(layer, field));
    // What V2 says in `data` may stand at the top once more, for older programs.
    return found.find((value) => typeof value === "string" && value.trim() !== "") ??
      found.find((value) => value !== undefined && value !== null);
  };
  const text = (field: TextField) => textOf(at(field), field, warn);
  const fields: CardFields = {
    name: shortened(text("name"), "name", warn),
    nickname: shortened(text("nickname"), "nickname", warn),
    description: text("description"),
    personality: text("personality"),
    scenario: text("scenario"),
    first_mes: text("first_mes"),
    mes_example: text("mes_example"),
    system_prompt: text("system_prompt"),
    post_history_instructions: text("post_history_instructions"),
    alternate_greetings: greetingsOf(at("alternate_greetings"), warn),
    character_book: at("character_book"),
    extensions: recordOf(at("extensions")) ?? {},
    assets: at("assets"),
    group_only_greetings: at("group_only_greetings"),
    spec_version: at("spec_version"),
  };
  const { name, description, personality, first_mes, scenario } = fields;
  return [name, description, personality, first_mes, scenario].some((one) => one !== "") ? fields : undefined;
}

export function recordOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : undefined;
}

function layersOf(json: unknown): Record<string, unknown>[] {
  const top = recordOf(Array.isArray(json) ? json[0] : json);
  if (top === undefined) return [];
  const innerOf = (layer: Record<string, unknown>) =>
    ["data", "character", "char", "card"].map((key) => recordOf(layer[key])).filter((one) => one !== undefined);
  const inner = innerOf(top);
  return [...inner.flatMap(innerOf), ...inner, top];
}

function valueIn(layer: Record<string, unknown>, field: Field): unknown {
  for (const name of NAMES[field]) if (Object.hasOwn(layer, name) && !isEmpty(layer[name])) return layer[name];
  const wanted = new Set(NAMES[field].map(bare));
  const key = Object.keys(layer).slice(0, 200).find((key) => wanted.has(bare(key)) && !isEmpty(layer[key]));
  return key === undefined ? undefined : layer[key];
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "";
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function textOf(value: unknown, field: string, warn: (warning: string) => void): string {
  if (isEmpty(value)) return "";
  if (typeof value === "string") return value.trim();
  if (typeof value === "number" || typeof value === "boolean") {
    warn(`${field} is ${value}, which was taken as text`);
    return String(value);
  }
  if (Array.isArray(value)) {
    const texts = value.filter((one) => typeof one === "string");
    warn(`${field} is a list: ${texts.length === 0 ? "it was left out" : "its texts were put together"}`);
    return texts.join("\n").trim();
  }
  const attributes = attributesOf(value);
  if (attributes === "") warn(`${field} is no text, and was left out`);
  return attributes;
}

/** Agnai's way to describe somebody: `{ attributes: { species: ["fox"], … } }`. */
function attributesOf(value: unknown): string {
  const lines = Object.entries(recordOf(recordOf(value)?.attributes) ?? {}).slice(0, 200).map(([name, values]) => {
    const texts = (Array.isArray(values) ? values : [values]).filter((one) => typeof one === "string");
    return name === "text" ? texts.join("\n") : `${name}: ${texts.join(", ")}`;
  });
  return lines.join("\n").trim();
}

function shortened(name: string, field: string, warn: (warning: string) => void): string {
  const line = plainName(name.slice(0, cardNameLength * 4));
  const short = cut(line, cardNameLength, (grapheme) => grapheme.length);
  if (short !== line || name.length > cardNameLength * 4) {
    warn(`${field} has ${name.length} characters: the first ${cardNameLength} were taken`);
  }
  return short;
}

function greetingsOf(value: unknown, warn: (warning: string) => void): string[] {
  if (isEmpty(value)) return [];
  // Some program wrote a time where the list belongs.
  const listed = Array.isArray(value) ? value : typeof value === "string" && /\D/.test(value) ? [value] : [];
  const texts = listed.filter((one) => typeof one === "string");
  if (!Array.isArray(value)) {
    warn(`alternate_greetings is no list: ${texts.length === 0 ? "it was left out" : "it was taken as one greeting"}`);
  } else if (texts.length < listed.length) {
    warn(`alternate_greetings has ${listed.length - texts.length} that are no text, and were left out`);
  }
  return texts.map((one) => one.trim()).filter((one) => one !== "");
}
