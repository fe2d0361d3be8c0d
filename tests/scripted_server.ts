/** The built page in front of a server that says what a test wants: the socket and the sound are the test's. */
import { serve } from "./ports.ts";
import { TestServer } from "./test_server.ts";
import { until } from "./until.ts";
import {
  type CharacterInfo,
  type ClientFrame,
  type ServerFrame,
  SUBPROTOCOL,
  type TurnRecord,
} from "@/lib/protocol/v2.ts";
import { decodeMicrophone, type MicrophoneSound } from "@/lib/protocol/hearing.ts";
import { wavHeader } from "@/lib/voice/wav_header.ts";
import { STATUS } from "@/web/connection/fake_environment.ts";

/** A tone, as the server would give it. */
export interface Tone {
  hertz: number;
  ms: number;
  sampleRate?: number;
  /** Milliseconds for which the last half of it is held back. */
  pause?: number;
}

/** Runs in the page's audio thread, and tells what goes to the loudspeaker. */
const RECORDER = `registerProcessor("recorder", class extends AudioWorkletProcessor {
  process([[samples]]) {
    if (samples !== undefined) this.port.postMessage({ at: currentFrame, samples: samples.slice() });
    return true;
  }
});`;

/** Runs before the page's own scripts: whatever a page connects with its loudspeaker is recorded, too. */
function record(): void {
  const recorded: { at: number; samples: Float32Array }[] = [];
  Object.assign(globalThis, { recorded });
  const connect = AudioNode.prototype.connect as (this: AudioNode, target: AudioNode) => AudioNode;
  Object.assign(AudioNode.prototype, {
    connect(this: AudioNode, target: AudioNode) {
      if (target instanceof AudioDestinationNode) {
        const context = this.context as AudioContext;
        Object.assign(globalThis, { context });
        void context.audioWorklet.addModule("/recorder.js").then(() => {
          const node = new AudioWorkletNode(context, "recorder", { channelCount: 1, channelCountMode: "explicit" });
          node.port.onmessage = ({ data }) => recorded.push(data);
          connect.call(this, node);
          Object.assign(globalThis, { isRecording: true });
        });
      }
      return connect.call(this, target);
    },
  });
}

/** For `page.evaluateOnNewDocument`. */
export const RECORD = record;

export class ScriptedServer {
  readonly received: ClientFrame[] = [];
  /** What pages' microphones have heard. */
  readonly sounds: MicrophoneSound[] = [];
  /** What `welcome` tells. */
  history: TurnRecord[] = [];
  character: CharacterInfo | undefined;
  readonly tones = new Map<string, Tone>();
  readonly #app: TestServer;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #sockets = new Set<WebSocket>();
  #seq = 0;

  private constructor(app: TestServer) {
    this.#app = app;
    this.#server = serve((request) => this.#answer(request));
  }

  static async open(config: Record<string, unknown>): Promise<ScriptedServer> {
    return new ScriptedServer(await TestServer.open({ config, env: { OLLAMA_HOST: "http://127.0.0.1:9" } }));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Sends frames to every page; those of turns are numbered. */
  send(...frames: Record<string, unknown>[]): void {
    for (const frame of frames) {
      const text = JSON.stringify("turn" in frame ? { seq: ++this.#seq, ...frame } : frame);
      for (const socket of this.#sockets) if (socket.readyState === WebSocket.OPEN) socket.send(text);
    }
  }

  /** The newest frame of a kind from a page, once there are so many. */
  async next<T extends ClientFrame["type"]>(type: T, count = 1): Promise<ClientFrame & { type: T }> {
    const all = () => this.received.filter((frame): frame is ClientFrame & { type: T } => frame.type === type);
    await until(`${count} frames ${type}`, () => all().length >= count);
    return all().at(-1)!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    await this.#server.shutdown();
    await this.#app[Symbol.asyncDispose]();
  }

  #answer(request: Request): Response | Promise<Response> {
    const url = new URL(request.url);
    if (request.headers.get("upgrade") === "websocket") return this.#upgrade(request);
    if (url.pathname === "/recorder.js") {
      return new Response(RECORDER, { headers: { "content-type": "text/javascript" } });
    }
    if (url.pathname.startsWith("/speech/")) {
      const tone = this.tones.get(url.pathname.slice("/speech/".length));
      if (tone === undefined) return new Response("There is no such sound", { status: 404 });
      return new Response(wav(tone), { headers: { "content-type": "audio/wav" } });
    }
    return fetch(new URL(url.pathname + url.search, this.#app.url), {
      headers: { cookie: request.headers.get("cookie") ?? "" },
    });
  }

  #upgrade(request: Request): Response {
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: SUBPROTOCOL });
    socket.binaryType = "arraybuffer";
    this.#sockets.add(socket);
    socket.onclose = () => this.#sockets.delete(socket);
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) return void this.sounds.push(decodeMicrophone(data));
      const frame = JSON.parse(data) as ClientFrame;
      this.received.push(frame);
      if (frame.type !== "hello") return;
      const welcome: ServerFrame = {
        type: "welcome",
        session: "s1",
        role: "owner",
        seq: this.#seq,
        resumed: false,
        history: this.history,
        status: STATUS,
        ...(this.character && { character: this.character }),
      };
      socket.send(JSON.stringify(welcome));
    };
    return response;
  }
}

/** WAV of a tone, whose header does not know how long it is. */
function wav({ hertz, ms, sampleRate = 16_000, pause = 0 }: Tone): ReadableStream<Uint8Array> {
  const samples = Int16Array.from(
    { length: Math.round(sampleRate * ms / 1000) },
    (_, i) => 16_000 * Math.sin(2 * Math.PI * hertz * i / sampleRate),
  );
  const half = samples.length >> 1;
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(wavHeader(sampleRate));
      controller.enqueue(new Uint8Array(samples.slice(0, half).buffer));
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      controller.enqueue(new Uint8Array(samples.slice(half).buffer));
      controller.close();
    },
  });
}
