import { assert, assertEquals, assertRejects } from "@std/assert";
import { VoiceError } from "./engine.ts";
import { VoiceRegistry } from "./registry.ts";
import { VoiceFolders } from "./sherpa/voice_folders.ts";

const REQUEST = { text: "Hello.", language: "en", rate: 1, pitch: 1 };
const { signal } = new AbortController();

Deno.test("the registry has each engine under its id, and takes a changed address without ending the others", async () => {
  const registry = new VoiceRegistry({ model: "tts-1" }, {
    installed: new VoiceFolders("/nowhere"),
    runtime: "/nowhere",
  });
  assertEquals([...registry.engines.keys()].toSorted(), ["blips", "flite", "openai", "sherpa"]);
  assertEquals([...registry.engines].filter(([id, engine]) => id !== engine.id), []);
  const { flite, openai } = Object.fromEntries(registry.engines);
  assert(flite !== undefined && openai !== undefined);
  assert((await registry.engines.get("sherpa")?.needs())?.includes("sherpa-onnx"));
  assert((await openai.needs())?.includes("voice.host"));
  const speaking = flite.synthesise(REQUEST, { signal });
  registry.configure({ model: "tts-1", host: "https://speech.example" });
  assertEquals(await registry.engines.get("openai")?.needs(), undefined);
  const server = registry.engines.get("openai");
  registry.configure({ model: "tts-1", host: "https://speech.example" });
  assert(registry.engines.get("openai") === server && server !== openai);
  assertEquals([registry.engines.get("openai")?.away, registry.engines.get("flite") === flite], [true, true]);
  assert(((await speaking).ms ?? 0) > 300);

  const unheard = flite.synthesise(REQUEST, { signal });
  registry[Symbol.dispose]();
  await assertRejects(() => unheard, VoiceError, "ended");
  assertEquals(registry.engines.size, 0);
});
