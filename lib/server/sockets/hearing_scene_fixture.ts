/** For tests: pages whose microphones are heard, over real sockets. flite speaks, silero finds where, a server of the test's own understands. */
import { join } from "node:path";
import { ChatServer } from "./chat_server_fixture.ts";
import { configSchema } from "@/lib/config/schema.ts";
import { VoiceDetector } from "@/lib/hearing/detector.ts";
import type { RecognitionEngine } from "@/lib/hearing/engine.ts";
import { framesOf, layDetector, TranscriptionServer } from "@/lib/hearing/hearing_fixture.ts";
import { HearingService } from "@/lib/hearing/hearing_service.ts";
import { OpenAiEngine } from "@/lib/hearing/openai/openai.ts";
import { SherpaRecogniser } from "@/lib/hearing/sherpa/sherpa.ts";
import { writeToneRecogniser } from "@/lib/hearing/sherpa/tone_recogniser_fixture.ts";
import { writeToneWakeModel } from "@/lib/hearing/wake/wake_model_fixture.ts";
import { WakeSpotter } from "@/lib/hearing/wake/wake_spotter.ts";
import type { HearingMode } from "@/lib/protocol/hearing.ts";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import type { Sound } from "@/lib/voice/sound.ts";
import type { SocketClient } from "@/tests/socket_client.ts";
import { until } from "@/tests/until.ts";

interface SceneOptions {
  /** Fields of `hearing`. */
  hearing?: Record<string, unknown>;
  /** Without it sherpa-onnx and silero are missing. */
  detects?: boolean;
  timeoutMs?: number;
  /** What can be fetched at every path of a sound. */
  sound?: Sound;
  /** Has a recogniser of this machine that understands tones, instead of the server. */
  sherpa?: "streaming" | "whole";
  /** Has a model that finds wake words in tones. */
  spots?: boolean;
}

/** A server that hears, and a transcription server behind it. */
export class Scene implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();
  readonly transcription = new TranscriptionServer();
  readonly chat: ChatServer;
  readonly service: HearingService;
  readonly #engine: RecognitionEngine;

  private constructor(
    { hearing = {}, timeoutMs = 20_000, sound, sherpa }: SceneOptions,
    places: { runtime: string; folder: string },
  ) {
    this.#engine = sherpa === undefined
      ? new OpenAiEngine({ host: this.transcription.host, model: "whisper-1", timeoutMs })
      : new SherpaRecogniser({ runtime: places.runtime, folder: recognisersIn(places), timeoutMs });
    const settings = configSchema.parse({ hearing: { engine: this.#engine.id, ...hearing } }).hearing;
    this.service = new HearingService({
      settings: () => settings,
      engines: () => new Map([[this.#engine.id, this.#engine]]),
      detector: new VoiceDetector(places),
      wakeSpotter: new WakeSpotter({ runtime: places.runtime, folder: wakeWordsIn(places) }),
      names: () => ["Mao"],
      sound: () => sound,
    });
    this.chat = new ChatServer({}, { hearing: this.service });
  }

  static async open(options: SceneOptions = {}): Promise<Scene> {
    const folder = await Deno.makeTempDir();
    const places = options.detects === false ? { runtime: `${folder}/none`, folder } : await layDetector(folder);
    const { sherpa, spots = false } = options;
    if (spots) await writeToneWakeModel(join(wakeWordsIn(places), "tones"));
    if (sherpa !== undefined) {
      await writeToneRecogniser(join(recognisersIn(places), "tones"), { streaming: sherpa === "streaming" });
    }
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
    this.#engine[Symbol.dispose]();
    await this.chat[Symbol.asyncDispose]();
    await this.transcription[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

function recognisersIn({ folder }: { folder: string }): string {
  return join(folder, "recognisers");
}

function wakeWordsIn({ folder }: { folder: string }): string {
  return join(folder, "wake-words");
}

export function say(client: SocketClient<ServerFrame>, stream: number, sound: Int16Array, from = 0): void {
  for (const frame of framesOf(stream, sound, from)) client.send(frame);
}

export async function listen(client: SocketClient<ServerFrame>, stream: number, mode: HearingMode): Promise<void> {
  client.send({ type: "listen", stream, mode });
  await client.first((frame) => frame.type === "listening" && frame.stream === stream, 0, `listening to ${stream}`);
}

export function all<Type extends ServerFrame["type"]>(client: SocketClient<ServerFrame>, type: Type) {
  return client.received.filter((frame): frame is Extract<ServerFrame, { type: Type }> => frame.type === type);
}

export async function finals(client: SocketClient<ServerFrame>, count: number) {
  const final = () => all(client, "transcript").filter(({ final }) => final);
  await until(`${count} final transcripts of ${client.received.length} frames`, () => final().length >= count);
  return final();
}
