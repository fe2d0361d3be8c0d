/** The engines of the voice and of hearing, as they are configured at the moment. */
import { authorizationFor } from "@/lib/config/model_auth.ts";
import type { LiveConfig } from "@/lib/config/live_config.ts";
import { RecogniserRegistry } from "@/lib/hearing/registry.ts";
import type { SpeechModels } from "@/lib/sherpa/speech_models.ts";
import { VoiceRegistry } from "@/lib/voice/registry.ts";
import { VoiceFolders } from "@/lib/voice/sherpa/voice_folders.ts";

/** The voices. Those that are fetched meanwhile are among them. */
export async function openVoices(
  live: LiveConfig,
  models: SpeechModels,
): Promise<Pick<VoiceRegistry, "engines"> & Disposable> {
  const { voice: first } = live.current;
  const authorization = await authorizationFor(first, "voice", live.root);
  const installed = new VoiceFolders(models.folderOf("voice"), (id) => models.find(id));
  const registry = new VoiceRegistry({ ...first, authorization }, { installed, runtime: models.runtimeFolder });
  const look = async () => await registry.engines.get("sherpa")?.needs();
  // What was fetched earlier is known before the first page asks, and what is fetched then speaks from the next turn on.
  await look();
  const unfollow = models.follow(look);
  return {
    get engines() {
      const { voice } = live.current;
      // The key is for the server that it was written beside.
      registry.configure({ ...voice, ...(voice.host === first.host && { authorization }) });
      return registry.engines;
    },
    [Symbol.dispose]() {
      unfollow();
      registry[Symbol.dispose]();
    },
  };
}

/** The recognisers. */
export async function openRecognisers(
  live: LiveConfig,
  models: SpeechModels,
): Promise<Pick<RecogniserRegistry, "engines"> & Disposable> {
  const { hearing: first } = live.current;
  const authorization = await authorizationFor(first, "hearing", live.root);
  const registry = new RecogniserRegistry({ ...first, authorization }, {
    folder: models.folderOf("recogniser"),
    known: (id) => models.find(id),
    runtime: models.runtimeFolder,
  });
  return {
    get engines() {
      const { hearing } = live.current;
      // The key is for the server that it was written beside.
      registry.configure({ ...hearing, ...(hearing.host === first.host && { authorization }) });
      return registry.engines;
    },
    [Symbol.dispose]: () => registry[Symbol.dispose](),
  };
}
