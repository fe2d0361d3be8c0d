/** Textures for smaller screens: a server takes longer to make those of a model than for all else of a visit. */
import { basename, dirname, join } from "node:path";
import { DEFAULT_MODEL } from "@/lib/avatars/model_sources.ts";
import { writeSmaller } from "@/lib/avatars/smaller_png.ts";
import { smallerFolder } from "@/lib/avatars/smaller_textures.ts";
import { exists } from "@/lib/files.ts";
import { PROGRAM } from "@/lib/paths.ts";
import type { Services } from "@/lib/server/services.ts";
import { digestFiles } from "@/tasks/build.ts";

const MADE = join(PROGRAM, "dist/tests/smaller");
const MAKERS = ["lib/avatars/smaller_png.ts", "lib/png.ts"];
/** Those that pages of tests ask for. */
const SIZES = [512, 1024];

/** Lays those of the default model to where the server would make them. They are made once, for all tests. */
export async function bringSmallerTextures({ avatars, live }: Services): Promise<void> {
  const { name, entry } = avatars.shown(live.current);
  const { shownDir } = avatars;
  if (name !== DEFAULT_MODEL || shownDir === undefined) return;
  const made = join(MADE, await digestFiles(PROGRAM, MAKERS));
  const { FileReferences } = JSON.parse(await Deno.readTextFile(join(shownDir, basename(entry)))) as {
    FileReferences: { Textures: string[] };
  };
  for (const size of SIZES) {
    const folder = smallerFolder(basename(shownDir), size);
    for (const texture of FileReferences.Textures) {
      const from = join(made, folder, texture);
      if (!await exists(from)) await writeSmaller(join(shownDir, texture), from, size);
      const to = join(dirname(shownDir), folder, texture);
      await Deno.mkdir(dirname(to), { recursive: true });
      await Deno.copyFile(from, to);
    }
  }
}
