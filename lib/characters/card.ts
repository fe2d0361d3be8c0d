/**
 * Character cards as people bring them: V1 (fields at the top), V2 (`chara_card_v2`) and V3 (`chara_card_v3`), and older
 * programs' own, as JSON, in pictures, or in a CharX.
 */
import { CardError } from "./card_error.ts";
import { type CardFields, cardFields, recordOf } from "./card_fields.ts";
import { decodeText, parseLoosely } from "./card_json.ts";
import { type CardFile, type CardSource, cardSources } from "./card_sources.ts";
import type { Character } from "./character.ts";
import { parseExamples } from "./examples.ts";
import { readLoreBook } from "./lorebook.ts";
import { fillMacros } from "./macros.ts";
import { UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";

const { cardTextLength } = UPLOAD_LIMITS;
/** Warnings that are told of one card. */
const MOST_WARNINGS = 30;
const DEFAULT_NOTE = { depth: 4, role: "system" } as const;

export interface ParsedCard {
  character: Character;
  /** What was made to fit, left out, or is not honoured, a sentence each. */
  warnings: string[];
}

/**
 * Reads a character card: whatever a person would still recognise is taken.
 *
 * @param file name of the file, for messages; a character without a name is called by it
 * @param user what the card calls whom it talks to, where it says `{{user}}`
 * @throws {CardError} naming what is wrong
 */
export async function parseCard(
  card: CardFile,
  file: string,
  user = "User",
): Promise<ParsedCard> {
  const failed: string[] = [];
  let cause: unknown;
  let problem = "";
  for (const source of await sourcesIn(card, file)) {
    try {
      const warnings = [...failed];
      const fields = fieldsIn(source, (warning) => warnings.push(warning));
      const character = characterFrom(fields, { file, user }, (warning) => warnings.push(warning));
      const more = warnings.length - MOST_WARNINGS;
      return {
        character,
        warnings: more > 0 ? [...warnings.slice(0, MOST_WARNINGS), `${more} further warnings`] : warnings,
      };
    } catch (error) {
      problem ||= (error as Error).message;
      cause ??= error;
      failed.push(`${source.where} was passed over: ${(error as Error).message}`);
    }
  }
  throw new CardError(file, problem, { cause });
}

async function sourcesIn(card: CardFile, file: string): Promise<CardSource[]> {
  try {
    return await cardSources(card);
  } catch (cause) {
    throw new CardError(file, (cause as Error).message, { cause });
  }
}

function fieldsIn({ where, damage, read }: CardSource, warn: (warning: string) => void): CardFields {
  const decoded = decodeText(read());
  const json = parseLoosely(decoded.text);
  if (damage !== undefined) warn(`${where} is damaged: ${damage}`);
  for (const warning of [...decoded.warnings, ...json.warnings]) warn(warning);
  // Some program wrote JSON as a text within JSON.
  const value = typeof json.value === "string" ? parseLoosely(json.value).value : json.value;
  if (typeof value !== "object" || value === null || (Array.isArray(value) && recordOf(value[0]) === undefined)) {
    throw new Error("it should hold an object, {…}");
  }
  const fields = cardFields(value, warn);
  if (fields === undefined) {
    const lore = recordOf(value)?.entries !== undefined || recordOf(recordOf(value)?.data)?.entries !== undefined;
    throw new Error(
      lore
        ? "it is a lore book without a character: in the program that made it, put it into a character's card"
        : "it tells of no character: it has no name, and nothing of who it is",
    );
  }
  const length = lengthOf(fields);
  if (length > cardTextLength) {
    throw new Error(`it says ${length} characters about its character, at most ${cardTextLength} are taken`);
  }
  return fields;
}

function lengthOf({ alternate_greetings, ...fields }: CardFields): number {
  return [...Object.values(fields), ...alternate_greetings]
    .reduce<number>((sum, text) => sum + (typeof text === "string" ? text.length : 0), 0);
}

function characterFrom(
  card: CardFields,
  { file, user }: { file: string; user: string },
  warn: (warning: string) => void,
): Character {
  const unnamed = card.name === "" && card.nickname === "";
  const name = card.name || card.nickname || nameOf(file);
  if (unnamed) warn(`It has no name: it is called ${name}, as its file is`);
  const char = card.nickname || name;
  const original = "You are {{char}}. Talk with {{user}} as {{char}} would, and stay {{char}} throughout.";
  const [greeting, ...otherGreetings] = [card.first_mes, ...card.alternate_greetings].filter((one) => one !== "");
  const reminder = card.post_history_instructions;
  const note = noteOf(card.extensions);
  const still = { char, user, now: new Date(0), random: () => 0, seed: "" };
  const lore = readLoreBook(card.character_book, (key) => fillMacros(key, still), warn);
  for (const warning of unhonoured(card)) warn(warning);
  return {
    id: name,
    name,
    instructions: card.system_prompt.replace(/\{\{\s*original\s*\}\}/gi, () => original) || original,
    text: [card.description, labelled("Personality", card.personality), labelled("Scenario", card.scenario)]
      .filter((part) => part !== "").join("\n\n"),
    ...(greeting !== undefined && { greeting }),
    otherGreetings,
    examples: parseExamples(card.mes_example, { char, user }),
    ...(reminder !== "" && { reminder }),
    ...(note !== undefined && { note }),
    ...(lore !== undefined && { lore }),
    macros: { char, user },
  };
}

/** SillyTavern's "character's note", which many cards have and no specification. */
function noteOf(extensions: CardFields["extensions"]): Character["note"] {
  const { prompt, depth, role } = recordOf(extensions.depth_prompt) ?? {};
  if (typeof prompt !== "string" || prompt.trim() === "") return undefined;
  return {
    content: prompt.trim(),
    depth: typeof depth === "number" && depth >= 0 ? Math.floor(depth) : DEFAULT_NOTE.depth,
    role: role === "user" || role === "assistant" ? role : DEFAULT_NOTE.role,
  };
}

function unhonoured({ assets, extensions, group_only_greetings, spec_version }: CardFields): string[] {
  const told: string[] = [];
  if (Array.isArray(assets) && assets.some((asset) => recordOf(asset)?.uri !== "ccdefault:")) {
    told.push("Its pictures and sounds are not shown: the avatar is chosen by itself");
  }
  if (Array.isArray(group_only_greetings) && group_only_greetings.length > 0) {
    told.push("Its greetings for groups are not told");
  }
  if (["regex_scripts", "risuai", "tavern_helper"].some((name) => scripted(extensions[name]))) {
    told.push("Its scripts are not run");
  }
  if (Number(spec_version) > 3) {
    told.push(`It is a card of version ${spec_version}: what is newer than 3.0 is left out`);
  }
  return told;
}

function scripted(value: unknown): boolean {
  const lists = [value, ...Object.values(recordOf(value) ?? {})];
  return lists.some((list) => Array.isArray(list) && list.length > 0);
}

function nameOf(file: string): string {
  return (file.split(/[/\\]/).at(-1) ?? file).replace(/\.\w+$/, "").trim().slice(0, 200) || "Character";
}

function labelled(label: string, text: string): string {
  return text === "" ? "" : `${label}: ${text}`;
}
