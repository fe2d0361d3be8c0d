/**
 * The conversation for the screen: signals to show, actions to take. The truth is with the server;
 * here is a copy that grows with every frame, and what was typed but is not safe with the server yet.
 */
import { computed, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { TurnImage } from "@/lib/protocol/images.ts";
import type { Role } from "@/lib/protocol/role.ts";
import type { CharacterInfo, ServerFrame, Status, TurnError } from "@/lib/protocol/v2.ts";
import { CallClient, CallError } from "@/web/connection/call_client.ts";
import {
  activityOf,
  addUnsent,
  applyFrame,
  type ConversationState,
  currentTurn,
  EMPTY_CONVERSATION,
  type GreetingChoice,
  helloOf,
  streamingTurn,
  type Turn,
  withoutTurn,
} from "./conversation.ts";
import { greetingRecital, recitalOf } from "@/web/voice/recital.ts";
import type { VoiceLink } from "@/web/voice/voice_link.ts";
import type { MicrophoneLink } from "@/web/hearing/microphone_link.ts";
import { activity, appConfig, feelings } from "@/web/presence/presence.ts";
import type { Announcement } from "./announcer.ts";
import { ChatView } from "./chat_view.ts";
import { ChatSocket, type Connection, type SocketEnvironment } from "@/web/connection/chat_socket.ts";
import { MessageBox } from "./message_box.ts";
import { ModelPreload } from "./model_preload.ts";
import { Outbox } from "./outbox.ts";
import { SpokenDialogue } from "./spoken_dialogue.ts";
import { newId } from "@/web/browser/new_id.ts";
import type { PageStorage } from "@/web/browser/storage.ts";

export interface ChatStoreOptions {
  /** The socket's address. */
  url: string;
  storage: PageStorage;
  environment: SocketEnvironment;
  /** Calls back before the next picture is drawn, once; `requestAnimationFrame` in the browser. */
  nextFrame(callback: () => void): void;
}

export class ChatStore {
  /** What waits to be sent. */
  readonly box: MessageBox;
  /** For what is asked of the server beside the conversation. */
  readonly calls: CallClient;
  readonly #role = signal<Role | null>(null);
  readonly #connection = signal<Connection>({ state: "idle" });
  readonly #view: ChatView;
  readonly #spoken: SpokenDialogue;
  readonly #storage: PageStorage;
  readonly #outbox: Outbox;
  readonly #socket: ChatSocket;
  readonly #unfollow: (() => void)[];
  #state: ConversationState = EMPTY_CONVERSATION;

  constructor({ url, storage, environment, nextFrame }: ChatStoreOptions) {
    this.#storage = storage;
    this.box = new MessageBox(storage);
    for (const { turn, text, images } of storage.unsentPrompts()) {
      this.#state = addUnsent(this.#state, turn, text, images);
    }
    this.#view = new ChatView({
      state: () => this.#state,
      greeting: () => storage.greeting,
      nextFrame,
      onPublish: () => this.#setActivity(),
    });
    this.#outbox = new Outbox({
      storage,
      turns: () => this.#state.turns,
      send: (frame) => this.#socket.send(frame),
      now: () => environment.now(),
    });
    this.calls = new CallClient((frame) => this.#socket.send(frame));
    const preload = new ModelPreload(this.calls);
    this.#spoken = new SpokenDialogue({
      storage,
      calls: this.calls,
      send: (frame) => this.#outbox.isOpen && this.#socket.send(frame),
      sendSound: (frame) => this.#outbox.isOpen && this.#socket.sendSound(frame),
      textOf: (turn) => this.#find(turn)?.text ?? "",
      streaming: () => streamingTurn(this.#state.turns)?.turn ?? null,
      current: () => currentTurn(this.#state.turns)?.turn,
      stop: () => this.stop(),
      onCut: (cut) => this.#outbox.stopNow(cut),
      onFailed: () => this.#notice({ code: "offline", message: "What the microphone needs cannot be loaded" }),
    });
    this.#unfollow = [
      this.box.draft.subscribe((text) => {
        this.#setActivity();
        if (text !== "" && this.#outbox.isOpen) untracked(() => preload.tell(this.#state.status));
      }),
      this.voice.hearing.subscribe(() => this.#setActivity()),
    ];
    this.#socket = new ChatSocket(url, {
      hello: () => helloOf(this.#state, storage.session),
      onFrame: (frame) => this.#receive(frame),
      onConnection: (connection) => this.#onConnection(connection),
      onInvalidFrame: (error) => this.#notice({ code: "internal", message: error.message }),
    }, environment);
  }

  /** Turns to show, oldest first. Written at most once a frame; a turn that did not change stays the same object. */
  get turns(): ReadonlySignal<readonly Turn[]> {
    return this.#view.turns;
  }

  /** What stands behind the character; null until the server has said so. */
  get status(): ReadonlySignal<Status | null> {
    return this.#view.status;
  }

  /** As what the page has come in; null until the server has said so. */
  get role(): ReadonlySignal<Role | null> {
    return this.#role;
  }

  /** Whom the reader talks with; null where the language model is itself, and until the server has said so. */
  get character(): ReadonlySignal<CharacterInfo | null> {
    return this.#view.character;
  }

  /** What the conversation begins with, once the server has said who the character is. */
  get greeting(): ReadonlySignal<GreetingChoice> {
    return this.#view.greeting;
  }

  /** A failure that belongs to no turn. */
  get notice(): ReadonlySignal<TurnError | null> {
    return this.#view.notice;
  }

  get voice(): VoiceLink {
    return this.#spoken.voice;
  }

  get microphone(): MicrophoneLink {
    return this.#spoken.microphone;
  }

  get connection(): ReadonlySignal<Connection> {
    return this.#connection;
  }

  /** Finished sentences for screen readers, newest last. */
  get announcements(): ReadonlySignal<readonly Announcement[]> {
    return this.#view.announcements;
  }

  start(): void {
    this.#socket.start();
  }

  /** Lets the character begin with another of its greetings, from 0. Kept until the conversation has begun. */
  chooseGreeting(index: number): void {
    this.#storage.greeting = index;
    this.#view.publish();
  }

  /**
   * Sends what is in the box, and empties the box. Safe from here on: it is sent again until the server confirms it.
   *
   * @param question what is asked of images without a word
   */
  send(question = ""): void {
    if (!this.canSend.value) return;
    this.box.take(question, (text, images) => this.#ask(text, images));
  }

  /** Whether what is in the box can be sent. */
  readonly canSend: ReadonlySignal<boolean> = computed(() => this.box.canSend(this.status.value));

  /** Sends a text that is not in the box, such as a suggestion. */
  ask(text: string): void {
    this.#ask(text);
  }

  /** Ends what is said aloud, and the answer that comes, or takes back the prompt that waits. */
  stop(): void {
    const cut = this.voice.silence();
    if (cut !== null) this.#outbox.stop(cut);
    const turn = currentTurn(this.#state.turns);
    if (turn !== undefined && turn.turn !== cut?.turn) {
      if (turn.state === "unsent" && !this.#outbox.isOpen) return this.editUnsent(turn.turn);
      this.#outbox.stop({ turn: turn.turn });
    }
    this.#outbox.flush();
  }

  /** Says an answer again, aloud. */
  async replay(turn: string): Promise<void> {
    await this.#orNotice(this.voice.recite(recitalOf(this.calls, turn, () => this.#find(turn)?.text ?? "")));
  }

  /** Says the greeting aloud that the conversation begins with. */
  async replayGreeting(): Promise<void> {
    const { greeting, index } = this.#view.greeting.peek();
    if (greeting !== undefined) await this.#orNotice(this.voice.recite(greetingRecital(this.calls, index, greeting)));
  }

  /** Asks a failed turn again. */
  retry(id: string): void {
    const turn = this.#find(id);
    if (turn === undefined) return;
    if (turn.state !== "unsent") return this.#ask(turn.prompt, turn.images);
    // The server refused the prompt and does not know the turn: the same one may be asked again.
    const { error: _, ...fresh } = turn;
    this.#setState({ ...this.#state, turns: this.#state.turns.map((known) => known === turn ? fresh : known) });
    this.#outbox.flush();
  }

  /** Goes on with an answer that broke off. Without a connection nothing happens. */
  continueAnswer(turn: string): void {
    if (this.#outbox.isOpen) this.#socket.send({ type: "continue", turn });
  }

  /** Puts a prompt that was not taken back into the box. */
  editUnsent(id: string): void {
    const turn = this.#find(id);
    if (turn?.state !== "unsent") return;
    this.#storage.removeUnsent(id);
    this.box.putBack(turn);
    this.#setState(withoutTurn(this.#state, id));
  }

  /**
   * Drops a turn and all after it, and asks `text` instead.
   *
   * @throws {CallError} when the server refuses; the conversation is then as it was
   */
  async editTurn(turn: string, text: string): Promise<void> {
    await this.calls.call("turn.edit", { turn, text, as: newId() });
  }

  /** Drops a turn and all after it, and asks the same again. */
  async regenerate(turn: string): Promise<void> {
    await this.#orNotice(this.calls.call("turn.regenerate", { turn, as: newId() }));
  }

  /** Starts a new conversation. Without a connection nothing happens. */
  reset(): void {
    if (!this.#outbox.isOpen || !this.#socket.send({ type: "reset" })) return;
    this.#outbox.clear();
    this.#storage.greeting = 0;
    this.#setState({ ...this.#state, turns: [], notice: null });
  }

  /** Tries to connect now instead of at the end of the wait. */
  reconnect(): void {
    this.#socket.retry();
  }

  dismissNotice(): void {
    this.#notice(null);
  }

  dispose(): void {
    this.calls.dispose();
    this.#socket.dispose();
    this.#spoken.dispose();
    this.box.dispose();
    for (const stop of this.#unfollow) stop();
    this.#view.dispose();
    activity.value = "idle";
  }

  /** Shows why a call failed that belongs to no turn. */
  async #orNotice(call: Promise<unknown>): Promise<void> {
    try {
      await call;
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.#notice(error.error);
    }
  }

  #notice(notice: TurnError | null): void {
    this.#setState({ ...this.#state, notice });
  }

  #find(id: string): Turn | undefined {
    return this.#state.turns.find(({ turn }) => turn === id);
  }

  #ask(text: string, images: readonly TurnImage[] = []): void {
    this.#spoken.interrupt();
    const turn = newId();
    this.#setState(addUnsent(this.#state, turn, text, images));
    this.#outbox.prompt(turn, text, images);
  }

  #onConnection(connection: Connection): void {
    if (connection.state !== "open") {
      this.#outbox.close();
      this.calls.disconnected();
      this.microphone.disconnected();
    }
    this.#connection.value = connection;
  }

  #receive(frame: ServerFrame): void {
    if (this.calls.receive(frame) || this.#spoken.receive(frame)) return;
    if (frame.type === "avatar") return void (appConfig.value = frame.config);
    const before = this.#state;
    this.#state = applyFrame(before, frame);
    if (this.#state === before) return;
    if (frame.type === "welcome") this.#onWelcome(frame);
    else if (frame.type === "character") this.#storage.greeting = 0;
    else if (frame.type === "queued") {
      this.#outbox.taken(frame.turn);
      this.#storage.greeting = 0;
    } else if (frame.type === "emotion") {
      const { turn, name, intensity, at } = frame;
      feelings.value = { turn, name, intensity, at };
    } else if (frame.type === "heard" || frame.type === "end" || (frame.type === "error" && frame.turn !== undefined)) {
      this.#outbox.stopped(frame.turn ?? "");
    }
    this.voice.receive(frame);
    this.#view.publishSoon();
  }

  #onWelcome(frame: ServerFrame & { type: "welcome" }): void {
    this.#storage.session = frame.session;
    this.#role.value = frame.role;
    this.calls.connected();
    for (const { turn } of frame.history) this.#storage.removeUnsent(turn);
    // What was said before this page came is not announced.
    if (!frame.resumed) this.#view.skip(frame.history);
    this.#outbox.open();
    this.microphone.connected();
  }

  /** For what the user did: shown at once. */
  #setState(state: ConversationState): void {
    this.#state = state;
    this.#view.publish();
  }

  #setActivity(): void {
    if (this.voice.hearing.peek() !== null) activity.value = "speaking";
    else activity.value = activityOf(this.#state.turns) ?? (this.box.draft.peek() === "" ? "idle" : "listening");
  }
}
