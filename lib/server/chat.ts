/** What talks with clients, and what each part of it is made from: conversations, sessions, calls and sockets. */
import { conversationCalls } from "./calls/conversations.ts";
import { CallRouter } from "./calls/router.ts";
import { ConnectionLimiter } from "./sockets/connection_limiter.ts";
import { Connections } from "./sockets/connections.ts";
import { tellOfBus, tellOfStoring } from "./sockets/shared_failures.ts";
import type { SocketServices } from "./sockets/upgrade.ts";
import type { Bus } from "@/lib/bus/bus.ts";
import { Processes } from "@/lib/bus/processes.ts";
import type { ContextOptions } from "@/lib/characters/context_options.ts";
import { limitConcurrency } from "@/lib/chat/concurrency_limit.ts";
import { ConversationRegistry } from "@/lib/chat/conversation_registry.ts";
import { GuestSweep } from "@/lib/chat/guest_sweep.ts";
import { RequestLimits } from "@/lib/chat/request_limits.ts";
import { type PromptImages, SessionRegistry } from "@/lib/chat/session_registry.ts";
import type { LanguageModel } from "@/lib/chat/turn.ts";
import { TurnTimings } from "@/lib/chat/turn_timings.ts";
import { watchTurn } from "@/lib/chat/turn_telemetry.ts";
import type { Config } from "@/lib/config/schema.ts";
import type { CharacterInfo, Status, TurnRecord } from "@/lib/protocol/v2.ts";
import { GuestQuotas } from "@/lib/quota/guest_quotas.ts";
import { MemoryRateLimiter } from "@/lib/quota/rate_limiter.ts";
import type { GenerateRequest } from "@/lib/providers/provider.ts";
import type { Store, StoredTurn } from "@/lib/store/store.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import type { HearingService } from "@/lib/hearing/hearing_service.ts";
import type { OpenSpeech } from "@/lib/voice/turn_speech.ts";
import { Metrics } from "@/lib/telemetry/metrics.ts";

/** How often a server that goes down looks for sockets that nothing is answered at any more, ms. */
const CLOSE_IDLE_MS = 50;

export interface ChatOptions {
  /** Default: new ones, without any socket. */
  connections?: Connections;
  store: Store;
  /** Joins this process with others that have the same store. Default: there are none. */
  bus?: Bus;
  /** Of this process: see `claimEpoch()`. */
  epoch: number;
  limits: Config["limits"];
  /** What guests may use. Default: anything. */
  quotas?: GuestQuotas;
  languageModel: LanguageModel;
  /** The name of the model that answers plain prompts. */
  model(): string;
  /** Whether feelings are guessed where the model marks none; asked for each turn. Default: they are not. */
  classifier?(): boolean;
  /** Says answers aloud. Default: nobody speaks. */
  openSpeech?: OpenSpeech;
  /** Called when a page begins to listen: see {@linkcode SpeechService.prepare}. */
  prepareSpeech?(speaks: readonly string[]): void;
  /** Listens to microphones. Default: nobody does. */
  hearing?: HearingService;
  /** Called with the id of a conversation that has been deleted, here or elsewhere. */
  onDelete?(conversation: string): void;
  /** Called with the turns of a conversation that was deleted here; waited for. */
  onRemove?(turns: readonly StoredTurn[]): Promise<void>;
  /** The images of prompts. Default: prompts show none. */
  images?: PromptImages;
  /** Makes the request for the last of `turns`. */
  request(turns: readonly StoredTurn[]): GenerateRequest;
  /** What the model is told beside `turns`, and how much it can be told. Default: nothing, and the usual context. */
  context?(turns: readonly TurnRecord[]): ContextOptions;
  status(): Status;
  /** Whom the pages talk with. Default: the language model itself. */
  character?(): CharacterInfo | undefined;
}

/** What talks with clients. */
export interface Chat {
  readonly metrics: Metrics;
  readonly connections: Connections;
  readonly conversations: ConversationRegistry;
  readonly sessions: SessionRegistry;
  readonly calls: CallRouter;
  /** What sockets are served with. */
  readonly sockets: SocketServices;
  /**
   * Leaves conversations and clients to other processes, where there are any: takes nothing more, and waits for the
   * answers that are being made, until `signal` is aborted.
   */
  handOver(signal: AbortSignal): Promise<void>;
  /** Ends every turn, stores what is not stored, and closes every socket with 1001. Waits for all of it. */
  close(): Promise<void>;
}

export function openChat(options: ChatOptions): Chat {
  const {
    store,
    epoch,
    limits,
    model,
    classifier,
    openSpeech,
    onDelete,
    onRemove,
    request,
    context,
    status,
    character,
  } = options;
  const { connections = new Connections(), quotas = new GuestQuotas(new MemoryRateLimiter(), () => ({})) } = options;

  const metrics = new Metrics();
  const timings = new TurnTimings(metrics);
  const requestLimits = new RequestLimits(limits);
  const { bus } = options;
  const processes = bus && new Processes(bus);
  bus?.onConnection((connected) => tellOfBus(connections, connected));
  const languageModel = limitConcurrency(options.languageModel, limits.generations, processes);
  const conversations = new ConversationRegistry({
    store,
    epoch,
    sharing: bus && processes && { bus, processes },
    conversation: {
      languageModel,
      queue: limits.queue,
      request,
      watch: () => watchTurn(metrics, "v2"),
      timings,
      onAnswered: (askedBy, characters) =>
        guarded("count what a guest was answered", () => quotas.answered(askedBy, characters)),
      onEarlyAnswer: (event) => metrics.earlyAnswer(event),
      ...(classifier && { classifier }),
      ...(openSpeech && { openSpeech }),
    },
    ...(onDelete && { onDelete }),
    ...(onRemove && { onRemove }),
    onStoring: (failure) => tellOfStoring(connections, failure),
  });
  const sweep = new GuestSweep({ conversations, keepDays: () => quotas.limits.keepDays });
  const sessions = new SessionRegistry({
    conversations,
    requestLimits,
    quotas,
    sessionSeconds: limits.sessionSeconds,
    ...(character && { character }),
    ...(options.images && { images: options.images }),
  });
  const calls = new CallRouter();
  calls.register(conversationCalls({ sessions, conversations, timings, ...(context && { context }) }));
  metrics.observe("sockets", "Open sockets", () => connections.size);
  metrics.observe("sessions", "Sessions in memory", () => sessions.size);
  metrics.observe("conversations", "Conversations in memory", () => conversations.size);
  metrics.observe("conversations_held", "Conversations that this process answers", () => conversations.held);
  metrics.observe("processes", "Processes that share the conversations", () => processes?.size ?? 1);
  metrics.observe("queued", "Prompts that wait behind a running turn", () => conversations.queued);
  const sockets: SocketServices = {
    connections,
    connectionLimiter: new ConnectionLimiter(limits, () => quotas.limits.sockets, processes),
    requestLimits,
    quotas,
    backlogBytes: limits.backlogBytes,
    sessions,
    calls,
    status,
    ...(options.hearing && { hearing: options.hearing }),
    ...(options.prepareSpeech && { prepareSpeech: options.prepareSpeech }),
    ...(character && { character }),
    languageModel,
    model,
    queue: limits.queue,
    watch: () => watchTurn(metrics, "plain"),
  };

  return {
    metrics,
    connections,
    conversations,
    sessions,
    calls,
    sockets,
    handOver: async (signal) => {
      if (bus === undefined) return;
      sockets.connectionLimiter.close();
      const closing = setInterval(() => connections.closeIdle(), CLOSE_IDLE_MS);
      connections.closeIdle();
      await conversations.handOver(signal);
      clearInterval(closing);
    },
    close: async () => {
      sweep[Symbol.dispose]();
      requestLimits.close();
      sessions.close();
      connections.close();
      await conversations.close();
      processes?.[Symbol.dispose]();
    },
  };
}
