import type { Hearing, HearingService } from "@/lib/hearing/hearing_service.ts";
import type { Session } from "@/lib/chat/session.ts";
import type { SessionRegistry } from "@/lib/chat/session_registry.ts";
import { SpokenPrompts } from "@/lib/hearing/spoken_prompts.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import { decodeMicrophone, type HearingClientFrame, type MicrophoneSound } from "@/lib/protocol/hearing.ts";
import type { ServerFrame, TurnError } from "@/lib/protocol/v2.ts";

/** Binary frames that may come while it is found out who understands them. */
const MOST_EARLY = 1_500;

export interface HearingConnectionOptions {
  hearing: HearingService;
  sessions: SessionRegistry;
  session: Session;
  send(frame: ServerFrame): void;
}

/** The microphone of one socket's page: one stream at a time. */
export class HearingConnection implements Disposable {
  readonly #options: HearingConnectionOptions;
  readonly #prompts: SpokenPrompts;
  /** Streams that have ended, of which not all has been asked yet. */
  readonly #ending = new Set<Hearing>();
  #stream: number | undefined;
  #hearing: Hearing | undefined;
  /** What came before it was known who understands it. */
  #early: MicrophoneSound[] = [];
  #endsEarly = false;

  constructor(options: HearingConnectionOptions) {
    this.#options = options;
    this.#prompts = new SpokenPrompts({
      wakeWords: () => options.hearing.wakeWords(),
      send: options.send,
      ask: (turn, text, previous) => this.#ask(turn, text, previous),
      prepare: (turn, text) => this.#prepare(turn, text),
    });
  }

  /**
   * Takes what a page says of its microphone.
   *
   * @throws {RequestError} when nobody can listen
   */
  async take(frame: HearingClientFrame): Promise<void> {
    switch (frame.type) {
      case "listen":
        return await this.#listen(frame);
      case "unlisten":
        if (frame.stream === this.#stream) this.#unlisten();
        return;
      case "utterance":
        return await this.#utter(frame);
      case "playback":
        if (frame.stream === this.#stream) this.#playback(frame);
        return;
    }
  }

  /**
   * Takes the microphone's sound. What belongs to no stream is left out: the page may not know yet that it has ended.
   *
   * @throws {SyntaxError} when it is none; where there is a stream, that ends instead
   */
  takeSound(data: ArrayBuffer): void {
    try {
      const sound = decodeMicrophone(data);
      if (sound.stream !== this.#stream) return;
      if (this.#hearing !== undefined) this.#hearing.take(sound);
      else if (this.#early.length < MOST_EARLY) this.#early.push(sound);
    } catch (error) {
      if (!(error instanceof SyntaxError) || this.#stream === undefined) throw error;
      this.#fail(this.#stream, { code: "bad_frame", message: error.message });
    }
  }

  [Symbol.dispose](): void {
    this.#leave();
    for (const hearing of this.#ending) hearing[Symbol.dispose]();
    this.#ending.clear();
    this.#prompts.drop();
  }

  /** Listens to nothing. */
  #leave(): void {
    this.#stream = undefined;
    this.#early = [];
    this.#hearing?.[Symbol.dispose]();
    this.#hearing = undefined;
  }

  async #listen({ stream, mode, trial }: HearingClientFrame & { type: "listen" }): Promise<void> {
    const { hearing, session, send } = this.#options;
    this.#leave();
    this.#stream = stream;
    this.#endsEarly = false;
    this.#prompts.trial = trial === true;
    try {
      const opened = await hearing.open({
        stream,
        mode,
        principal: session.principal,
        session: session.id,
        prompts: this.#prompts,
        send,
        onError: (error, ended) => ended ? this.#fail(stream, error) : send({ type: "error", ...error }),
      });
      // Another stream may have taken its place meanwhile, or the page may have gone.
      if (this.#stream !== stream) return opened[Symbol.dispose]();
      this.#hearing = opened;
    } catch (error) {
      if (this.#stream === stream) this.#leave();
      throw error;
    }
    for (const sound of this.#early.splice(0)) this.#hearing?.take(sound);
    if (this.#endsEarly) this.#unlisten();
  }

  #playback({ position, turn, ms = 0, url }: HearingClientFrame & { type: "playback" }): void {
    const { hearing, session } = this.#options;
    const sound = url === undefined ? undefined : hearing.soundAt(url, session.principal);
    this.#hearing?.playback({ position, ...(turn !== undefined && { played: { turn, ms, sound } }) });
  }

  #unlisten(): void {
    const hearing = this.#hearing;
    if (hearing === undefined) {
      this.#endsEarly = true;
      return;
    }
    this.#hearing = undefined;
    this.#stream = undefined;
    this.#ending.add(hearing);
    guarded("ask what was said", () => hearing.end().finally(() => this.#ending.delete(hearing)));
  }

  async #utter({ id, text, final }: HearingClientFrame & { type: "utterance" }): Promise<void> {
    if (this.#hearing === undefined) return;
    if (!final) return this.#prompts.grow(id, text);
    await this.#prompts.end(id, text, performance.now());
  }

  async #ask(turn: string, text: string, previous?: string): Promise<void> {
    const { sessions, session } = this.#options;
    const before = previous === undefined ? undefined : session.conversation.find(previous);
    // Nothing of an answer was seen or heard yet: what is said now belongs to it.
    if (before !== undefined && before === session.conversation.turns.at(-1) && before.text === "") {
      await sessions.askAgain(session, { turn: before.turn, as: turn, text: `${before.prompt} ${text}` });
    } else {
      await sessions.prompt(session, turn, text);
    }
  }

  async #prepare(turn: string, text: string): Promise<Disposable | undefined> {
    const { hearing, sessions, session } = this.#options;
    return hearing.early ? await sessions.prepare(session, turn, text) : undefined;
  }

  #fail(stream: number, error: TurnError): void {
    if (this.#stream === stream) this.#leave();
    this.#options.send({ type: "error", stream, ...error });
  }
}
