/** A neural voice that was fetched, in the whole program: from the checkout, and compiled. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { compileProgram, findRuntime } from "./compiled.ts";
import { makeHome } from "./home.ts";
import { Program, type ProgramOptions } from "./program.ts";
import { laySherpa } from "./sherpa_packages.ts";
import { SocketClient } from "./socket_client.ts";
import { startStub } from "./stub_ollama.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";
import type { RuntimePackages } from "@/lib/sherpa/runtime.ts";
import { lettersIn, TONE_RATE, writeToneVoice } from "@/lib/voice/sherpa/tone_voice_fixture.ts";
import { WAV_HEADER_BYTES } from "@/lib/voice/wav_header.ts";

const runtime = await findRuntime();

/** What is heard of an answer in a program with a voice in its data folder. */
async function heardOf(answer: string, kind: keyof RuntimePackages, options: ProgramOptions): Promise<string[]> {
  const folder = await makeHome();
  try {
    await writeToneVoice(join(folder, "data/voices/tones"));
    await laySherpa(join(folder, "data/runtimes/sherpa-onnx-1.13.8"), [kind]);
    await using stub = startStub({ behaviour: { answer } });
    await using program = await Program.start({ folder, config: {}, env: { OLLAMA_HOST: stub.url }, ...options });
    const client = await SocketClient.open<ServerFrame>(program.socketUrl, SUBPROTOCOL);
    client.send({ type: "hello" });
    client.send({ type: "voice", on: true, speaks: ["en-US"] });
    client.send({ type: "prompt", turn: "t", text: "Hi" });
    await client.next("end");
    const sentences = client.received.filter(({ type }) => type === "sentence").length;
    await client.first((frame) => frame.type === "speech" && frame.index === sentences - 1, 0, "all of it is said");
    const heard: string[] = [];
    for (const frame of client.received) {
      if (frame.type !== "speech") continue;
      assertEquals([frame.engine, frame.visemes], ["sherpa", undefined]);
      const wav = await (await fetch(program.url + frame.url)).bytes();
      heard.push(lettersIn(new Int16Array(wav.slice(WAV_HEADER_BYTES).buffer), TONE_RATE));
    }
    await client.close();
    return heard;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a voice that lies in the data folder speaks before any other", async () => {
  assertEquals(await heardOf("Hello there, my dear friend. How are you?", "native", {}), [
    "hello there, my dear friend.",
    "how are you?",
  ]);
});

for (const kind of ["native", "wasm"] as const) {
  Deno.test({
    name: `it does so in the compiled program (${kind})`,
    ignore: runtime === undefined,
    fn: async () => {
      const binary = await compileProgram(runtime ?? {});
      assertEquals(await heardOf("Hello there.", kind, { binary }), ["hello there."]);
    },
  });
}
