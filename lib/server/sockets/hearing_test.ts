/** Spoken prompts over real sockets: flite speaks, silero finds where, a server of the test's own understands. */
import { assert, assertEquals } from "@std/assert";
import { ChatServer } from "./chat_server_fixture.ts";
import { configSchema } from "@/lib/config/schema.ts";
import { VoiceDetector } from "@/lib/hearing/detector.ts";
import { framesOf, joined, layDetector, silence, spoken, TranscriptionServer } from "@/lib/hearing/hearing_fixture.ts";
import { HearingService } from "@/lib/hearing/hearing_service.ts";
import { OpenAiEngine } from "@/lib/hearing/openai/openai.ts";
import type { HearingMode } from "@/lib/protocol/hearing.ts";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import type { SocketClient } from "@/tests/socket_client.ts";
import { until } from "@/tests/until.ts";

const HELLO = await spoken("Hello there, how are you today?");
const WEATHER = await spoken("What will the weather be tomorrow?");

interface SceneOptions {
  /** Fields of `hearing`. */
  hearing?: Record<string, unknown>;
  /** Without it sherpa-onnx and silero are missing. */
  detects?: boolean;
  timeoutMs?: number;
}

/** A server that hears, and a transcription server behind it. */
class Scene implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();
  readonly transcription = new TranscriptionServer();
  readonly chat: ChatServer;
  readonly service: HearingService;

  private constructor({ hearing = {}, timeoutMs = 20_000 }: SceneOptions, places: { runtime: string; folder: string }) {
    const engine = new OpenAiEngine({ host: this.transcription.host, model: "whisper-1", timeoutMs });
    const settings = configSchema.parse({ hearing: { engine: "openai", ...hearing } }).hearing;
    this.service = new HearingService({
      settings: () => settings,
      engines: () => new Map([["openai", engine]]),
      detector: new VoiceDetector(places),
      names: () => ["Mao"],
    });
    this.chat = new ChatServer({}, { hearing: this.service });
  }

  static async open(options: SceneOptions = {}): Promise<Scene> {
    const folder = await Deno.makeTempDir();
    const places = options.detects === false ? { runtime: `${folder}/none`, folder } : await layDetector(folder);
    return new Scene(options, places);
  }

  /** What the server understands, one after the other. */
  understands(...texts: string[]): void {
    this.transcription.answer = () => Response.json({ text: texts.shift() ?? "" });
  }

  async page(): Promise<SocketClient<ServerFrame>> {
    const client = await this.chat.v2();
    client.send({ type: "hello" });
    await client.next("welcome");
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.service[Symbol.dispose]();
    await this.chat[Symbol.asyncDispose]();
    await this.transcription[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

function say(client: SocketClient<ServerFrame>, stream: number, sound: Int16Array, from = 0): void {
  for (const frame of framesOf(stream, sound, from)) client.send(frame);
}

async function listen(client: SocketClient<ServerFrame>, stream: number, mode: HearingMode): Promise<void> {
  client.send({ type: "listen", stream, mode });
  await client.first((frame) => frame.type === "listening" && frame.stream === stream, 0, `listening to ${stream}`);
}

function all<Type extends ServerFrame["type"]>(client: SocketClient<ServerFrame>, type: Type) {
  return client.received.filter((frame): frame is Extract<ServerFrame, { type: Type }> => frame.type === type);
}

async function finals(client: SocketClient<ServerFrame>, count: number) {
  const final = () => all(client, "transcript").filter(({ final }) => final);
  await until(`${count} final transcripts of ${client.received.length} frames`, () => final().length >= count);
  return final();
}

Deno.test("what is said becomes a prompt of the conversation, with sound from before it began", async () => {
  await using scene = await Scene.open();
  const page = await scene.page();
  page.send({ type: "listen", stream: 7, mode: "open" });
  assertEquals(await page.next("listening"), { type: "listening", stream: 7, engine: "openai", away: false });
  scene.understands("Hello there, how are you today?");
  say(page, 7, joined(silence(2), HELLO, silence(1.5)));
  const [transcript] = await finals(page, 1);
  const queued = await page.next("queued");
  assertEquals([transcript?.text, transcript?.turn], ["Hello there, how are you today?", queued.turn]);
  assertEquals(queued.text, transcript?.text);
  const activity = all(page, "activity");
  assertEquals(activity.map(({ speaking }) => speaking), [true, false]);
  const [began, ended] = activity.map(({ position }) => position / 16_000);
  assert(began! > 1.9 && began! < 2.4, `it began at ${began} s`);
  assert(Math.abs(ended! - 2 - HELLO.length / 16_000) < 0.4, `it ended at ${ended} s`);
  const seconds = scene.transcription.asked[0]!.samples.length / 16_000;
  // All of it with 0.8 s from before.
  assert(seconds > HELLO.length / 16_000 + 0.5 && seconds < HELLO.length / 16_000 + 2.5, `${seconds} s were sent`);
});
