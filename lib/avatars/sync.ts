/** What `deno task sync` does: the configured model, the Cores and `app-config.json` as plain files in one folder. */
import { join, resolve } from "node:path";
import { appConfig, type ShownModel } from "@/lib/config/app_config.ts";
import { writeWhole } from "@/lib/config/write_whole.ts";
import { bringModel, type BringOptions, type Brought } from "./bring.ts";
import { modelAddress, timeScaleOf } from "./known.ts";
import { type ModelInPlace, StaticModel } from "./place.ts";

export interface SyncOptions extends BringOptions {
  /** Gets `model/`, `vendor/` and `app-config.json`. Default: `static` in `root`. */
  staticDir?: string;
}

export type SyncResult = Omit<Brought<ModelInPlace>, "shown"> & { shown: ShownModel };

/**
 * Brings the configured model and the Cores into `staticDir` and writes `app-config.json`, as {@linkcode bringModel}
 * does.
 *
 * @throws {ModelError} when nothing can be shown
 */
export async function syncModel(options: SyncOptions): Promise<SyncResult> {
  const { config } = options;
  const staticDir = resolve(options.root ?? Deno.cwd(), options.staticDir ?? "static");
  const { shown: { name, entry }, changed, ...rest } = await bringModel(
    options,
    new StaticModel(staticDir),
    join(staticDir, "vendor"),
  );
  const shown = { name, entry: modelAddress(entry), timeScale: timeScaleOf(config, name) };
  const text = `${JSON.stringify(appConfig(config, shown), null, 2)}\n`;
  const told = await writeWhole(join(staticDir, "app-config.json"), text);
  return { shown, changed: changed || told, ...rest };
}
