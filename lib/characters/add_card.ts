/** Character cards that users bring: read, named, and kept as they came. */
import { join } from "node:path";
import { parseCard } from "./card.ts";
import { type CardFile, cardKind } from "./card_sources.ts";
import { freeName, safeName } from "@/lib/config/names.ts";

export interface AddedCard {
  /** What `prompts` knows it by. */
  id: string;
  /** The card's file, below the folder it was kept in. */
  path: string;
  /** What was made to fit, left out, or is not honoured, a sentence each. */
  warnings: string[];
}

/**
 * Keeps a character card in `folder`, named after its character.
 *
 * @param file what it was brought as, for messages
 * @param taken names that other characters have
 * @throws {CardError} naming what is wrong with it; nothing is kept then
 */
export async function addCard(
  folder: string,
  { card, file }: { card: CardFile; file: string },
  taken: readonly string[],
): Promise<AddedCard> {
  const { character: { name }, warnings } = await parseCard(card, file);
  await Deno.mkdir(folder, { recursive: true });
  const kept = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name.replace(/\.\w+$/, ""));
  const id = freeName(safeName(name, "character"), [...taken, ...kept]);
  const path = join(folder, `${id}.${await cardKind(card)}`);
  if (typeof card === "string") await Deno.copyFile(card, path);
  else await Deno.writeFile(path, card, { createNew: true });
  return { id, path, warnings };
}
