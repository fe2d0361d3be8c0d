/** Calls about the character, and taking in a new one. */
import { resolve } from "node:path";
import { z } from "zod";
import { pathFrom } from "./avatars.ts";
import { refusing } from "./refusing.ts";
import { type Character, filled } from "@/lib/characters/character.ts";
import { addCard } from "@/lib/characters/add_card.ts";
import type { CardFile } from "@/lib/characters/card_sources.ts";
import { checked, type Handlers } from "./router.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { promptChoices } from "@/lib/config/personas.ts";
import { refuseOverridden } from "@/lib/config/settings.ts";
import type { Change } from "@/lib/config/write.ts";
import type { CharacterChoice } from "@/lib/protocol/calls.ts";
import type { Services } from "@/lib/server/services.ts";

/** Characters, as a reader sees them, of the text that tells who somebody is. */
const ABOUT_LENGTH = 160;

export function characterCalls(services: Services): Handlers {
  const { modelService: modelService, live } = services;
  return {
    ...checked("characters.list", z.object({}), () => {
      const { all, chosen } = modelService.characters;
      return all.map((character) => choiceOf(character, chosen?.id));
    }),
    ...checked("characters.choose", z.object({ name: z.string().min(1).max(200) }), ({ name }) =>
      refusing(async () => {
        refuseOverridden(["prompt"], live.overrides);
        const character = modelService.characters.all.find(({ id }) => id === name);
        if (character === undefined) {
          throw new RequestError({ code: "not_found", message: `There is no character ${JSON.stringify(name)}` });
        }
        await services.change([{ path: ["prompt"], value: name }, ...avatarOf(character, services)]);
        return null;
      })),
  };
}

/**
 * Takes in a character card: keeps it below the data folder, enters it into the configuration and chooses it.
 *
 * @throws {RequestError} naming what is wrong with it; nothing is kept then
 */
export function addCharacter(
  { live, config, dataDir, change }: Services,
  card: { card: CardFile; file: string },
): Promise<{ name: string; warnings: string[] }> {
  return refusing(async () => {
    refuseOverridden(["prompt"], live.overrides);
    const { id, path, warnings } = await addCard(resolve(dataDir, "characters"), card, promptChoices(config.prompts));
    try {
      await change([
        { path: ["prompts", id], value: { card: pathFrom(live.root, path) } },
        { path: ["prompt"], value: id },
      ]);
    } catch (error) {
      await Deno.remove(path);
      throw error;
    }
    return { name: id, warnings };
  });
}

/** A character that wears an avatar of its own brings it along. */
function avatarOf({ model }: Character, { live, config }: Services): Change[] {
  const decided = live.overrides.some(({ path }) => path.join(".") === "model");
  return model === undefined || model === config.model || decided ? [] : [{ path: ["model"], value: model }];
}

function choiceOf(character: Character, chosen: string | undefined): CharacterChoice {
  const { id, name, instructions = "", text, greeting } = filled(character, {
    now: new Date(),
    random: () => 0,
    seed: "",
  });
  return {
    name: id,
    title: name,
    chosen: id === chosen,
    about: firstWords(text || instructions),
    ...(greeting !== undefined && { greeting }),
  };
}

function firstWords(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const segments = Array.from(new Intl.Segmenter().segment(line.slice(0, ABOUT_LENGTH * 8)), ({ segment }) => segment);
  return segments.length <= ABOUT_LENGTH ? line : `${segments.slice(0, ABOUT_LENGTH - 1).join("")}…`;
}
