/** A neural voice that was fetched, in the whole program: from the checkout, and compiled. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { compileProgram, findRuntime } from "./compiled.ts";
import { DownloadHost } from "./download_host.ts";
import { makeHome } from "./home.ts";
import { sherpaRegistry } from "./npm_registry.ts";
import { Program, type ProgramOptions } from "./program.ts";
import { Page } from "./page_calls.ts";
import { laySherpa } from "./sherpa_packages.ts";
import { SocketClient } from "./socket_client.ts";
import { startStub } from "./stub_ollama.ts";
import { TestServer } from "./test_server.ts";
import { until } from "./until.ts";
import { exists } from "@/lib/files.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";
import type { RuntimePackages } from "@/lib/sherpa/runtime.ts";
import { testVoices } from "@/lib/sherpa/speech_models_fixture.ts";
import { VOICES } from "@/lib/voice/sherpa/catalogue.ts";
import { lettersIn, TONE_RATE, writeToneVoice } from "@/lib/voice/sherpa/tone_voice_fixture.ts";
import { WAV_HEADER_BYTES } from "@/lib/voice/wav_header.ts";

const runtime = await findRuntime();

interface Scene extends ProgramOptions {
  /** What of sherpa-onnx lies there; nothing by itself. */
  kind?: keyof RuntimePackages;
  /** What is done before the answer is asked for, with sherpa-onnx's folder. */
  before?(program: Program, runtime: string): Promise<void>;
}

/** What is heard of an answer in a program with a voice in its data folder. */
async function heardOf(answer: string, { kind, before, env = {}, ...options }: Scene): Promise<string[]> {
  const folder = await makeHome();
  const packages = join(folder, "data/runtimes/sherpa-onnx-1.13.8");
  try {
    await writeToneVoice(join(folder, "data/voices/tones"));
    if (kind !== undefined) await laySherpa(packages, [kind]);
    await using stub = startStub({ behaviour: { answer } });
    await using program = await Program.start({
      folder,
      config: {},
      env: { OLLAMA_HOST: stub.url, ...env },
      ...options,
    });
    await before?.(program, packages);
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
  assertEquals(await heardOf("Hello there, my dear friend. How are you?", { kind: "native" }), [
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
      assertEquals(await heardOf("Hello there.", { kind, binary }), ["hello there."]);
    },
  });
}

Deno.test({
  name: "a click in the compiled program brings sherpa-onnx from the registry that npm is told of",
  ignore: runtime === undefined,
  fn: async () => {
    const binary = await compileProgram(runtime ?? {});
    await using registry = await sherpaRegistry();
    const heard = await heardOf("Hello there.", {
      binary,
      env: { NPM_CONFIG_REGISTRY: registry.url },
      async before(program, packages) {
        await using page = await Page.open(program);
        const { result } = page.begin("speechModels.fetch", { id: VOICES[0]!.id });
        const over = result.catch(() => {/* The voice itself is elsewhere, and not wanted. */});
        await until("sherpa-onnx is there", () => exists(packages));
        await page.call("speechModels.cancel", { id: VOICES[0]!.id });
        await over;
      },
    });
    assertEquals(heard, ["hello there."]);
  },
});

Deno.test("a voice that is fetched speaks from the next turn on", async () => {
  await using host = await DownloadHost.open();
  await using stub = startStub({ behaviour: { answer: "Hello there." } });
  await using server = await TestServer.open({
    env: { OLLAMA_HOST: stub.url },
    speechModels: { ...testVoices(host), fetchRuntime: (folder) => laySherpa(folder, ["wasm"]) },
  });
  await using page = await Page.open(server);
  const { client } = page;
  client.send({ type: "voice", on: true });
  const speaker = async (turn: string) => {
    client.send({ type: "prompt", turn, text: "Hi" });
    const isSpeech = (frame: ServerFrame) => frame.type === "speech" && frame.turn === turn;
    return (await client.first(isSpeech, 0, `${turn} is said`) as ServerFrame & { type: "speech" }).engine;
  };
  assertEquals(await speaker("before"), "flite");
  await page.call("speechModels.fetch", { id: "test-voice" });
  assertEquals(await speaker("after"), "sherpa");
  await page.call("speechModels.remove", { id: "test-voice" });
  assertEquals(await speaker("without it"), "flite");
});
