/** Calls about the characters. */
import { z } from "zod";
import { refusing } from "./refusing.ts";
import { type Character, filled } from "@/lib/characters/character.ts";
import { checked, type Handlers } from "./router.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { refuseOverridden } from "@/lib/config/settings.ts";
import type { Change } from "@/lib/config/write.ts";
import type { CharacterChoice } from "@/lib/protocol/calls.ts";
import { pictureAddress } from "@/lib/protocol/character_picture.ts";
import type { LiveConfig } from "@/lib/config/live_config.ts";
import type { ModelService } from "@/lib/server/model_service.ts";
import type { SettingsService } from "@/lib/server/settings_service.ts";
import { SpokenLanguage } from "@/lib/stages/spoken_language.ts";
import { oneLine, shorten } from "@/lib/text.ts";

/** Characters, as a reader sees them, of the text that tells who somebody is. */
const ABOUT_LENGTH = 160;

export interface CharacterCallsOptions {
  settings: SettingsService;
  modelService: ModelService;
}

export function characterCalls({ settings, modelService }: CharacterCallsOptions): Handlers {
  const { live } = settings;
  return {
    ...checked("characters.list", z.object({}), () => {
      const { all, chosen } = modelService.characters;
      return all.map((character) => choiceOf(character, chosen?.id, live.current.server.basePath));
    }),
    ...checked("characters.choose", z.object({ name: z.string().min(1).max(200) }), ({ name }) =>
      refusing(async () => {
        refuseOverridden(["prompt"], live.overrides);
        const character = modelService.characters.all.find(({ id }) => id === name);
        if (character === undefined) {
          throw new RequestError({ code: "not_found", message: `There is no character ${JSON.stringify(name)}` });
        }
        await settings.change([{ path: ["prompt"], value: name }, ...avatarOf(character, live)]);
        return null;
      })),
  };
}

/** The change that shows a character's own avatar, where it has one. */
function avatarOf({ model }: Character, live: LiveConfig): Change[] {
  const decided = live.overrides.some(({ path }) => path.join(".") === "model");
  return model === undefined || model === live.current.model || decided ? [] : [{ path: ["model"], value: model }];
}

function choiceOf(character: Character, chosen: string | undefined, basePath: string): CharacterChoice {
  const { id, name, instructions = "", text, greeting, picture } = filled(character, {
    now: new Date(),
    random: () => 0,
    seed: "",
  });
  return {
    name: id,
    title: name,
    chosen: id === chosen,
    about: shorten(oneLine(text || instructions), ABOUT_LENGTH),
    ...(picture !== undefined && { picture: pictureAddress(basePath, id, picture.version) }),
    ...(greeting !== undefined && { greeting, language: new SpokenLanguage("en").of(greeting) }),
  };
}
