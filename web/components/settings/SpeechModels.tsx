import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { CopyButton } from "@/web/components/CopyButton.tsx";
import { Icon } from "@/web/components/Icon.tsx";
import { bytesText } from "@/lib/i18n/format.ts";
import type { Language } from "@/lib/i18n/language.ts";
import type { SpeechModelWords } from "@/lib/i18n/types/speech_models.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { OwnSpeechModel } from "@/lib/protocol/speech_models.ts";
import { languagesOf, modelsFor, type SpeechModelsStore } from "@/web/settings/speech_models_store.ts";
import { Licenses } from "./Licenses.tsx";
import { SpeechModelItem } from "./SpeechModelItem.tsx";

interface SpeechModelsProps {
  store: SpeechModelsStore;
  words: Words;
  told: SpeechModelWords;
  language: Language;
}

/** Neural voices, recognisers, models for wake words or detectors that can be fetched, by the language that they know where it matters. */
export function SpeechModels({ store, words, told, language }: SpeechModelsProps) {
  const id = useId();
  const chosen = useSignal<string>(language);
  const list = store.list.value;
  const error = store.error.value;
  const languages = languagesOf(list?.models ?? [], language);
  const names = new Intl.DisplayNames([language], { type: "language" });
  useEffect(() => {
    void store.read();
    return () => store.dispose();
  }, [store]);

  return (
    <section class="field" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{told.title}</h3>
      {list !== null && <p class="hint">{told.about(list.host)}</p>}
      {error !== null && (
        <p class="field-error" role="alert">
          {error.message} <button type="button" class="link" onClick={() => void store.read()}>{words.tryAgain}</button>
        </p>
      )}
      {list !== null && (
        <>
          {languages.length > 0 && (
            <>
              <label class="label" for={`${id}-language`}>{told.language}</label>
              <select
                id={`${id}-language`}
                name="model-language"
                class="box"
                value={chosen.value}
                onChange={(event) => chosen.value = event.currentTarget.value}
              >
                {languages.map((one) => <option key={one} value={one}>{names.of(one) ?? one}</option>)}
              </select>
            </>
          )}
          <ul class="speech-models" aria-label={told.title}>
            {modelsFor(list.models, chosen.value).map((model) => (
              <SpeechModelItem
                key={model.id}
                model={model}
                download={store.downloads.value.get(model.id)}
                runtime={list.runtime.name}
                words={words}
                told={told}
                language={language}
                wanted={chosen.value}
                names={names}
                store={store}
              />
            ))}
          </ul>
          {!list.runtime.there && (
            <p class="hint">
              {told.along(list.runtime.name, bytesText(list.runtime.bytes, language))}{" "}
              <Licenses label={told.license} licenses={list.runtime.licenses} />
            </p>
          )}
          <p class="hint">{told.ownFolder}</p>
          <p class="model-folder">
            <code>{list.folder}</code>
            <CopyButton text={list.folder} words={words} />
          </p>
          <OwnModels own={list.own} told={told} />
        </>
      )}
    </section>
  );
}

/** What somebody has put there by hand, and what is missing of it. */
function OwnModels({ own, told }: { own: readonly OwnSpeechModel[]; told: SpeechModelWords }) {
  if (own.length === 0) return null;
  return (
    <ul class="speech-models" aria-label={told.ownFolder}>
      {own.map(({ id, problem }) => (
        <li key={id} class="speech-model" data-state={problem === undefined ? "there" : "lacking"}>
          <div class="speech-model-head">
            <h4>{id}</h4>
            {problem === undefined && (
              <span class="speech-model-there">
                <Icon name="check" />
                {told.usable}
              </span>
            )}
          </div>
          {problem !== undefined && (
            <div class="speech-model-lacks">
              <p>
                <Icon name="warning" />
                {told.unusable(problem)}
              </p>
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}
