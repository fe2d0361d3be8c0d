import { join } from "node:path";
import type { InstalledVoices } from "./installed.ts";
import { readModelFolder } from "./model_folder.ts";
import { ifThere } from "@/lib/files.ts";

/** Voices that lie in folders of one folder, however they came there; those that cannot speak as well. */
export class VoiceFolders implements InstalledVoices {
  readonly #folder: string;
  readonly #known: (id: string) => { name: string; languages: readonly string[] } | undefined;

  /**
   * @param folder need not be there
   * @param known what is known of a voice, beside what its files tell
   */
  constructor(
    folder: string,
    known: (id: string) => { name: string; languages: readonly string[] } | undefined = () => undefined,
  ) {
    this.#folder = folder;
    this.#known = known;
  }

  async list(): ReturnType<InstalledVoices["list"]> {
    return await Promise.all((await this.#names()).map(async (id) => {
      const folder = join(this.#folder, id);
      const read = await readModelFolder(folder);
      const { kind, languages } = "problem" in read ? { kind: "", languages: [] } : read;
      const { name = id, languages: known = languages } = this.#known(id) ?? {};
      return { id, name, languages: known, folder, kind };
    }));
  }

  /** Without what is hidden, such as a download that is not complete. */
  async #names(): Promise<string[]> {
    const entries = await ifThere(Array.fromAsync(Deno.readDir(this.#folder)));
    return (entries ?? []).filter(({ name, isFile }) => !isFile && !name.startsWith(".")).map(({ name }) => name)
      .toSorted();
  }
}
