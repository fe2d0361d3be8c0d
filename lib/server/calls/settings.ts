/** Calls about the configuration. */
import { z } from "zod";
import { refusing } from "./refusing.ts";
import { checked, type Handlers } from "./router.ts";
import { ConfigError } from "@/lib/config/config_error.ts";
import { chosenMind, mindNames, mindOf } from "@/lib/config/minds.ts";
import { promptChoices } from "@/lib/config/personas.ts";
import type { Config } from "@/lib/config/schema.ts";
import { inPlace, needsRestart, readChanges, settingFields, withKnownUser } from "@/lib/config/settings.ts";
import type { Change } from "@/lib/config/write.ts";
import { modelNames } from "@/lib/avatars/model_sources.ts";
import type { SettingField } from "@/lib/protocol/calls.ts";
import type { LiveConfig } from "@/lib/config/live_config.ts";
import type { SettingsService } from "@/lib/server/settings_service.ts";

const changes = z.object({
  changes: z.array(z.object({ path: z.array(z.string()).min(1), value: z.unknown() })).min(1).max(100),
});

export function settingsCalls(settings: SettingsService): Handlers {
  const { live } = settings;
  return {
    ...checked("settings.read", z.object({}), () => readSettings(live)),
    ...checked("settings.write", changes, ({ changes }) =>
      refusing(async () => {
        const { written, overrides } = live;
        const inUse = mindOf(written, chosenMind(written));
        const wanted = inPlace(withKnownUser(readChanges(changes, overrides), inUse), written, overrides);
        refuseUnknownCharacter(wanted, live.written);
        const before = live.written;
        await settings.change(wanted);
        const later = wanted.filter(({ path }) => needsRestart(path));
        return { restart: later.some(({ path }) => valueAt(before, path) !== valueAt(live.written, path)) };
      })),
  };
}

/** A file may name a character that only another program has; a page may not. */
function refuseUnknownCharacter(changes: readonly Change[], { prompts }: Config): void {
  const names = promptChoices(prompts);
  const unknown = changes.find(({ path, value }) =>
    path.join() === "prompt" && value !== undefined && !names.includes(String(value))
  );
  if (unknown === undefined) return;
  throw new ConfigError(`prompt is ${JSON.stringify(unknown.value)}: it should be one of ${names.join(", ")}`);
}

function readSettings(live: LiveConfig): SettingField[] {
  const { written, overrides } = live;
  const choices = {
    model: modelNames(written),
    prompt: promptChoices(written.prompts),
    "llm.use": mindNames(written),
  };
  return settingFields({ config: written, overrides, choices });
}

function valueAt(config: unknown, path: readonly string[]): unknown {
  return path.reduce((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], config);
}
