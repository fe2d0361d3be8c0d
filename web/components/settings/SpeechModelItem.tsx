import { bytesText } from "@/lib/i18n/format.ts";
import type { Language } from "@/lib/i18n/language.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { SpeechModelWords } from "@/lib/i18n/types/speech_models.ts";
import type { SpeechModelInfo, SpeechModelPart } from "@/lib/protocol/speech_models.ts";
import { primaryLanguage } from "@/lib/protocol/primary_language.ts";
import type { SpeechModelDownload, SpeechModelsStore } from "@/web/settings/speech_models_store.ts";
import { Icon } from "@/web/components/Icon.tsx";
import { downloadNumbers } from "./download_numbers.ts";
import { Licenses } from "./Licenses.tsx";

/** So many languages of a model are named; others are counted. */
const MOST_NAMED = 3;

interface SpeechModelItemProps {
  model: SpeechModelInfo;
  download: SpeechModelDownload | undefined;
  /** What the program that runs it is called. */
  runtime: string;
  words: Words;
  told: SpeechModelWords;
  language: Language;
  /** The language that a model is looked for in. */
  wanted: string;
  names: Intl.DisplayNames;
  store: SpeechModelsStore;
}

/** A model: what it is, whose, and a button to fetch it, to stop that, or to take it away. */
export function SpeechModelItem(props: SpeechModelItemProps) {
  const { model, download, told, language } = props;
  const { name, bytes, licenses, source, state, lacks, completed, problem } = model;
  const total = bytesText(bytes, language);
  return (
    <li class="speech-model" data-state={download === undefined ? state : "running"}>
      <div class="speech-model-head">
        <h4>{name}</h4>
        <span class="speech-model-there" role="status">
          {state === "there" && (
            <>
              <Icon name="check" />
              {told.there}
            </>
          )}
        </span>
        <Buttons {...props} />
      </div>
      <p class="hint">
        {[told.fact(model), languagesText(props), total].filter((fact) => fact !== "").join(" · ")}
        <br />
        <Licenses label={told.license} licenses={licenses} /> ·{" "}
        <a href={source} target="_blank" rel="noreferrer">{told.source}</a>
      </p>
      {download !== undefined && <Progress {...props} download={download} />}
      {download === undefined && lacks !== undefined && <Lacks parts={lacks} told={told} language={language} />}
      {download === undefined && state === "partial" && completed !== undefined && (
        <p class="hint">{told.partly(bytesText(completed, language), total)}</p>
      )}
      {download === undefined && problem !== undefined && (
        <div role="alert">
          <p class="field-error">{told.failed}: {problem.message}</p>
          {problem.hint !== undefined && <p class="hint">{problem.hint}</p>}
        </div>
      )}
    </li>
  );
}

/** The first one changes with what there is to do, and stays the same button: whoever has pressed it stays there. */
function Buttons({ model: { id, name, state }, download, words: { setup }, told, store }: SpeechModelItemProps) {
  const button = (action: string, act: (id: string) => Promise<void>) => (
    <button
      type="button"
      class="pill"
      aria-label={told.of(action, name)}
      onClick={() => void act.call(store, id)}
    >
      {action}
    </button>
  );
  const running = download !== undefined || state === "running";
  return (
    <>
      {running
        ? button(setup.pull.cancel, store.cancel)
        : state === "there"
        ? button(told.remove, store.remove)
        : button(state === "partial" ? setup.pull.goOn : state === "lacking" ? told.getRest : told.get, store.fetch)}
      {!running && (state === "partial" || state === "lacking") && button(told.remove, store.remove)}
    </>
  );
}

/** What a model needs that is not there, and where it is from. */
function Lacks(
  { parts, told, language }: { parts: readonly SpeechModelPart[] } & Pick<SpeechModelItemProps, "told" | "language">,
) {
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  return (
    <div class="speech-model-lacks">
      <p>
        <Icon name="warning" />
        {told.lacks(bytesText(bytes, language))}
      </p>
      <ul class="hint">
        {parts.map(({ name, source, licenses }) => (
          <li key={name}>
            <a href={source} target="_blank" rel="noreferrer">{name}</a> ·{" "}
            <Licenses label={told.license} licenses={licenses} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Progress(
  { model, download, runtime, words, told, language }: SpeechModelItemProps & { download: SpeechModelDownload },
) {
  const { progress, rate, secondsLeft } = download;
  const amount = progress !== undefined && "total" in progress ? progress : undefined;
  const numbers = amount && downloadNumbers({ ...amount, rate, secondsLeft }, words, language);
  return (
    <>
      <progress
        aria-label={told.of(told.get, model.name)}
        max={1}
        {...(amount !== undefined && { value: amount.completed / amount.total })}
      />
      <p class="pull-numbers">
        {progress?.step === "runtime" && told.runtime(runtime)}
        {progress?.step === "unpacking" && `${told.unpacking} · `}
        {numbers}
      </p>
    </>
  );
}

/** The language that was looked for, some others, and how many more. */
function languagesText({ model: { languages }, told, wanted, names }: SpeechModelItemProps): string {
  const isWanted = (one: string) => primaryLanguage(one) === wanted;
  const ordered = [...languages.filter(isWanted), ...languages.filter((one) => !isWanted(one))];
  const named = ordered.slice(0, MOST_NAMED).map((one) => names.of(one) ?? one);
  const more = ordered.length - named.length;
  return [...named, ...(more > 0 ? [told.more(more)] : [])].join(", ");
}
