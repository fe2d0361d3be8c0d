/** What `deno task sync` does: the configured model, the Cores and `app-config.json` as plain files in one folder. */
import { join, resolve } from "node:path";
import { appConfig, type ShownModel } from "@/lib/config/app_config.ts";
import { writeWhole } from "@/lib/files.ts";
import { installModel, type InstallOptions, type InstallResult } from "./install_model.ts";
import { modelAddress, timeScaleOf } from "./model_sources.ts";
import { type ServedModel, StaticModel } from "./model_storage.ts";

export interface SyncOptions extends InstallOptions {
  /** Gets `model/`, `vendor/` and `app-config.json`. Default: `static` in `root`. */
  staticDir?: string;
}

export type SyncResult = Omit<InstallResult<ServedModel>, "shown"> & { shown: ShownModel };

/**
 * Installs the configured model and the Cores below `staticDir` and writes `app-config.json`, as
 * {@linkcode installModel} does.
 *
 * @throws {ModelError} when nothing can be shown
 */
export async function syncModel(options: SyncOptions): Promise<SyncResult> {
  const { config } = options;
  const staticDir = resolve(options.root ?? Deno.cwd(), options.staticDir ?? "static");
  const { shown: { name, entry }, changed, ...rest } = await installModel(
    options,
    new StaticModel(staticDir),
    join(staticDir, "vendor"),
  );
  const shown = { name, entry: modelAddress(entry), timeScale: timeScaleOf(config, name) };
  const text = `${JSON.stringify(appConfig(config, shown), null, 2)}\n`;
  const written = await writeWhole(join(staticDir, "app-config.json"), text);
  return { shown, changed: changed || written, ...rest };
}
