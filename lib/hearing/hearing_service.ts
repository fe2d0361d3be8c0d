/** Listens to the microphones of pages: who understands them by the configuration, and one at a time of a browser. */
import { chooseRecogniser } from "./choose.ts";
import type { VoiceDetector } from "./detector.ts";
import { CalledEngine } from "./wake/called_engine.ts";
import type { WakeSpotter } from "./wake/wake_spotter.ts";
import { HearingError, type RecognitionEngine } from "./engine.ts";
import { Listener } from "./listener.ts";
import type { Playback } from "./loudspeaker.ts";
import { type MicrophoneHolder, MicrophonePlaces } from "./microphone_places.ts";
import type { SpokenPrompts } from "./spoken_prompts.ts";
import type { Bus } from "@/lib/bus/bus.ts";
import type { Config } from "@/lib/config/schema.ts";
import type { HearingMode, HearingServerFrame, MicrophoneSound } from "@/lib/protocol/hearing.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";
import type { Principal } from "@/lib/principal.ts";
import type { Sound } from "@/lib/voice/sound.ts";
import { internalError } from "@/lib/telemetry/internal_error.ts";

export interface HearingServiceOptions {
  settings(): Config["hearing"];
  /** Those of this machine, by id, as they are configured now. */
  engines(): ReadonlyMap<string, RecognitionEngine>;
  detector: VoiceDetector;
  /** Finds what she is called by before anybody understands it. Default: the words that were understood tell. */
  wakeSpotter?: WakeSpotter;
  /** What she is called. */
  names(): readonly string[];
  /** The sound of that id, for whoever may hear it. Default: there is none. */
  sound?(id: string, principal: Principal): Sound | undefined;
  /** Joins this process with others. Default: there are none. */
  bus?: Bus | undefined;
}

/** Nobody can listen. */
const FAILED = { code: "hearing_failed", hint: "Write instead" } as const;

/** A page that wants to be listened to. */
export interface HearingRequest extends MicrophoneHolder {
  stream: number;
  mode: HearingMode;
  prompts: SpokenPrompts;
  send(frame: HearingServerFrame): void;
  /** What went wrong with an utterance, or with all of the stream, which has ended then. */
  onError(error: TurnError, ended: boolean): void;
}

/** A page that is listened to. */
export interface Hearing extends Disposable {
  /** Takes sound; nothing where the page understands what is said itself. */
  take(sound: MicrophoneSound): void;
  /** What the loudspeaker beside the microphone gives out. */
  playback(playback: Playback): void;
  /** Nothing more will come. Resolves when all that was said has been asked. */
  end(): Promise<void>;
}

export class HearingService implements Disposable {
  readonly #options: HearingServiceOptions;
  readonly #places: MicrophonePlaces;

  constructor(options: HearingServiceOptions) {
    this.#options = options;
    this.#places = new MicrophonePlaces(options.bus);
  }

  /**
   * Begins to listen to a page.
   *
   * @throws {RequestError} when nobody can listen, saying what is missing
   */
  async open({ stream, mode, prompts, send, onError, ...holder }: HearingRequest): Promise<Hearing> {
    const { settings, engines, detector } = this.#options;
    // What is there is known once it was looked for.
    await engines().get("sherpa")?.needs();
    const engine = orRefused(() => chooseRecogniser(settings().engine, engines()));
    if (engine !== "browser") await checkNeeds(engine, mode, detector);
    const hearing: { listener?: Listener; ended: boolean } = { ended: false };
    const close = () => {
      hearing.ended = true;
      leave();
      hearing.listener?.[Symbol.dispose]();
    };
    const end = (error: TurnError) => {
      if (hearing.ended) return;
      close();
      onError(error, true);
    };
    const leave = this.#places.take(holder, end);
    prompts.mode = mode;
    try {
      if (engine !== "browser") {
        hearing.listener = await this.#listen({ engine, stream, mode, prompts, send, onError, end });
      }
    } catch (error) {
      close();
      throw error;
    }
    if (hearing.ended) hearing.listener?.[Symbol.dispose]();
    // What leaves the machine in a browser, that one knows.
    const { id, away, host } = engine === "browser" ? { id: engine, away: true, host: undefined } : engine;
    if (!hearing.ended) send({ type: "listening", stream, engine: id, away, ...(host !== undefined && { host }) });
    return {
      take: (sound) => hearing.listener?.take(sound),
      playback: (playback) => hearing.listener?.playback(playback),
      end: async () => {
        leave();
        await hearing.listener?.end();
        close();
      },
      [Symbol.dispose]: close,
    };
  }

  async #listen(
    { engine, stream, mode, prompts, send, onError, end }:
      & Pick<HearingRequest, "stream" | "mode" | "send" | "onError">
      & {
        engine: RecognitionEngine;
        prompts: SpokenPrompts;
        end(error: TurnError): void;
      },
  ): Promise<Listener> {
    const { settings, detector, wakeSpotter } = this.#options;
    const spotting = mode === "wake" ? await wakeSpotter?.find(this.wakeWords()) : undefined;
    const wakeWords = () => this.wakeWords();
    return await Listener.open({
      stream,
      mode,
      engine: spotting === undefined ? engine : new CalledEngine({ engine, spotting, wakeWords }),
      prompts,
      language: settings().language,
      patience: () => settings().patience,
      bargeIn: () => settings().bargeIn,
      send,
      onTrouble: (error) =>
        onError(errorOf(error, { code: "not_understood", hint: "Say it again, or write it" }), false),
      onFailure: (error) => end(errorOf(error, { ...FAILED, hint: "Begin to listen anew, or write instead" })),
    }, detector);
  }

  /** Whether answers are begun in the silence. */
  get early(): boolean {
    return this.#options.settings().early;
  }

  /** The sound at a path of this server, for whoever may hear it. */
  soundAt(url: string, principal: Principal): Sound | undefined {
    return this.#options.sound?.(url.slice(url.lastIndexOf("/") + 1), principal);
  }

  /** What she is called by. */
  wakeWords(): readonly string[] {
    const { wakeWord } = this.#options.settings();
    return wakeWord === undefined ? this.#options.names() : [wakeWord];
  }

  [Symbol.dispose](): void {
    this.#places[Symbol.dispose]();
    this.#options.detector[Symbol.dispose]();
    this.#options.wakeSpotter?.[Symbol.dispose]();
  }
}

/** @throws {RequestError} when something is missing */
async function checkNeeds(engine: RecognitionEngine, mode: HearingMode, detector: VoiceDetector): Promise<void> {
  const needs = await engine.needs() ?? (mode === "hold" ? undefined : await detector.needs());
  if (needs === undefined) return;
  throw new RequestError({ code: "hearing_setup", message: "Something is missing before she can hear", hint: needs });
}

function orRefused<T>(choose: () => T): T {
  try {
    return choose();
  } catch (error) {
    if (error instanceof HearingError) throw new RequestError(errorOf(error, FAILED), { cause: error });
    throw error;
  }
}

/** What a page is told; `told` of what an engine or a stream says of itself. */
function errorOf(error: unknown, told: Omit<TurnError, "message">): TurnError {
  if (error instanceof RequestError) return error.error;
  if (!(error instanceof HearingError)) return internalError("listen to a page", error);
  return { ...told, message: error.message };
}
