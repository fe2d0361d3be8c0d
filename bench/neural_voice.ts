/**
 * What a neural voice costs beside its model: the process, sherpa-onnx natively and as WebAssembly, and the way of a sound
 * from there, with a voice that takes no time itself.
 *
 *     deno task bench:neural
 */
import { join } from "node:path";
import { aligned } from "./table.ts";
import { median } from "./stats.ts";
import { SherpaEngine } from "@/lib/voice/sherpa/sherpa.ts";
import { writeToneVoice } from "@/lib/voice/sherpa/tone_voice_fixture.ts";
import { VoiceFolders } from "@/lib/voice/sherpa/voice_folders.ts";
import { print } from "@/lib/telemetry/log.ts";
import { children, residentMB } from "@/tests/children.ts";
import { laySherpa } from "@/tests/sherpa_packages.ts";

const STARTS = 5;
const SENTENCES = 50;
const SENTENCE = "hello there, my dear friend.";

const folder = await Deno.makeTempDir();
const voices = join(folder, "voices");
await writeToneVoice(join(voices, "tones"));
const rows = [["sherpa-onnx", "first sound, ms", "next ones, ms", "memory, MB"]];
for (const kind of ["native", "wasm"] as const) {
  const runtime = join(folder, kind);
  await laySherpa(runtime, [kind]);
  const [first, next, memory]: [number[], number[], number[]] = [[], [], []];
  for (let start = 0; start < STARTS; start++) {
    using engine = new SherpaEngine({ installed: new VoiceFolders(voices), runtime });
    first.push(await firstSound(engine));
    for (let index = 0; index < SENTENCES; index++) next.push(await firstSound(engine));
    memory.push(children().reduce((sum, pid) => sum + residentMB(pid), 0));
  }
  rows.push([kind, ...[first, next, memory].map((values) => median(values).toFixed(1))]);
}
print(aligned(rows));
await Deno.remove(folder, { recursive: true });

/** How long it takes until something can be heard, ms. */
async function firstSound(engine: SherpaEngine): Promise<number> {
  const begun = performance.now();
  const { signal } = new AbortController();
  const { parts } = await engine.synthesise({ text: SENTENCE, language: "en", rate: 1, pitch: 1 }, { signal });
  const took = performance.now() - begun;
  await Array.fromAsync(parts);
  return took;
}
