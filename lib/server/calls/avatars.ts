/** Calls about the avatars. */
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { refusing } from "./refusing.ts";
import { checked, type Handlers } from "./router.ts";
import { ConfigError } from "@/lib/config/config_error.ts";
import type { Change } from "@/lib/config/write.ts";
import { EMOTIONS } from "@/lib/protocol/emotions.ts";
import { refuseOverridden } from "@/lib/config/settings.ts";
import type { AvatarLibrary } from "@/lib/avatars/avatar_library.ts";
import type { Config } from "@/lib/config/schema.ts";
import type { AvatarChoice } from "@/lib/protocol/calls.ts";
import type { SettingsService } from "@/lib/server/settings_service.ts";

export interface AvatarCallsOptions {
  settings: SettingsService;
  avatars: AvatarLibrary;
  dataDir: string;
}

export function avatarCalls(options: AvatarCallsOptions): Handlers {
  const { settings, avatars } = options;
  return {
    ...checked("avatars.list", z.object({}), () => listAvatars(options)),
    ...checked("avatars.preview", z.object({ name }), ({ name }) =>
      refusing(async () => {
        const { url } = await avatars.preview({ ...settings.live.current, model: name });
        return { url };
      })),
    ...checked(
      "avatars.choose",
      z.object({ name, emotions: emotions.exactOptional() }),
      ({ name, emotions }) =>
        refusing(async () => {
          refuseOverridden(["model"], settings.live.overrides);
          const faces = emotions === undefined ? [] : [facesOf(settings.live.current, name, emotions)];
          await settings.change([...faces, { path: ["model"], value: name }]);
          return null;
        }),
    ),
    ...checked("avatars.remove", z.object({ name }), ({ name }) =>
      refusing(async () => {
        await removeAvatar(options, name);
        return null;
      })),
  };
}

const name = z.string().min(1).max(200);
/** Names of expressions by feelings. */
const emotions = z.partialRecord(z.enum(EMOTIONS), z.string().min(1).max(200));

/** The change that sets a model's expressions for feelings, and keeps its other fields. */
function facesOf(config: Config, model: string, faces: z.output<typeof emotions>): Change {
  const own = Object.hasOwn(config.models, model) ? config.models[model] : undefined;
  const { emotions: _before, ...others } = own ?? {};
  const value = { ...others, ...(Object.keys(faces).length > 0 && { emotions: faces }) };
  return { path: ["models", model], value: own === undefined && Object.keys(value).length === 0 ? undefined : value };
}

/** Takes an avatar that was uploaded out of the configuration, and its files away. */
async function removeAvatar({ settings, dataDir }: AvatarCallsOptions, name: string): Promise<void> {
  const { live } = settings;
  const config = live.current;
  const source = Object.hasOwn(config.models, name) ? config.models[name]?.source : undefined;
  const path = source === undefined ? undefined : resolve(live.root, source);
  if (path === undefined || dirname(path) !== resolve(dataDir, "avatars")) {
    throw new ConfigError(`Cannot remove the avatar ${name}: it is none of those that were brought by a page`);
  }
  if (config.model === name || settings.appConfig().model === name) {
    throw new ConfigError(`Cannot remove the avatar ${name}: it is shown now, choose another one first`);
  }
  await settings.change([{ path: ["models", name], value: undefined }]);
  await Deno.remove(path, { recursive: true });
}

async function listAvatars({ settings, avatars }: AvatarCallsOptions): Promise<AvatarChoice[]> {
  const { model } = settings.appConfig();
  return (await avatars.list(settings.live.current)).map((one) => ({ ...one, chosen: one.name === model }));
}
