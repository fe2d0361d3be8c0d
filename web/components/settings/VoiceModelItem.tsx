import { bytesText } from "@/lib/i18n/format.ts";
import type { Language } from "@/lib/i18n/language.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { VoiceModelWords } from "@/lib/i18n/types/voice_models.ts";
import type { SpeechModelInfo } from "@/lib/protocol/speech_models.ts";
import { primaryLanguage } from "@/lib/protocol/primary_language.ts";
import type { VoiceDownload, VoiceModelsStore } from "@/web/settings/voice_models_store.ts";
import { Icon } from "@/web/components/Icon.tsx";
import { downloadNumbers } from "./download_numbers.ts";
import { Licenses } from "./Licenses.tsx";

/** So many languages of a voice are named; others are counted. */
const MOST_NAMED = 3;

interface VoiceModelItemProps {
  voice: SpeechModelInfo;
  download: VoiceDownload | undefined;
  /** What the program that makes it speak is called. */
  runtime: string;
  words: Words;
  told: VoiceModelWords;
  language: Language;
  /** The language that a voice is looked for in. */
  wanted: string;
  names: Intl.DisplayNames;
  store: VoiceModelsStore;
}

/** A voice: what it is, whose, and a button to fetch it, to stop that, or to take it away. */
export function VoiceModelItem(props: VoiceModelItemProps) {
  const { voice, download, told, language } = props;
  const { name, bytes, licenses, source, state, completed, problem } = voice;
  const total = bytesText(bytes, language);
  return (
    <li class="voice-model" data-state={download === undefined ? state : "running"}>
      <div class="voice-model-head">
        <h4>{name}</h4>
        <span class="voice-model-there" role="status">
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
        {[told.speakers(voice.speakers ?? 1), languagesText(props), total].join(" · ")}
        <br />
        <Licenses label={told.license} licenses={licenses} /> ·{" "}
        <a href={source} target="_blank" rel="noreferrer">{told.source}</a>
      </p>
      {download !== undefined && <Progress {...props} download={download} />}
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
function Buttons({ voice: { id, name, state }, download, words: { setup }, told, store }: VoiceModelItemProps) {
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
        : button(state === "partial" ? setup.pull.goOn : told.get, store.fetch)}
      {!running && state === "partial" && button(told.remove, store.remove)}
    </>
  );
}

function Progress(
  { voice, download, runtime, words, told, language }: VoiceModelItemProps & { download: VoiceDownload },
) {
  const { progress, rate, secondsLeft } = download;
  const amount = progress !== undefined && "total" in progress ? progress : undefined;
  const numbers = amount && downloadNumbers({ ...amount, rate, secondsLeft }, words, language);
  return (
    <>
      <progress
        aria-label={told.of(told.get, voice.name)}
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
function languagesText({ voice: { languages }, told, wanted, names }: VoiceModelItemProps): string {
  const isWanted = (one: string) => primaryLanguage(one) === wanted;
  const ordered = [...languages.filter(isWanted), ...languages.filter((one) => !isWanted(one))];
  const named = ordered.slice(0, MOST_NAMED).map((one) => names.of(one) ?? one);
  const more = ordered.length - named.length;
  return [...named, ...(more > 0 ? [told.more(more)] : [])].join(", ");
}
