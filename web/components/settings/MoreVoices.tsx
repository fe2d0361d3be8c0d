import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { CopyButton } from "@/web/components/CopyButton.tsx";
import { languagesOf, voicesFor } from "@/web/settings/voice_models_store.ts";
import { Licenses } from "./Licenses.tsx";
import type { SectionProps } from "./section.ts";
import { VoiceModelItem } from "./VoiceModelItem.tsx";

/** Neural voices that can be fetched, by the language that they speak. */
export function MoreVoices({ stores: { voiceModels }, words, text, language }: SectionProps) {
  const id = useId();
  const chosen = useSignal<string>(language);
  const told = text.voiceModels;
  const list = voiceModels.list.value;
  const error = voiceModels.error.value;
  const names = new Intl.DisplayNames([language], { type: "language" });
  useEffect(() => {
    void voiceModels.read();
    return () => voiceModels.dispose();
  }, [voiceModels]);

  return (
    <section class="field" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{told.title}</h3>
      {list !== null && <p class="hint">{told.about(list.host)}</p>}
      {error !== null && (
        <p class="field-error" role="alert">
          {error.message}{" "}
          <button type="button" class="link" onClick={() => void voiceModels.read()}>{words.tryAgain}</button>
        </p>
      )}
      {list !== null && (
        <>
          <label class="label" for={`${id}-language`}>{told.language}</label>
          <select
            id={`${id}-language`}
            name="voice-language"
            class="box"
            value={chosen.value}
            onChange={(event) => chosen.value = event.currentTarget.value}
          >
            {languagesOf(list.models, language).map((one) => (
              <option key={one} value={one}>{names.of(one) ?? one}</option>
            ))}
          </select>
          <ul class="voice-models" aria-label={told.title}>
            {voicesFor(list.models, chosen.value).map((voice) => (
              <VoiceModelItem
                key={voice.id}
                voice={voice}
                download={voiceModels.downloads.value.get(voice.id)}
                runtime={list.runtime.name}
                words={words}
                told={told}
                language={language}
                wanted={chosen.value}
                names={names}
                store={voiceModels}
              />
            ))}
          </ul>
          {!list.runtime.there && (
            <p class="hint">
              {told.along(list.runtime.name)} <Licenses label={told.license} licenses={list.runtime.licenses} />
            </p>
          )}
          <p class="hint">{told.ownFolder}</p>
          <p class="voice-folder">
            <code>{list.folder}</code>
            <CopyButton text={list.folder} words={words} />
          </p>
        </>
      )}
    </section>
  );
}
