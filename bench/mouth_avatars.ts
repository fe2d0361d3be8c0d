/** The models whose mouths are watched in the browser: those that the program brings, and Hiyori, changed. */
import { BlobReader, Uint8ArrayWriter, ZipReader } from "@zip.js/zip.js";
import { dirname, join } from "node:path";
import { npmFile } from "@/lib/avatars/npm.ts";
import { PROGRAM } from "@/lib/paths.ts";
import { SHARED_MODELS } from "@/tests/avatar_page.ts";
import { HIYORI, MAO, type MouthModel, SHIZUKU, VBRIDGER } from "@/web/live2d/mouth_models_fixture.ts";

export interface BrowserAvatar {
  /** What its mouth is measured by. */
  mouth: MouthModel;
  /** How the configuration chooses it; files may be laid into an empty folder. */
  config(folder: string): Promise<Record<string, unknown>>;
}

/** Parameters of Hiyori's with ranges such as those of VBridger have, which nothing moves while she speaks. */
const RENAMED = {
  ParamEyeLSmile: "ParamJawOpen",
  ParamEyeRSmile: "ParamMouthFunnel",
  ParamBrowLX: "ParamMouthPuckerWiden",
  ParamBrowRX: "ParamMouthPressLipOpen",
  ParamBrowLForm: "ParamMouthShrug",
};

/** By the name that `--model` takes. */
export const BROWSER_AVATARS: Readonly<Record<string, BrowserAvatar>> = {
  hiyori: { mouth: HIYORI, config: () => Promise.resolve({ model: "hiyori" }) },
  shizuku: { mouth: SHIZUKU, config: () => Promise.resolve({ model: "shizuku" }) },
  mao: {
    mouth: MAO,
    config: () => {
      const source = new URL("mao_pro/runtime", SHARED_MODELS).pathname;
      return Promise.resolve({ model: "mao", models: { mao: { source } } });
    },
  },
  ungrouped: {
    mouth: { ...HIYORI, name: "Hiyori, no LipSync group", lipSync: [] },
    config: (folder) => changedHiyori(folder, { "Hiyori.model3.json": ungrouped }),
  },
  vbridger: {
    mouth: {
      name: "Hiyori, VBridger's names",
      lipSync: HIYORI.lipSync,
      ranges: { ...VBRIDGER.ranges, ...HIYORI.ranges, ParamMouthShrug: [-1, 1, 0] },
    },
    config: (folder) => changedHiyori(folder, { "Hiyori.moc3": renamed }),
  },
};

/** Lays Hiyori's files into a folder, some of them changed. */
async function changedHiyori(
  folder: string,
  changes: Record<string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array>,
): Promise<Record<string, unknown>> {
  const context = { roots: [], cacheDir: join(PROGRAM, "data/cache"), step: () => ({ [Symbol.dispose]() {} }) };
  const zip = await npmFile("npm:live2d-renderer@0.6.6/assets/Hiyori.zip", context);
  const reader = new ZipReader(new BlobReader(new Blob([await Deno.readFile(zip)])));
  for (const entry of await reader.getEntries()) {
    if (entry.directory) continue;
    const path = join(folder, entry.filename);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, await entry.getData(new Uint8ArrayWriter()));
  }
  await reader.close();
  for (const [name, change] of Object.entries(changes)) {
    const path = join(folder, "Hiyori", name);
    await Deno.writeFile(path, change(await Deno.readFile(path)));
  }
  return { model: "changed", models: { changed: { source: folder } } };
}

function ungrouped(bytes: Uint8Array<ArrayBuffer>): Uint8Array {
  const groups = new TextDecoder().decode(bytes);
  if (!groups.includes('"LipSync"')) throw new Error("Cannot take Hiyori's LipSync group from her: she has none");
  return new TextEncoder().encode(groups.replace('"LipSync"', '"Other"'));
}

/** A `.moc3` has each name in 64 bytes, filled up with zeros. */
function renamed(bytes: Uint8Array<ArrayBuffer>): Uint8Array {
  let content = new TextDecoder("latin1").decode(bytes);
  for (const [from, to] of Object.entries(RENAMED)) {
    const at = content.indexOf(`${from}\0`);
    if (at < 0) throw new Error(`Cannot rename ${from}: Hiyori has none of that name`);
    bytes.set(new TextEncoder().encode(to.padEnd(64, "\0")), at);
    content = new TextDecoder("latin1").decode(bytes);
  }
  return bytes;
}
