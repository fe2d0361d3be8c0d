/** Wake words found by sherpa-onnx itself, natively and as WebAssembly, in tones. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { WakeSpotter } from "./wake_spotter.ts";
import { writeToneWakeModel } from "./wake_model_fixture.ts";
import { FRAME, joined, silence } from "@/lib/hearing/hearing_fixture.ts";
import { tonesOf } from "@/lib/hearing/sherpa/tone_recogniser_fixture.ts";
import { laySherpa } from "@/tests/sherpa_packages.ts";

const KINDS = ["native", "wasm"] as const;

async function withSpotter(scene: (spotter: WakeSpotter, folder: string) => Promise<void>, kind: typeof KINDS[number]) {
  const folder = await Deno.makeTempDir();
  const places = { runtime: join(folder, "runtime"), folder: join(folder, "wake-words") };
  await laySherpa(places.runtime, [kind]);
  try {
    using spotter = new WakeSpotter(places);
    await scene(spotter, places.folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const kind of KINDS) {
  Deno.test(`WakeSpotter finds the words that it is told of, also at the end of the sound (${kind})`, async () => {
    await withSpotter(async (spotter, folder) => {
      assertEquals(await spotter.find(["mao"]), undefined);
      await writeToneWakeModel(join(folder, "tones"));
      const spotting = await spotter.find(["真央", "Mao", "hello there"]);
      assert(spotting !== undefined);
      const cases = [["how are you", false], ["how mao are you", true], ["stop mao", true], ["hello there", true], [
        "there hello",
        false,
      ]] as const;
      for (const [words, expected] of cases) {
        const done = Promise.withResolvers<boolean>();
        let spotted = false;
        using stream = spotting.open({
          spotted: () => spotted = true,
          text: () => done.resolve(spotted),
          failed: (why) => done.reject(new Error(why)),
        });
        const sound = joined(silence(0.2), tonesOf(words));
        for (let at = 0; at < sound.length; at += FRAME) stream.push(sound.slice(at, at + FRAME));
        stream.finish();
        assertEquals(await done.promise, expected, words);
      }
    }, kind);
  });
}

Deno.test("WakeSpotter takes no model that cannot spell the words, or has no token for their pieces", async () => {
  await withSpotter(async (spotter, folder) => {
    await writeToneWakeModel(join(folder, "tones"));
    for (const words of [["真央"], ["Hiyori"], ["alien"], []]) assertEquals(await spotter.find(words), undefined);
    assert(await spotter.find(["Hiyori", "mao"]) !== undefined);
    await Deno.remove(join(folder, "tones", "bpe.model"));
    assertEquals(await spotter.find(["mao"]), undefined);
  }, "native");
});
