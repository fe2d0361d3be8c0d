import { assert, assertEquals, assertRejects } from "@std/assert";
import { type SpeechRequest, VoiceError } from "@/lib/voice/engine.ts";
import { OpenAiEngine, type OpenAiOptions } from "./openai.ts";
import { wavOf } from "./wav_fixture.ts";

const SENTENCE: SpeechRequest = { text: "Hello there.", language: "en", rate: 1.25, pitch: 1 };
const WAVE = Array.from({ length: 4800 }, (_, index) => Math.round(10_000 * Math.sin(index / 10)));
const PCM = new Uint8Array(Int16Array.from(WAVE).buffer);
const SECRET = "Bearer sk-hidden";
const { signal } = new AbortController();

interface Asked {
  path: string;
  authorization: string | null;
  body: Record<string, unknown>;
}

/** A speech server of the test, and what it was asked for. */
function speechServer(answer: (asked: Asked) => Response | Promise<Response>): AsyncDisposable & {
  host: string;
  asked: Asked[];
} {
  const asked: Asked[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname: path } = new URL(request.url);
    const one = {
      path,
      authorization: request.headers.get("authorization"),
      body: request.method === "POST" ? await request.json() : {},
    };
    asked.push(one);
    if (request.method !== "POST" && path.endsWith("/voices")) {
      return Response.json({ voices: ["af_heart", "bm_george"] });
    }
    return await answer(one);
  });
  return { host: `http://127.0.0.1:${server.addr.port}`, asked, [Symbol.asyncDispose]: () => server.shutdown() };
}

function engineAt(host: string, options: Partial<OpenAiOptions> = {}): OpenAiEngine {
  return new OpenAiEngine({ host, model: "kokoro", authorization: SECRET, timeoutMs: 10_000, ...options });
}

async function heardFrom(engine: OpenAiEngine, request = SENTENCE): Promise<{ samples: number[]; rates: number[] }> {
  const parts = await Array.fromAsync((await engine.synthesise(request, { signal })).parts);
  return {
    samples: parts.flatMap(({ samples }) => [...samples]),
    rates: [...new Set(parts.map(({ sampleRate }) => sampleRate))],
  };
}

/** A server of one answer whose connection ends in the middle of its body. */
function brokenServer(body: Uint8Array): AsyncDisposable & { host: string } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const head = `HTTP/1.1 200 OK\r\nContent-Type: audio/pcm\r\nContent-Length: ${body.length * 2}\r\n\r\n`;
  const served = (async () => {
    for await (using connection of listener) {
      await connection.read(new Uint8Array(10_000));
      await connection.write(new TextEncoder().encode(head));
      await connection.write(body);
    }
  })();
  return {
    host: `http://127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await served;
    },
  };
}

/** A body in pieces, each after the one before was taken; never ended, where that is wanted. */
function pieces(bytes: Uint8Array<ArrayBuffer>, size: number, end: "close" | "hang" = "close") {
  let at = 0;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (at < bytes.length) return controller.enqueue(bytes.slice(at, at += size));
      if (end === "close") controller.close();
      if (end === "hang") return new Promise<void>(() => {});
    },
  });
}

Deno.test("a server's PCM and WAV are heard as they come, and it is asked as OpenAI says", async () => {
  for (
    const [body, type, rate] of [
      [() => pieces(PCM, 333), "audio/pcm", 24_000],
      [() => pieces(PCM, 333), "audio/pcm;rate=16000", 16_000],
      [() => pieces(PCM, 1), "application/octet-stream", 24_000],
      [() => pieces(wavOf(WAVE, { sampleRate: 22_050, size: 0xffffffff }), 101), "audio/wav", 22_050],
      [() => pieces(wavOf(WAVE, { sampleRate: 8000, channels: 2 }), 1000), "audio/pcm", 8000],
    ] as const
  ) {
    await using server = speechServer(() => new Response(body(), { headers: { "content-type": type } }));
    for (const host of [server.host, `${server.host}/v1/`]) {
      using engine = engineAt(host);
      assertEquals(await heardFrom(engine), { samples: WAVE, rates: [rate] });
    }
    const { path, authorization, body: asked } = server.asked.at(-1)!;
    assertEquals([path, authorization], ["/v1/audio/speech", SECRET]);
    assertEquals(asked, {
      model: "kokoro",
      input: "Hello there.",
      voice: "af_heart",
      speed: 1.25,
      response_format: "pcm",
    });
  }
});

Deno.test("the first part is there while the server still works", async () => {
  await using server = speechServer(() => new Response(pieces(PCM, 4800, "hang")));
  using engine = engineAt(server.host);
  const stop = new AbortController();
  const { parts } = await engine.synthesise(SENTENCE, { signal: stop.signal });
  const iterator = parts[Symbol.asyncIterator]();
  assert(((await iterator.next()).value?.samples.length ?? 0) > 0);
  // The rest comes, and then nothing more: whoever stops is not kept waiting.
  const rest = (async () => {
    while (!(await iterator.next()).done);
  })();
  stop.abort(new Error("enough"));
  await assertRejects(() => rest, Error, "enough");
});

Deno.test("a server that knows no pcm is asked for WAV, and for nothing else from then on", async () => {
  await using server = speechServer(({ body }) =>
    body["response_format"] === "wav"
      ? new Response(wavOf(WAVE))
      : Response.json({ error: { message: "unknown response_format" } }, { status: 400 })
  );
  using engine = engineAt(server.host);
  for (const _ of [1, 2]) assertEquals((await heardFrom(engine)).samples, WAVE);
  const formats = server.asked.map(({ body }) => body["response_format"]).filter((format) => format !== undefined);
  assertEquals(formats, ["pcm", "wav", "wav"]);
});

Deno.test("every failure of a server is said in words, without the key", async () => {
  const json = { "content-type": "application/json" };
  const cases: [answer: () => Response, message: string][] = [
    [() => new Response("gone", { status: 404 }), "has no POST /v1/audio/speech"],
    [() => Response.json({ error: { message: "bad key sk-hid***" } }, { status: 401 }), "VTUBER_VOICE_AUTH"],
    [() => Response.json({ error: { message: "no voice x" } }, { status: 422 }), "failed (422): no voice x"],
    [() => Response.json({ detail: "I got sk-hidden" }, { status: 500 }), "failed (500)"],
    [() => new Response("<html>oops</html>", { status: 502 }), "failed (502)"],
    [() => Response.json({ detail: "loading" }), "answered with application/json instead of PCM or WAV: loading"],
    [() => new Response('{"error": "busy"}', { headers: { "content-type": "audio/pcm" } }), "with JSON instead"],
    [() => new Response("ID3…", { headers: { "content-type": "audio/mpeg" } }), "sent audio/mpeg, not PCM or WAV"],
    [() => new Response("hi", { headers: { "content-type": "text/plain" } }), "answered with text/plain"],
    [() => new Response(null), "sent no sound"],
    [() => new Response(wavOf([])), "sent no sound"],
    [() => new Response("{", { headers: json }), "answered with application/json"],
    [() => new Response(wavOf(WAVE).subarray(0, 2000)), "broke off"],
    [() => new Response(pieces(PCM, 1000, "hang")), "sent nothing for 0.3 s"],
    [() => new Response(pieces(PCM.subarray(0, 0), 1, "hang")), "sent nothing for 0.3 s"],
  ];
  for (const [answer, message] of cases) {
    await using server = speechServer(() => answer());
    using engine = engineAt(server.host, { timeoutMs: 300 });
    const error = await assertRejects(() => heardFrom(engine), VoiceError, message);
    assert(!error.message.includes("sk-hid"), error.message);
    assert(error.message.startsWith("The sound") || error.message.includes(server.host), error.message);
  }
});

Deno.test("a connection that ends in the middle is told of, after what could be heard", async () => {
  await using server = brokenServer(PCM.subarray(0, 4000));
  using engine = engineAt(server.host, { authorization: undefined });
  const { parts } = await engine.synthesise({ ...SENTENCE, voice: "v" }, { signal });
  let heard = 0;
  await assertRejects(
    async () => {
      for await (const { samples } of parts) heard += samples.length;
    },
    VoiceError,
    "the connection broke off",
  );
  assertEquals(heard, 2000);
});

Deno.test("a server that does not stop is stopped, one that is not there is told of, and so is one without an address", async () => {
  await using server = speechServer(() =>
    new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 20)) }))
  );
  using endless = engineAt(server.host);
  await assertRejects(() => heardFrom(endless), VoiceError, "does not stop speaking");

  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  using gone = engineAt(`http://user:pass@127.0.0.1:${listener.addr.port}`);
  const error = await assertRejects(() => heardFrom(gone), VoiceError, "Nobody answers at http://127.0.0.1:");
  assert(!error.message.includes("pass"));

  using nowhere = new OpenAiEngine({ model: "m" });
  assertEquals([await nowhere.needs() !== undefined, nowhere.away], [true, false]);
  await assertRejects(() => heardFrom(nowhere), VoiceError, "voice.host");
});

Deno.test("the key goes to nobody else: no redirect is followed, no link-local address asked", async () => {
  await using other = speechServer(() => new Response(PCM));
  await using server = speechServer(() =>
    new Response(null, { status: 307, headers: { location: `${other.host}/v1/audio/speech` } })
  );
  using engine = engineAt(server.host);
  await assertRejects(() => heardFrom(engine), VoiceError, "sends elsewhere");
  assertEquals(other.asked, []);
  using metadata = engineAt("http://169.254.169.254");
  const error = await assertRejects(() => heardFrom(metadata), VoiceError, "it is not asked. Correct `voice.host`");
  assert(!error.message.includes("llm.host"));
});

Deno.test("away is said of servers beyond this machine's network", () => {
  const away = (host: string) => {
    using engine = engineAt(host);
    return engine.away;
  };
  assertEquals(["http://127.0.0.1:8880", "http://tts.lan", "http://192.168.0.2/x"].map(away), [false, false, false]);
  assertEquals(["https://api.openai.com", "http://93.184.215.14"].map(away), [true, true]);
});
