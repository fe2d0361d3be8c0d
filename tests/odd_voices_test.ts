/** A speech server that answers in every way there is, heard over real sockets and HTTP. */
import { assert, assertEquals } from "@std/assert";
import { SocketClient } from "./socket_client.ts";
import { startStub } from "./stub_ollama.ts";
import { TestServer } from "./test_server.ts";
import { until } from "./until.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";
import { wavOf } from "@/lib/voice/openai/wav_fixture.ts";
import { WAV_HEADER_BYTES } from "@/lib/voice/wav_header.ts";

/** 200 ms at 8 kHz, nowhere silent. */
const WAVE = Array.from({ length: 1_600 }, (_, index) => index % 2 === 0 ? 12_000 : -12_000);

/** What becomes of a sentence by its last word, and how many samples are heard of it. */
const FATES: Record<string, { answer(): Response; heard: number | null }> = {
  whole: { answer: () => wav(wavOf(WAVE, { sampleRate: 8_000 })), heard: 1_600 },
  stereo: {
    answer: () => wav(wavOf(WAVE, { sampleRate: 8_000, channels: 2, bits: 32, float: true })),
    heard: 1_600,
  },
  half: { answer: () => wav(wavOf(WAVE, { sampleRate: 8_000 }).subarray(0, WAV_HEADER_BYTES + 1_600)), heard: 800 },
  junk: { answer: () => wav(new TextEncoder().encode("RIFFRAFF and nothing else")), heard: null },
  page: { answer: () => new Response("<html>Hello</html>", { headers: { "content-type": "text/html" } }), heard: null },
  empty: { answer: () => wav(new Uint8Array()), heard: null },
  refused: { answer: () => Response.json({ error: { message: "No such voice" } }, { status: 404 }), heard: null },
};

function wav(bytes: Uint8Array<ArrayBuffer>): Response {
  return new Response(bytes, { headers: { "content-type": "audio/wav" } });
}

Deno.test("of what a speech server sends, what is sound is heard, in its order; the rest costs its own sentence", async () => {
  const endings = Object.keys(FATES);
  await using speechServer = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (request.method !== "POST") return Response.json({ voices: ["one"] });
    const { input } = await request.json() as { input: string };
    // The later ones are quicker.
    const ending = endings.find((one) => input.endsWith(` ${one}.`)) ?? "whole";
    await new Promise((resolve) => setTimeout(resolve, 40 * (3 - endings.indexOf(ending) % 3)));
    return FATES[ending]!.answer();
  });
  const answer = endings.map((ending, index) => `This is the sentence number ${index} and it is ${ending}.`).join(" ");
  await using ollama = startStub({ behaviour: { answer } });
  await using server = await TestServer.open({
    config: { voice: { engine: "openai", host: `http://127.0.0.1:${speechServer.addr.port}` } },
    env: { OLLAMA_HOST: ollama.url },
  });
  const client = await SocketClient.open<ServerFrame>(server.socketUrl, SUBPROTOCOL);
  client.send({ type: "hello" });
  await client.next("welcome");
  client.send({ type: "voice", on: true });
  client.send({ type: "prompt", turn: "t", text: "Hi" });
  const order: number[] = [];
  const heard: (number | null)[] = [];
  for (const index of endings.keys()) {
    const frame = await client.first((one) => one.type === "speech" && one.index === index, 0, `sound ${index}`);
    const { url } = frame as Extract<ServerFrame, { type: "speech" }>;
    order.push(index);
    heard.push(url === undefined ? null : await samplesOf(server.url + url));
    client.send({ type: "played", turn: "t", index });
  }
  const speech = client.received.flatMap((one) => one.type === "speech" ? one.index : []);
  assertEquals([speech, order], [[...endings.keys()], [...endings.keys()]]);
  assertEquals(Object.fromEntries(endings.map((ending, at) => [ending, heard[at]])), {
    ...Object.fromEntries(Object.entries(FATES).map(([ending, { heard }]) => [ending, heard])),
  });
  await until("it is told", () => client.received.some(({ type }) => type === "error"));
  const errors = client.received.filter((one) => one.type === "error");
  assertEquals(errors.map(({ code }) => code), ["voice_failed"]);
  assertEquals(client.received.map((one) => one.type === "chunk" ? one.data : "").join("").trim(), answer);
  await client.close();
});

/** How many samples a sound has; it is nowhere silent, and of 8 kHz and one channel. */
async function samplesOf(url: string): Promise<number> {
  const bytes = await (await fetch(url)).bytes();
  const header = new DataView(bytes.buffer);
  assertEquals([header.getUint16(22, true), header.getUint32(24, true)], [1, 8_000]);
  const samples = new Int16Array(bytes.slice(WAV_HEADER_BYTES).buffer);
  assert(samples.every((sample) => Math.abs(sample) > 11_000), "it is silent in between");
  return samples.length;
}
