/** Spoken prompts in the compiled program: what it brings for that, and what it understands then. */
import { assertEquals } from "@std/assert";
import { dirname, join } from "node:path";
import { compileProgram, findRuntime } from "./compiled.ts";
import { launchBrowserHearing } from "./browser.ts";
import { openPage } from "./open_page.ts";
import type { DownloadHost } from "./download_host.ts";
import { makeHome } from "./home.ts";
import { addPackage, sherpaRegistry } from "./npm_registry.ts";
import { Program } from "./program.ts";
import { writeRecording } from "./recording.ts";
import { laySherpa } from "./sherpa_packages.ts";
import { SILERO_MODEL } from "./silero_model.ts";
import { SocketClient } from "./socket_client.ts";
import { startStub } from "./stub_ollama.ts";
import { logSays, named } from "./visit.ts";
import { warn } from "@/lib/telemetry/log.ts";
import { DETECTOR } from "@/lib/hearing/catalogue.ts";
import { DETECTOR_FILE } from "@/lib/hearing/detector.ts";
import { framesOf, joined, silence, spoken, TranscriptionServer } from "@/lib/hearing/hearing_fixture.ts";
import { voiced, writeToneRecogniser } from "@/lib/hearing/sherpa/tone_recogniser_fixture.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";
import { SHERPA_VERSION } from "@/lib/sherpa/runtime.ts";

const runtime = await findRuntime();
if (runtime === undefined) warn("The ears of the compiled program are not tested: deno compile finds no runtime");

const SAID = "Hello there, how are you today?";

/** What the program brings from npm on a click. */
async function registry(): Promise<DownloadHost> {
  const host = await sherpaRegistry();
  const folder = dirname(dirname(SILERO_MODEL));
  await addPackage(host, { name: "@ricky0123/vad-web", version: "0.0.31", folder });
  return host;
}

Deno.test({
  name: "the compiled program in an empty home hears who speaks, once a click has brought what it needs for that",
  ignore: runtime === undefined,
  fn: async () => {
    const binary = await compileProgram(runtime ?? {});
    const folder = await Deno.makeTempDir({ prefix: "vtuber-empty-" });
    const recording = joined(silence(1), await spoken(SAID), silence(30));
    const browser = await launchBrowserHearing(await writeRecording(folder, recording));
    try {
      await using npm = await registry();
      await using ears = new TranscriptionServer(() => Response.json({ text: SAID }));
      await using stub = startStub({ behaviour: { answer: "I am well." } });
      const config = { voice: { engine: "off" }, hearing: { engine: "openai", host: ears.host, mode: "open" } };
      const env = { OLLAMA_HOST: stub.url, HOME: folder, NPM_CONFIG_REGISTRY: npm.url };
      await using program = await Program.start({ binary, folder, config, env });
      await using opened = await openPage(browser);
      const { page } = opened;
      await page.goto(program.url);
      await page.waitForSelector(".chat.ready");
      await (await named(page, "button", "Microphone")).click();
      await page.waitForSelector(".hearing-line ::-p-text(Fetch the voice detector)");
      await (await named(page, "button", "Settings")).click();
      await (await named(page, "tab", "Hearing")).click();
      await (await named(page, "button", "Get: Silero VAD 5")).click();
      await page.waitForSelector('.speech-model[data-state="there"]::-p-text(Silero)');
      await page.keyboard.press("Escape");
      await (await named(page, "button", "Microphone")).click();
      await page.waitForSelector(".microphone[data-state=speaking]");
      await logSays(page, SAID);
      await logSays(page, "I am well.");
      assertEquals(opened.complaints(), []);
    } finally {
      await browser.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "the compiled program finds voices and understands them as WebAssembly, too",
  ignore: runtime === undefined,
  fn: async () => {
    const binary = await compileProgram(runtime ?? {});
    const folder = await makeHome();
    const detector = join(folder, "data", "detectors", DETECTOR.id);
    try {
      await laySherpa(join(folder, "data", "runtimes", `sherpa-onnx-${SHERPA_VERSION}`), ["wasm"]);
      await Deno.mkdir(detector, { recursive: true });
      await Deno.copyFile(SILERO_MODEL, join(detector, DETECTOR_FILE));
      await writeToneRecogniser(join(folder, "data", "recognisers", "tones"), { streaming: true });
      await using stub = startStub();
      await using program = await Program.start({ binary, folder, config: {}, env: { OLLAMA_HOST: stub.url } });
      const client = await SocketClient.open<ServerFrame>(program.socketUrl, SUBPROTOCOL);
      client.send({ type: "hello" });
      client.send({ type: "listen", stream: 1, mode: "open" });
      assertEquals((await client.next("listening")).engine, "sherpa");
      const said = voiced(await spoken(SAID), "hello there how are you");
      for (const frame of framesOf(1, joined(silence(1), said, silence(4)))) client.send(frame);
      assertEquals((await client.next("queued")).text, "hello there how are you");
      await client.close();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
