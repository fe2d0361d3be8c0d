/** Calls about the avatar, and taking in a new one. */
import { relative, resolve } from "node:path";
import { z } from "zod";
import { refusing } from "./refusing.ts";
import { checked, type Handlers } from "./router.ts";
import { refuseOverridden } from "@/lib/config/settings.ts";
import { modelNames } from "@/lib/avatars/known.ts";
import { addModel, type Upload } from "@/lib/avatars/add_model.ts";
import type { ReadBudget } from "@/lib/avatars/read_budget.ts";
import type { AvatarChoice } from "@/lib/protocol/calls.ts";
import type { Services } from "@/lib/server/services.ts";

export function avatarCalls(services: Services): Handlers {
  return {
    ...checked("avatars.list", z.object({}), () => listAvatars(services)),
    ...checked("avatars.choose", z.object({ name: z.string().min(1).max(200) }), ({ name }) =>
      refusing(async () => {
        refuseOverridden(["model"], services.live.overrides);
        await services.change([{ path: ["model"], value: name }]);
        return null;
      })),
  };
}

/** What the page is told of an avatar it has uploaded. */
export interface NewAvatar {
  name: string;
  /** What its owner should know: parts that are missing or left out. */
  warnings: string[];
}

/**
 * Takes in a model: checks it, keeps it below the data folder, enters it into the configuration and shows it.
 *
 * @param budget what may be read of it, in all
 * @throws {Refused} naming everything that is wrong with it; nothing is kept then
 */
export function addAvatar(services: Services, upload: Upload, budget: ReadBudget): Promise<NewAvatar> {
  const { live, config, dataDir } = services;
  return refusing(async () => {
    refuseOverridden(["model"], live.overrides);
    const kept = await addModel(resolve(dataDir, "avatars"), upload, modelNames(config), budget);
    try {
      const source = pathFrom(live.root, kept.path);
      await services.change([
        { path: ["models", kept.name], value: { source } },
        { path: ["model"], value: kept.name },
      ], budget);
    } catch (error) {
      await Deno.remove(kept.path, { recursive: true });
      throw error;
    }
    return { name: kept.name, warnings: kept.warnings };
  });
}

/** A path as the configuration has it: relative where it lies in the same folder, with `/` on every system. */
export function pathFrom(root: string, path: string): string {
  const short = relative(root, path);
  return short.startsWith("..") || resolve(short) === short ? path : short.replaceAll("\\", "/");
}

async function listAvatars({ avatar, config, appConfig }: Services): Promise<AvatarChoice[]> {
  const { model } = appConfig();
  return (await avatar.list(config)).map((one) => ({ ...one, chosen: one.name === model }));
}
