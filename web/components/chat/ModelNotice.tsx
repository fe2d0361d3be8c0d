import type { SettingsStores } from "@/web/settings/settings_stores.ts";
import type { Language } from "@/lib/i18n/language.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { Status } from "@/lib/protocol/v2.ts";
import { Icon } from "@/web/components/Icon.tsx";
import { Checklist } from "@/web/components/settings/Checklist.tsx";

interface ModelNoticeProps {
  stores: SettingsStores;
  status: Status;
  words: Words;
  language: Language;
  /** Whether the conversation has begun: then what was opened before is a line again. */
  begun: boolean;
}

/**
 * Says plainly who answers when it is not the model that was asked for, and helps to change that. It is a line until it
 * is opened: on a first visit, the character and what can be said to her come first.
 */
export function ModelNotice({ stores, status, words, language, begun }: ModelNoticeProps) {
  const content = explain(status, words);
  if (content === null) return null;
  return (
    <details class="notice" key={String(begun)}>
      <summary>
        <Icon name="spark" />
        <span>{content.title}</span>
        <Icon name="chevron" />
      </summary>
      <div class="notice-body">
        <p class="hint">{content.text}</p>
        <Checklist stores={stores} status={status} words={words} language={language} compact />
        <p class="notice-foot">
          <button type="button" class="link" onClick={() => stores.openSection.value = "language"}>
            {words.setup.more}
          </button>
        </p>
      </div>
    </details>
  );
}

function explain({ reachable, provider, server, host, model, modelPresent, standIn }: Status, { notices }: Words) {
  if (standIn !== undefined) {
    const text = notices.standInText(server, standIn.server, standIn.model);
    return { title: notices.standInTitle(standIn.server), text };
  }
  if (!reachable) {
    if (provider === "demo") return { title: notices.demoTitle, text: notices.demoText(server) };
    return { title: notices.noModelTitle(server), text: notices.noModelText(host) };
  }
  return modelPresent === false ? { title: notices.modelTitle(model), text: notices.modelText(server) } : null;
}
