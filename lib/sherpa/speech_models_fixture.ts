/** A list of neural voices on a host of the tests' own. */
import { ARCHIVE, type DownloadHost, noise } from "@/tests/download_host.ts";
import { NpmError } from "@/lib/npm/npm_error.ts";
import { SHERPA_VERSION } from "./runtime.ts";
import type { CatalogueModel, SpeechModelsOptions } from "./speech_models.ts";

const LICENSE = { name: "CC0-1.0", url: "https://licence.example/" };

/** Two voices, of which the archive of the second is none; sherpa-onnx is a package without a program. */
export function testVoices(host: DownloadHost): SpeechModelsOptions & { runtimes: { missing: boolean } } {
  const runtimes = { missing: false };
  const voice = (
    id: string,
    name: string,
    languages: string[],
    archive: Uint8Array<ArrayBuffer>,
  ): CatalogueModel => {
    const files = [{ ...host.add(`${id}.tar.bz2`, archive), unpack: "tar.bz2" } as const];
    const source = `https://voices.example/${id}`;
    return { id, kind: "voice", name, languages, speakers: 1, files, licenses: [LICENSE], source };
  };
  return {
    catalogue: [
      voice("test-voice", "Test voice", ["en-GB", "ja"], ARCHIVE),
      voice("broken-voice", "Broken voice", ["en"], noise(500)),
    ],
    fetchRuntime: async (folder, signal) => {
      signal.throwIfAborted();
      if (runtimes.missing) throw new NpmError("Cannot download sherpa-onnx from npm: there is no line");
      const name = `${folder}/sherpa-onnx`;
      await Deno.mkdir(name, { recursive: true });
      await Deno.writeTextFile(`${name}/package.json`, JSON.stringify({ version: SHERPA_VERSION }));
    },
    runtimes,
  };
}
