/** Everything that lives as long as the server, and what each part is made from: every part below those it uses. */
import { join } from "node:path";
import { type Chat, openChat } from "./chat.ts";
import { avatarCalls } from "./calls/avatars.ts";
import { characterCalls } from "./calls/characters.ts";
import { guestLinkCalls } from "./calls/guest_link.ts";
import { recogniserCalls } from "./calls/recognisers.ts";
import { imageCalls } from "./calls/images.ts";
import { llmCalls } from "./calls/llm.ts";
import { speechCalls } from "./calls/speech.ts";
import { settingsCalls } from "./calls/settings.ts";
import { speechModelCalls } from "./calls/speech_models.ts";
import { Secrets } from "./http/secrets.ts";
import { ImageService } from "./image_service.ts";
import { ModelService } from "./model_service.ts";
import { SettingsService } from "./settings_service.ts";
import { SharedSettings } from "./shared_settings.ts";
import { openRecognisers, openVoices } from "./speech_engines.ts";
import { Connections } from "./sockets/connections.ts";
import { Uploads } from "./uploads/uploads.ts";
import type { Bus } from "@/lib/bus/bus.ts";
import { openBus } from "@/lib/bus/open_bus.ts";
import { AvatarLibrary } from "@/lib/avatars/avatar_library.ts";
import { rootsOf } from "@/lib/avatars/install_model.ts";
import { displayName } from "@/lib/protocol/display_name.ts";
import { messagesFor } from "@/lib/chat/context.ts";
import { claimEpoch } from "@/lib/chat/epoch.ts";
import { guestLimits } from "@/lib/config/guests.ts";
import { LiveConfig } from "@/lib/config/live_config.ts";
import { loadConfig, type LoadedConfig } from "@/lib/config/load.ts";
import { ServerKeys } from "@/lib/config/server_keys.ts";
import { ImageStore, type KeptImage } from "@/lib/images/image_store.ts";
import { homeFolder } from "@/lib/paths.ts";
import type { Principal } from "@/lib/principal.ts";
import { GuestQuotas } from "@/lib/quota/guest_quotas.ts";
import { MemoryRateLimiter } from "@/lib/quota/rate_limiter.ts";
import { SharedRateLimiter } from "@/lib/quota/shared_rate_limiter.ts";
import { exceptLoopbackFromProxy } from "@/lib/providers/http/no_proxy.ts";
import type { ProviderDefinition } from "@/lib/providers/provider.ts";
import { ProviderRegistry, PROVIDERS } from "@/lib/providers/registry.ts";
import { openStore } from "@/lib/store/open_store.ts";
import type { Store } from "@/lib/store/store.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import { DETECTOR, RECOGNISERS, WAKE_WORDS } from "@/lib/hearing/catalogue.ts";
import { VoiceDetector } from "@/lib/hearing/detector.ts";
import { HearingService } from "@/lib/hearing/hearing_service.ts";
import { readRecogniserFolder } from "@/lib/hearing/sherpa/recogniser_folder.ts";
import { readWakeModel } from "@/lib/hearing/wake/wake_model.ts";
import { WakeSpotter } from "@/lib/hearing/wake/wake_spotter.ts";
import { SpeechModels, type SpeechModelsOptions } from "@/lib/sherpa/speech_models.ts";
import { VOICES } from "@/lib/voice/sherpa/catalogue.ts";
import { readModelFolder } from "@/lib/voice/sherpa/model_folder.ts";
import { SpeechService } from "@/lib/voice/speech_service.ts";
import { setLogLevel, warn } from "@/lib/telemetry/log.ts";

export interface ServicesOptions {
  /** Default: loaded from the user's folder. */
  loaded?: LoadedConfig;
  /** Kinds of provider that can be configured. Default: those that come with the program. */
  providers?: readonly ProviderDefinition[];
  /** Models that can be fetched, and from where. Default: those that come with the program. */
  speechModels?: SpeechModelsOptions;
  /** The default model, as a sync has written it. Default: what a compiled program carries, if this is one. */
  bundled?: string;
}

export interface Services {
  readonly live: LiveConfig;
  /** Where conversations, downloads, avatars and what users bring are kept. */
  readonly dataDir: string;
  readonly secrets: Secrets;
  /** What guests have used. */
  readonly quotas: GuestQuotas;
  readonly avatars: AvatarLibrary;
  readonly modelService: ModelService;
  readonly settings: SettingsService;
  readonly uploads: Uploads;
  /** The images of prompts. */
  readonly images: {
    /** Undefined where there is none for whoever asks. */
    read(id: string, principal: Principal): Promise<KeptImage | undefined>;
  };
  readonly speech: SpeechService;
  readonly store: Store;
  /** Undefined where there is one process. */
  readonly bus: Bus | undefined;
  readonly chat: Chat;
  /** Ends turns, stores them, closes sockets. */
  close(): Promise<void>;
}

/**
 * Opens everything the server needs. An avatar that cannot be shown is reported, and no reason not to start.
 *
 * @throws {ConfigError} when the configuration is wrong
 */
export async function openServices(options: ServicesOptions = {}): Promise<Services> {
  exceptLoopbackFromProxy();
  const loaded = options.loaded ?? await loadConfig({ root: await homeFolder() });
  const { config, root, path, dataDir } = loaded;
  setLogLevel(config.log.level);
  for (const warning of loaded.warnings) warn(`Warning: ${warning}`);
  await Deno.mkdir(dataDir, { recursive: true });

  const live = new LiveConfig(loaded);
  const secrets = await Secrets.open(dataDir, config.server.cookieKey);
  const bus = config.bus === undefined ? undefined : await openBus(config.bus);
  const used = bus === undefined ? new MemoryRateLimiter() : new SharedRateLimiter(bus);
  const quotas = new GuestQuotas(used, () => guestLimits(live.current.guests));
  const avatars = await AvatarLibrary.open(config, { root, path, dataDir, bundled: options.bundled });
  const connections = new Connections();
  const modelService = await ModelService.open(config, {
    providers: new ProviderRegistry(options.providers ?? PROVIDERS),
    roots: rootsOf(root, path),
    keys: await ServerKeys.open(dataDir),
    onKeys: () => sharedSettings?.tellKeys(),
    watched: () => connections.size > 0,
    onStatus: (status) => connections.broadcast({ type: "status", ...status }),
  });
  const models = new SpeechModels(dataDir, {
    catalogue: [...VOICES, ...RECOGNISERS, WAKE_WORDS, DETECTOR],
    readers: { voice: readModelFolder, recogniser: readRecogniserFolder, wake: readWakeModel },
    ...options.speechModels,
  });
  const voices = await openVoices(live, models);
  const speech = new SpeechService({
    settings: () => modelService.voice(live.current.voice),
    engines: () => voices.engines,
    language: () => {
      const { language } = live.current.ui;
      return language === "auto" ? "en" : language;
    },
    quotas,
    path: `${config.server.basePath}/speech/`,
    bus,
  });
  const recognisers = await openRecognisers(live, models);
  const name = () => modelService.character()?.name ?? displayName(live.current.model);
  const hearing = new HearingService({
    settings: () => live.current.hearing,
    engines: () => recognisers.engines,
    detector: new VoiceDetector({
      runtime: models.runtimeFolder,
      folder: join(models.folderOf("detector"), DETECTOR.id),
    }),
    wakeSpotter: new WakeSpotter({ runtime: models.runtimeFolder, folder: models.folderOf("wake") }),
    names: () => [name()],
    sound: (id, principal) => speech.sound(id, principal),
    bus,
  });
  const store = await openStore(config, dataDir);
  const kept = await ImageStore.open(join(dataDir, "images"), { bytes: config.limits.imageBytes });
  const images = new ImageService({ images: kept, store, checkVision: () => modelService.checkVision() });
  const chat = openChat({
    connections,
    store,
    ...(bus && { bus }),
    epoch: await claimEpoch(store),
    limits: config.limits,
    quotas,
    languageModel: modelService.languageModel,
    model: () => modelService.chosen.model,
    classifier: () => live.current.emotions.classifier,
    openSpeech: (request) => speech.open(request),
    prepareSpeech: (speaks) => speech.prepare(speaks),
    hearing,
    onDelete: (conversation) => speech.forget(conversation),
    onRemove: (turns) => images.forget(turns),
    images,
    request: (turns) => ({
      model: modelService.chosen.model,
      messages: messagesFor(turns, modelService.context(turns), images.imageOf),
      character: { name: name() },
    }),
    context: (turns) => modelService.context(turns),
    status: () => modelService.status(),
    character: () => modelService.character(),
  });
  const sharedSettings: SharedSettings | undefined = bus && new SharedSettings({
    bus,
    secrets,
    settings: () => settings,
    models: modelService,
    closeGuests: () => connections.closeGuests(),
  });
  const settings: SettingsService = new SettingsService({
    live,
    avatars,
    modelService,
    broadcast: (frame) => connections.broadcast(frame),
    closeGuests: () => connections.closeGuests(),
    onWritten: () => sharedSettings?.tellSettings(),
  });
  const uploads = new Uploads({ settings, avatars, images: kept, dataDir });
  chat.metrics.observe("images", "Images of conversations that are kept", () => kept.count);
  chat.metrics.observe("image_bytes", "Bytes of them", () => kept.bytes);
  chat.calls.register(settingsCalls(settings));
  chat.calls.register(llmCalls(modelService));
  chat.calls.register(speechCalls({
    open: (request) => speech.open(request),
    engines: () => voices.engines,
    character: () => modelService.character(),
  }));
  chat.calls.register(imageCalls(() => ({
    count: kept.count,
    bytes: kept.bytes,
    most: config.limits.imageBytes,
  })));
  chat.calls.register(recogniserCalls(() => recognisers.engines));
  chat.calls.register(speechModelCalls(models));
  chat.calls.register(avatarCalls({ settings, avatars, dataDir }));
  chat.calls.register(characterCalls({ settings, modelService }));
  chat.calls.register(guestLinkCalls({
    secrets,
    live,
    onChange: () => {
      connections.closeGuests();
      sharedSettings?.tellLink();
    },
  }));

  return {
    live,
    dataDir,
    secrets,
    quotas,
    avatars,
    modelService,
    settings,
    uploads,
    images: { read: (id, principal) => images.read(id, principal, chat.conversations) },
    speech,
    store,
    bus,
    chat,
    close: async () => {
      guarded("stop speaking", () => speech[Symbol.dispose]());
      guarded("stop listening", () => hearing[Symbol.dispose]());
      guarded("let go of the recognisers", () => recognisers[Symbol.dispose]());
      guarded("let go of the voices", () => voices[Symbol.dispose]());
      guarded("stop sweeping images", () => images[Symbol.dispose]());
      guarded("stop sweeping avatars", () => avatars[Symbol.dispose]());
      await Promise.all([modelService.close(), models.close(), chat.close()]);
      await bus?.[Symbol.asyncDispose]();
    },
  };
}
