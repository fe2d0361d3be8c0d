/** Takes in character cards that pages upload. */
import { resolve } from "node:path";
import type { UploadServices } from "./upload_services.ts";
import { addCard } from "@/lib/characters/add_card.ts";
import type { CardFile } from "@/lib/characters/card_sources.ts";
import { configPath } from "@/lib/config/config_path.ts";
import { promptChoices } from "@/lib/config/personas.ts";
import { refuseOverridden } from "@/lib/config/settings.ts";
import { refusing } from "@/lib/server/calls/refusing.ts";

/**
 * Takes in a character card: keeps it below the data folder, enters it into the configuration and chooses it.
 *
 * @throws {RequestError} naming what is wrong with it; nothing is kept then
 */
export function addCharacter(
  { settings, dataDir }: UploadServices,
  card: { card: CardFile; file: string },
): Promise<{ name: string; warnings: string[] }> {
  const { live } = settings;
  return refusing(async () => {
    refuseOverridden(["prompt"], live.overrides);
    const { id, path, warnings } = await addCard(
      resolve(dataDir, "characters"),
      card,
      promptChoices(live.current.prompts),
    );
    try {
      await settings.change([
        { path: ["prompts", id], value: { card: configPath(live.root, path) } },
        { path: ["prompt"], value: id },
      ]);
    } catch (error) {
      await Deno.remove(path);
      throw error;
    }
    return { name: id, warnings };
  });
}
