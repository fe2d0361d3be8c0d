import { assertEquals } from "@std/assert";
import { FakeCalls } from "./fake_calls.ts";
import { VoiceEnginesStore, voicesOf } from "./voice_engines_store.ts";
import type { VoiceEngineInfo } from "@/lib/protocol/calls.ts";

function engine(id: string, voices: string[], needs?: string): VoiceEngineInfo {
  const listed = voices.map((voice) => ({ id: voice, name: voice, languages: ["en"] }));
  return { id, name: id, away: false, voices: listed, ...(needs !== undefined && { needs }) };
}

Deno.test("VoiceEnginesStore keeps what it was told last when the server cannot be asked", async () => {
  const calls = new FakeCalls();
  const store = new VoiceEnginesStore(calls.call);
  const read = store.read();
  calls.last.resolve([engine("flite", ["slt"])]);
  await read;
  const again = store.read();
  calls.last.reject(new Error("The line is down"));
  await again;
  assertEquals([calls.last.method, store.engines.value?.map(({ id }) => id)], ["voices.list", ["flite"]]);
});

Deno.test("voicesOf() gives an engine's own voices, and for auto those of all that can speak", () => {
  const engines = [engine("flite", ["slt", "awb"]), engine("sherpa", ["kokoro"]), engine("openai", ["nova"], "a key")];
  const ids = (name: string) => voicesOf(engines, name).map(({ id }) => id);
  assertEquals(["flite", "auto", "openai", "off"].map(ids), [["slt", "awb"], ["slt", "awb", "kokoro"], ["nova"], []]);
  assertEquals(voicesOf(null, "auto"), []);
});
