/** The program that is given away is the one of the checkout. */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { compileProgram, findRuntime } from "./compiled.ts";
import { Program } from "./program.ts";
import { startPostgres } from "./postgres.ts";
import { SocketClient } from "./socket_client.ts";
import { startStub, type Stub } from "./stub_ollama.ts";
import { BUILTIN_PERSONAS } from "@/lib/config/personas.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";
import { FIRST_EPOCH } from "@/lib/store/store.ts";
import { WAV_HEADER_BYTES } from "@/lib/voice/wav_header.ts";
import { warn } from "@/lib/telemetry/log.ts";

type Frame<Type extends ServerFrame["type"]> = Extract<ServerFrame, { type: Type }>;

const postgres = await startPostgres();
const runtime = await findRuntime();
if (runtime === undefined) warn("The compiled program is not tested: deno compile finds no runtime (DENORT_BIN)");

/** What is heard of a sentence: how long it is, and how loud at most, of 32,767. */
async function heard(program: Program, { engine, url, ms = 0, visemes = [] }: Frame<"speech">) {
  const response = await fetch(program.url + url);
  assertEquals([response.status, response.headers.get("content-type")], [200, "audio/wav"]);
  const bytes = await response.bytes();
  assertEquals(new TextDecoder().decode(bytes.subarray(0, 4)), "RIFF");
  const loudest = new Int16Array(bytes.buffer, WAV_HEADER_BYTES).reduce(
    (most, one) => Math.max(most, Math.abs(one)),
    0,
  );
  return { engine, ms, visemes: visemes.length, bytes: bytes.length, loudest };
}

/** What a visitor sees and hears of a program, and what Ollama was asked. */
async function met(program: Program, stub: Stub): Promise<Record<string, unknown>> {
  assertEquals((await fetch(`${program.url}/readyz`)).status, 200);
  const { model, entry, timeScale } = await (await fetch(`${program.url}/app-config.json`)).json();
  const drawn = await fetch(program.url + entry);
  const page = await (await fetch(program.url)).text();
  const client = await SocketClient.open<ServerFrame>(program.socketUrl, SUBPROTOCOL);
  client.send({ type: "hello" });
  const { status, character, history } = await client.next("welcome");
  client.send({ type: "voice", on: true });
  client.send({ type: "prompt", turn: "a", text: "Hello" });
  const { provider } = await client.next("start");
  const { reason } = await client.next("end");
  const voice = await heard(program, await client.next("speech"));
  await client.close();
  const text = client.received.map((frame) => frame.type === "chunk" ? frame.data : "").join("");
  const { path, body } = stub.requests.findLast(({ path }) => path === "/api/chat" || path === "/api/generate")!;
  return {
    avatar: { model, entry, timeScale, there: drawn.status, bytes: (await drawn.bytes()).length },
    log: page.includes('role="log"'),
    status,
    character,
    history,
    answer: { provider, reason, text },
    voice,
    asked: { path, body },
  };
}

Deno.test({
  name: "the compiled program carries nothing that only tests use",
  ignore: runtime === undefined,
  fn: async () => {
    const bytes = Buffer.from(await Deno.readFile(await compileProgram(runtime ?? {})));
    // What a browser for tests and the check for screen readers are made of; what the page is, and what speaks.
    const names = [
      "chromium.br",
      "axe.min.js",
      "sherpa-onnx-wasm-nodejs.wasm",
      "live2dcubismcore.min.js",
      "http://cmuflite.org",
    ];
    assertEquals(names.map((name) => bytes.includes(name)), [false, false, false, true, true]);
  },
});

Deno.test({
  name: "the compiled program from an empty folder is what the checkout is",
  ignore: runtime === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "vtuber-empty-" });
    try {
      await using stub = startStub({ behaviour: { answer: "[happy] Straight from the model." } });
      const env = { OLLAMA_HOST: stub.url };
      await using checkout = await Program.start({ config: null, env });
      const expected = await met(checkout, stub);
      const binary = await compileProgram(runtime ?? {});
      await using compiled = await Program.start({ binary, folder, config: null, env });
      assertEquals(await met(compiled, stub), expected);
      const { character, answer, voice, asked } = expected as {
        character: { name: string };
        answer: { text: string };
        voice: { engine: string; ms: number; loudest: number };
        asked: { path: string };
      };
      assertEquals([character.name, answer.text.trim(), asked.path], [
        BUILTIN_PERSONAS.companion.name,
        "Straight from the model.",
        "/api/chat",
      ]);
      assertEquals(voice.engine, "flite");
      assert(voice.ms > 700 && voice.ms < 3_000 && voice.loudest > 3_000, JSON.stringify(voice));
      assert(
        (await Deno.stat(join(folder, "data", "conversations.db"))).isFile,
        "conversations are kept where it runs",
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "the compiled program keeps conversations in PostgreSQL, too",
  ignore: runtime === undefined || postgres === undefined,
  fn: async () => {
    const database = await postgres!.database();
    const binary = await compileProgram(runtime ?? {});
    await using program = await Program.start({ binary, env: { VTUBER_STORE: database } });
    assertEquals((await (await fetch(`${program.url}/readyz`)).json()).store, { reachable: true });
    // It has counted its start.
    assertEquals(await postgres!.ask(database, "SELECT latest FROM epoch"), [String(FIRST_EPOCH)]);
  },
});
