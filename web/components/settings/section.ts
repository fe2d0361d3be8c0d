import type { ChatStore } from "@/web/chat/chat_store.ts";
import type { SettingsStores } from "@/web/settings/settings_stores.ts";
import type { SettingsStore } from "@/web/settings/settings_store.ts";
import type { Language } from "@/lib/i18n/language.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { SettingsWords } from "@/lib/i18n/types/settings.ts";
import type { Status } from "@/lib/protocol/v2.ts";

/** What every part of the settings is given. */
export interface SectionProps {
  chat: ChatStore;
  stores: SettingsStores;
  settings: SettingsStore;
  status: Status | null;
  words: Words;
  text: SettingsWords;
  language: Language;
}

/** The fields of each part, in the order in which they are shown. Those that are not here are shown under the last part. */
export const FIELDS = {
  mind: ["llm.use", "llm.provider", "llm.host"],
  language: [
    "llm.fallback",
    "llm.api",
    "llm.contextLength",
    "llm.think",
    "llm.vision",
    "llm.keepAlive",
    "llm.preload",
    "limits.firstByteSeconds",
    "limits.idleSeconds",
  ],
  options: [
    "llm.options.temperature",
    "llm.options.top_p",
    "llm.options.top_k",
    "llm.options.min_p",
    "llm.options.repeat_penalty",
    "llm.options.repeat_last_n",
    "llm.options.presence_penalty",
    "llm.options.frequency_penalty",
    "llm.options.seed",
    "llm.options.num_predict",
    "llm.options.max_tokens",
    "llm.options.num_gpu",
    "llm.options.num_thread",
  ],
  character: ["emotions.classifier"],
  voice: ["voice.engine", "voice.voice", "voice.rate", "voice.pitch", "voice.volume", "voice.speak"],
  hearing: [
    "hearing.engine",
    "hearing.mode",
    "hearing.wakeWord",
    "hearing.patience",
    "hearing.early",
    "hearing.bargeIn",
    "hearing.language",
  ],
  avatar: ["timeScale", "avatar.maxFps", "avatar.maxPixelRatio"],
  appearance: ["ui.language", "ui.theme"],
  guests: ["guests.access"],
  server: ["server.port", "server.host", "llm.wsPath", "log.level"],
} as const;

/** Fields with a way of their own to change them. */
export const CHOSEN_ELSEWHERE = ["llm.model", "prompt", "model"];
