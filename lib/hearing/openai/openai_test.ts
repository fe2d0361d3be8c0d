import { assert, assertEquals, assertRejects } from "@std/assert";
import { HearingError } from "@/lib/hearing/engine.ts";
import { silence, spoken, TranscriptionServer } from "@/lib/hearing/hearing_fixture.ts";
import { wavHeader } from "@/lib/voice/wav_header.ts";
import { isInstalled } from "@/tests/installed.ts";
import { OpenAiEngine, type OpenAiOptions } from "./openai.ts";

const SECRET = "Bearer sk-hidden";

async function understood(options: Partial<OpenAiOptions>, sound = silence(0.1), language?: string): Promise<string> {
  using engine = new OpenAiEngine({ model: "whisper-1", authorization: SECRET, timeoutMs: 10_000, ...options });
  using recognition = engine.open({ language, onPartial() {} });
  recognition.push(sound);
  return await recognition.finish();
}

Deno.test("the sound is posted as WAV with model, language and key, below a /v1 or not", async () => {
  await using server = new TranscriptionServer(() => Response.json({ text: " Hello you. ", words: [] }));
  const sound = silence(0.2);
  assertEquals(await understood({ host: `${server.host}/v1/` }, sound, "en-GB"), "Hello you.");
  const [asked] = server.asked;
  assertEquals(asked?.fields, { model: "whisper-1", response_format: "json", language: "en" });
  assertEquals([asked?.authorization, asked?.samples], [SECRET, sound]);
  server.answer = () => new Response("As text", { headers: { "content-type": "text/plain; charset=utf-8" } });
  assertEquals(await understood({ host: server.host }), "As text");
});

Deno.test("what a server must not be told goes to nobody else, and what it says wrong is said without the key", async () => {
  await using other = new TranscriptionServer();
  const cases: [answer: () => Response, words: string][] = [
    [() => Response.redirect(`${other.host}/v1/audio/transcriptions`, 307), "Correct `hearing.host`"],
    [() => Response.json({ error: { message: "wrong key sk-hidden" } }, { status: 401 }), "Set VTUBER_HEARING_AUTH"],
    [() => Response.json({ error: { message: "sk-hidden is busy" } }, { status: 500 }), "failed (500)"],
    [() => Response.json({ error: "model not found" }, { status: 404 }), "model not found"],
    [() => Response.json({ nothing: true }), "instead of a text in JSON"],
    [() => new Response("{", { headers: { "content-type": "application/json" } }), "instead of a text in JSON"],
    [() => new Response(new Uint8Array(2_000_000)), "more than a text"],
  ];
  for (const [answer, words] of cases) {
    await using server = new TranscriptionServer(answer);
    const error = await assertRejects(() => understood({ host: server.host }), HearingError, words);
    assert(!error.message.includes("sk-hidden"), error.message);
  }
  assertEquals(other.asked.length, 0);
  await assertRejects(() => understood({ host: "http://169.254.169.254" }), HearingError, "Correct `hearing.host`");
  await assertRejects(() => understood({ host: "http://127.0.0.1:9" }), HearingError, "Nobody answers at");
  await assertRejects(() => understood({}), HearingError, "Set `hearing.host`");
});

/** Debian's recogniser with its model of American English. */
const SPHINX = await isInstalled("pocketsphinx_continuous", ["-help"]);

Deno.test({
  name: "what flite says is understood by a real recogniser behind such a server" +
    (SPHINX ? "" : " (left out: Debian's pocketsphinx and pocketsphinx-en-us are not installed)"),
  ignore: !SPHINX,
  async fn() {
    const file = await Deno.makeTempFile({ suffix: ".wav" });
    await using server = new TranscriptionServer(async ({ samples }) => {
      await Deno.writeFile(file, wavHeader(16_000, samples.byteLength));
      await Deno.writeFile(file, new Uint8Array(samples.buffer), { append: true });
      const { stdout } = await new Deno.Command("pocketsphinx_continuous", {
        args: ["-infile", file, "-logfn", "/dev/null"],
      }).output();
      return Response.json({ text: new TextDecoder().decode(stdout).trim() });
    });
    const sound = Int16Array.from([...silence(0.5), ...await spoken("What is the weather today"), ...silence(0.5)]);
    assertEquals(await understood({ host: server.host, timeoutMs: 60_000 }, sound), "what is the weather today");
    await Deno.remove(file);
  },
});
