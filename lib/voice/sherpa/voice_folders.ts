import { join } from "node:path";
import type { InstalledVoices } from "./installed.ts";
import { foldersIn } from "@/lib/sherpa/folder_files.ts";

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
    return (await foldersIn(this.#folder)).map((id) => {
      const { name = id, languages = [] } = this.#known(id) ?? {};
      return { id, name, languages, folder: join(this.#folder, id) };
    });
  }
}
