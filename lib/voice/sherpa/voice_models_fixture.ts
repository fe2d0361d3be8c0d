/** A list of neural voices on a host of the tests' own. */
import { ARCHIVE, type DownloadHost, noise } from "@/tests/download_host.ts";
import { NpmError } from "@/lib/npm/npm_error.ts";
import type { CatalogueVoice } from "./catalogue.ts";
import type { VoiceModelsOptions } from "./voice_models.ts";

const LICENSE = { name: "CC0-1.0", url: "https://licence.example/" };

/** Two voices, of which the archive of the second is none; sherpa-onnx is a package without a program. */
export function testVoices(host: DownloadHost): VoiceModelsOptions & { runtimes: { missing: boolean } } {
  const runtimes = { missing: false };
  const voice = (id: string, name: string, languages: string[], archive: Uint8Array<ArrayBuffer>): CatalogueVoice => {
    const { bytes, sha256 } = host.add(`${id}.tar.bz2`, archive);
    const source = `https://voices.example/${id}`;
    return { id, name, languages, kind: "vits", speakers: 1, bytes, sha256, licenses: [LICENSE], source };
  };
  return {
    catalogue: [
      voice("test-voice", "Test voice", ["en-GB", "ja"], ARCHIVE),
      voice("broken-voice", "Broken voice", ["en"], noise(500)),
    ],
    base: `${host.url}/`,
    fetchRuntime: async (folder, signal) => {
      signal.throwIfAborted();
      if (runtimes.missing) throw new NpmError("Cannot download sherpa-onnx from npm: there is no line");
      const name = `${folder}/sherpa-onnx`;
      await Deno.mkdir(name, { recursive: true });
      await Deno.writeTextFile(`${name}/package.json`, "{}");
    },
    runtimes,
  };
}
