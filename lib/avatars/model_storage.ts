/** Where installed models are kept to be served. */
import { basename, join } from "node:path";
import { z } from "zod";
import type { CheckedModel } from "./check_model.ts";
import { fillFolder } from "./fill_folder.ts";
import type { Cubism } from "./references.ts";

/** A model whose files are where they are served from. */
export interface ServedModel {
  /** Its name in the configuration. */
  name: string;
  /** Its entry file, such as `mao_pro.model3.json`. */
  entry: string;
  cubism: Cubism;
}

export interface ModelStorage<Place extends ServedModel> {
  /** Writes the files of a model; those that are there already are not touched. */
  write(name: string, model: CheckedModel): Promise<{ served: Place; changed: boolean }>;
  /**
   * The last good model: what stays when `name` cannot be shown any more. Undefined where there is none, or its files
   * are gone.
   */
  last(name: string): Promise<Place | undefined>;
}

const shownSchema = z.object({ model: z.string(), entry: z.string() });

/** One model at a time, in `model/` of a folder whose `app-config.json` names it: what `deno task sync` makes. */
export class StaticModel implements ModelStorage<ServedModel> {
  readonly folder: string;
  readonly #staticDir: string;

  constructor(staticDir: string) {
    this.#staticDir = staticDir;
    this.folder = join(staticDir, "model");
  }

  async write(name: string, model: CheckedModel): Promise<{ served: ServedModel; changed: boolean }> {
    const changed = await fillFolder(this.folder, model.files);
    return { served: { name, entry: model.entry, cubism: model.cubism }, changed };
  }

  async last(): Promise<ServedModel | undefined> {
    try {
      const text = await Deno.readTextFile(join(this.#staticDir, "app-config.json"));
      const { model, entry: path } = shownSchema.parse(JSON.parse(text));
      const entry = decodeURIComponent(basename(path));
      await Deno.stat(join(this.folder, entry));
      return { name: model, entry, cubism: /\.model3\.json$/i.test(entry) ? 4 : 2 };
    } catch {
      return undefined; // Nothing there, or nothing that can be read: either way there is no model in place.
    }
  }
}
