/** Takes in avatar models that pages upload. */
import { resolve } from "node:path";
import type { UploadServices } from "./upload_services.ts";
import { addModel, type Upload } from "@/lib/avatars/add_model.ts";
import { modelNames } from "@/lib/avatars/model_sources.ts";
import type { ReadBudget } from "@/lib/avatars/read_budget.ts";
import { configPath } from "@/lib/config/config_path.ts";
import { refuseOverridden } from "@/lib/config/settings.ts";
import { refusing } from "@/lib/server/calls/refusing.ts";

/** The response to the upload of an avatar. */
export interface NewAvatar {
  name: string;
  /** What its owner should know: parts that are missing or left out. */
  warnings: string[];
  /** Where its entry file is, for a look at it; absent where it is shown already. */
  url?: string;
}

export interface AddOptions {
  /** The entry file of the model that is meant, where there are several. */
  entry?: string | undefined;
  /** Whether it is shown at once. Default: true. Otherwise it waits to be chosen. */
  show?: boolean;
}

/**
 * Takes in a model: checks it, keeps it below the data folder, enters it into the configuration and shows it, if that
 * is wanted.
 *
 * @param budget what may be read of it, in all
 * @throws {RequestError} naming everything that is wrong with it; nothing is kept then. Where it is not clear which of
 * several models is meant, its cause is a {@linkcode ModelChoiceError}
 */
export function addAvatar(
  { settings, avatars, dataDir }: UploadServices,
  upload: Upload,
  budget: ReadBudget,
  { entry, show = true }: AddOptions = {},
): Promise<NewAvatar> {
  const { live } = settings;
  const config = live.current;
  return refusing(async () => {
    refuseOverridden(["model"], live.overrides);
    const kept = await addModel(resolve(dataDir, "avatars"), upload, modelNames(config), budget, entry);
    try {
      const source = configPath(live.root, kept.path);
      const model = { source, ...(entry !== undefined && { entry }) };
      const known = { path: ["models", kept.name], value: model };
      if (show) {
        await settings.change([known, { path: ["model"], value: kept.name }], budget);
        return { name: kept.name, warnings: kept.warnings };
      }
      const wanted = { ...config, model: kept.name, models: { ...config.models, [kept.name]: model } };
      const preview = await avatars.preview(wanted, budget);
      await settings.change([known]);
      return { name: kept.name, ...preview };
    } catch (error) {
      await Deno.remove(kept.path, { recursive: true });
      throw error;
    }
  });
}
