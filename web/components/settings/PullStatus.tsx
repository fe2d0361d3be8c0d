import type { Pull } from "@/web/settings/pull_store.ts";
import type { Language } from "@/lib/i18n/language.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import { downloadNumbers } from "./download_numbers.ts";

interface PullStatusProps {
  pull: Pull;
  words: Words;
  language: Language;
  onCancel(): void;
  onGoOn(): void;
}

/** Progress of a language model's download: bytes, rate, remaining time; or how it ended. */
export function PullStatus({ pull, words, language, onCancel, onGoOn }: PullStatusProps) {
  const text = words.setup.pull;
  const { model, phase, total, completed, error } = pull;
  const running = phase === "running";
  const numbers = numbersOf(pull, words, language);
  const share = total !== undefined && completed !== undefined && total > 0 ? completed / total : undefined;
  return (
    <div class="pull" data-phase={phase}>
      <div class="pull-head">
        <p>{titleOf(pull, words)}</p>
        {running && <button type="button" class="pill" onClick={onCancel}>{text.cancel}</button>}
        {(phase === "stopped" || phase === "failed") && (
          <button type="button" class="pill" onClick={onGoOn}>
            {phase === "stopped" ? text.goOn : words.tryAgain}
          </button>
        )}
      </div>
      {(running || phase === "stopped") && (
        <progress
          aria-label={text.coming(model)}
          max={1}
          {...(share !== undefined ? { value: share } : phase === "stopped" ? { value: 0 } : {})}
        />
      )}
      {phase === "failed"
        ? <p class="field-error">{error?.message}</p>
        : numbers !== "" && <p class="pull-numbers">{numbers}</p>}
      {phase === "failed" && error?.hint !== undefined && <p class="hint">{error.hint}</p>}
    </div>
  );
}

function titleOf({ model, phase }: Pull, { setup }: Words): string {
  if (phase === "done") return setup.pull.there(model);
  if (phase === "stopped") return setup.pull.stopped;
  return phase === "failed" ? setup.pull.failed(model) : setup.pull.coming(model);
}

function numbersOf({ total, completed, rate, secondsLeft, phase }: Pull, words: Words, language: Language): string {
  const running = phase === "running";
  if (total === undefined || completed === undefined) return running ? words.setup.pull.starting : "";
  const speed = running ? { rate, secondsLeft } : { rate: null, secondsLeft: null };
  return downloadNumbers({ completed, total, ...speed }, words, language);
}
