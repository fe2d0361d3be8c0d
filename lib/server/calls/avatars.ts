/** Calls about the avatar, and taking in a new one. */
import { dirname, relative, resolve } from "node:path";
import { z } from "zod";
import { refusing } from "./refusing.ts";
import { checked, type Handlers } from "./router.ts";
import { ConfigError } from "@/lib/config/config_error.ts";
import type { Change } from "@/lib/config/write.ts";
import { EMOTIONS } from "@/lib/protocol/emotions.ts";
import { refuseOverridden } from "@/lib/config/settings.ts";
import { modelNames } from "@/lib/avatars/known.ts";
import { addModel, type Upload } from "@/lib/avatars/add_model.ts";
import type { ReadBudget } from "@/lib/avatars/read_budget.ts";
import type { AvatarChoice } from "@/lib/protocol/calls.ts";
import type { Services } from "@/lib/server/services.ts";

export function avatarCalls(services: Services): Handlers {
  return {
    ...checked("avatars.list", z.object({}), () => listAvatars(services)),
    ...checked(
      "avatars.choose",
      z.object({ name, emotions: emotions.exactOptional() }),
      ({ name, emotions }) =>
        refusing(async () => {
          refuseOverridden(["model"], services.live.overrides);
          const faces = emotions === undefined ? [] : [facesOf(services, name, emotions)];
          await services.change([...faces, { path: ["model"], value: name }]);
          return null;
        }),
    ),
    ...checked("avatars.remove", z.object({ name }), ({ name }) =>
      refusing(async () => {
        await removeAvatar(services, name);
        return null;
      })),
  };
}

const name = z.string().min(1).max(200);
/** Names of expressions by feelings. */
const emotions = z.partialRecord(z.enum(EMOTIONS), z.string().min(1).max(200));

/** Faces for feelings, kept with the model whatever else is said of it. */
function facesOf({ config }: Services, model: string, faces: z.output<typeof emotions>): Change {
  const own = Object.hasOwn(config.models, model) ? config.models[model] : undefined;
  const { emotions: _before, ...others } = own ?? {};
  const value = { ...others, ...(Object.keys(faces).length > 0 && { emotions: faces }) };
  return { path: ["models", model], value: own === undefined && Object.keys(value).length === 0 ? undefined : value };
}

/** Takes an avatar that was brought by a page out of the configuration, and its files away. */
async function removeAvatar({ config, live, dataDir, appConfig, change }: Services, name: string): Promise<void> {
  const source = Object.hasOwn(config.models, name) ? config.models[name]?.source : undefined;
  const path = source === undefined ? undefined : resolve(live.root, source);
  if (path === undefined || dirname(path) !== resolve(dataDir, "avatars")) {
    throw new ConfigError(`Cannot remove the avatar ${name}: it is none of those that were brought by a page`);
  }
  if (config.model === name || appConfig().model === name) {
    throw new ConfigError(`Cannot remove the avatar ${name}: it is shown now, choose another one first`);
  }
  await change([{ path: ["models", name], value: undefined }]);
  await Deno.remove(path, { recursive: true });
}

/** What the page is told of an avatar it has uploaded. */
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
 * @throws {Refused} naming everything that is wrong with it; nothing is kept then. Where it is not clear which of several
 * models is meant, its cause is a {@linkcode ModelChoiceError}
 */
export function addAvatar(
  services: Services,
  upload: Upload,
  budget: ReadBudget,
  { entry, show = true }: AddOptions = {},
): Promise<NewAvatar> {
  const { live, config, dataDir } = services;
  return refusing(async () => {
    refuseOverridden(["model"], live.overrides);
    const kept = await addModel(resolve(dataDir, "avatars"), upload, modelNames(config), budget, entry);
    try {
      const source = pathFrom(live.root, kept.path);
      const model = { source, ...(entry !== undefined && { entry }) };
      const known = { path: ["models", kept.name], value: model };
      if (show) {
        await services.change([known, { path: ["model"], value: kept.name }], budget);
        return { name: kept.name, warnings: kept.warnings };
      }
      const wanted = { ...config, model: kept.name, models: { ...config.models, [kept.name]: model } };
      const preview = await services.avatar.preview(wanted, budget);
      await services.change([known]);
      return { name: kept.name, ...preview };
    } catch (error) {
      await Deno.remove(kept.path, { recursive: true });
      throw error;
    }
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
