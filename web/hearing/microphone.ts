/** The reader's microphone while it is open: what it hears, and when. */
import { asset } from "fresh/runtime";
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";
import { address } from "@/web/browser/base_path.ts";
import { FRAME_SAMPLES, type SoundFrame } from "./sound_frames.ts";

const WORKLET = "/capture_worklet.js";
/** Above this, in hertz, a sound of a higher rate would come back as another one when it is brought to ours. */
const HIGHEST = 7_000;

export interface MicrophoneHandlers {
  onFrame(frame: SoundFrame): void;
  /** The device gives no sound for now, such as behind a lock screen or during a call; or gives it again. */
  onHeld(held: boolean): void;
  /** It has been unplugged, or its permission taken away. */
  onGone(): void;
}

export class Microphone {
  readonly #stream: MediaStream;
  readonly #context: AudioContext;
  readonly #end = new AbortController();
  /** Where the last frame ended, and when, in seconds of the context's clock. */
  #last = { position: 0, at: 0 };

  private constructor(stream: MediaStream, context: AudioContext, handlers: MicrophoneHandlers) {
    this.#stream = stream;
    this.#context = context;
    const { signal } = this.#end;
    const [track] = stream.getAudioTracks();
    const tell = () => handlers.onHeld(track?.muted === true || context.state !== "running");
    for (const event of ["mute", "unmute"]) track?.addEventListener(event, tell, { signal });
    context.addEventListener("statechange", tell, { signal });
    track?.addEventListener("ended", () => handlers.onGone(), { signal });
    // Not every browser ends the track of a device that is not there any more.
    navigator.mediaDevices.addEventListener("devicechange", async () => {
      if (track?.readyState === "ended" || !await isThere(track?.getSettings().deviceId)) {
        if (!signal.aborted) handlers.onGone();
      }
    }, { signal });
    // A phone that was locked goes on only when it is asked to; refused, the next look tries again.
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && context.state !== "running") context.resume().catch(() => {});
    }, { signal });
  }

  /**
   * Asks the reader, where the browser has to, and opens it.
   *
   * @param device as browsers name it; empty for the usual one
   * @throws {DOMException} `NotAllowedError`, `NotFoundError` … as `getUserMedia` does, or the reason of the signal
   */
  static async open(device: string, handlers: MicrophoneHandlers, signal: AbortSignal): Promise<Microphone> {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
        channelCount: 1,
        ...(device !== "" && { deviceId: device }),
      },
    });
    let microphone: Microphone | undefined;
    try {
      signal.throwIfAborted();
      const { context, source } = contextFor(stream);
      microphone = new Microphone(stream, context, handlers);
      await context.audioWorklet.addModule(address(asset(WORKLET)));
      signal.throwIfAborted();
      microphone.#listen(source, handlers);
      if (stream.getAudioTracks()[0]?.muted === true) handlers.onHeld(true);
      return microphone;
    } catch (error) {
      microphone?.dispose();
      stopTracks(stream);
      throw error;
    }
  }

  /** The sample that is being heard now, since it was opened. */
  get position(): number {
    const { position, at } = this.#last;
    return Math.max(0, Math.round(position + (this.#context.currentTime - at) * MICROPHONE_RATE));
  }

  /** What the browser calls it. */
  get name(): string {
    return this.#stream.getAudioTracks()[0]?.label ?? "";
  }

  dispose(): void {
    this.#end.abort();
    stopTracks(this.#stream);
    if (this.#context.state !== "closed") void this.#context.close();
  }

  #listen(source: AudioNode, handlers: MicrophoneHandlers): void {
    const capture = new AudioWorkletNode(this.#context, "capture", { channelCount: 1, channelCountMode: "explicit" });
    capture.port.onmessage = ({ data }: MessageEvent<SoundFrame & { at: number }>) => {
      if (this.#end.signal.aborted) return;
      this.#last = { position: data.position + FRAME_SAMPLES, at: data.at };
      handlers.onFrame(data);
    };
    source.connect(capture);
    // Some browsers run only what leads somewhere: here, nowhere that can be heard.
    capture.connect(this.#context.createMediaStreamDestination());
    if (this.#context.state !== "running") this.#context.resume().catch(() => {});
  }
}

/** Most browsers bring a microphone to any rate; the others are filtered before the worklet brings it there. */
function contextFor(stream: MediaStream): { context: AudioContext; source: AudioNode } {
  const context = new AudioContext({ sampleRate: MICROPHONE_RATE, latencyHint: "interactive" });
  try {
    return { context, source: context.createMediaStreamSource(stream) };
  } catch {
    void context.close();
  }
  const own = new AudioContext({ latencyHint: "interactive" });
  const filters = [0, 1].map(() => new BiquadFilterNode(own, { type: "lowpass", frequency: HIGHEST }));
  own.createMediaStreamSource(stream).connect(filters[0]!).connect(filters[1]!);
  return { context: own, source: filters[1]! };
}

async function isThere(device: string | undefined): Promise<boolean> {
  if (device === undefined) return true;
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.some(({ kind, deviceId }) => kind === "audioinput" && deviceId === device);
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
