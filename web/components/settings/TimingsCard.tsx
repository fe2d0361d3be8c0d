import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import type { CallClient } from "@/web/connection/call_client.ts";
import { turnErrorOf } from "@/web/settings/pull_store.ts";
import { barOf, longestOf, quantiles } from "@/web/settings/timing_table.ts";
import type { Language } from "@/lib/i18n/language.ts";
import type { TimingWords } from "@/lib/i18n/types/settings.ts";
import { TURN_STAGES, type TurnTiming } from "@/lib/protocol/calls.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

interface TimingsCardProps {
  calls: CallClient;
  text: TimingWords;
  language: Language;
}

/** How long the last turns took to each of their stages, as it happens. */
export function TimingsCard({ calls, text, language }: TimingsCardProps) {
  const timings = useSignal<readonly TurnTiming[] | null>(null);
  const error = useSignal<TurnError | null>(null);
  const id = useId();
  useEffect(() => {
    const end = new AbortController();
    const { signal } = end;
    calls.call("turns.timings", { follow: true }, { signal, onProgress: (list) => timings.value = list })
      .catch((failure) => {
        if (!signal.aborted) error.value = turnErrorOf(failure);
      });
    return () => end.abort();
  }, [calls]);

  const rows = timings.value ?? [];
  return (
    <section class="field" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{text.title}</h3>
      <p class="hint" id={`${id}-about`}>{text.about}</p>
      {timings.value?.length === 0 && <p class="note">{text.none}</p>}
      {rows.length > 0 && (
        <table class="timings" aria-labelledby={`${id}-title`} aria-describedby={`${id}-about`}>
          <thead>
            <tr>
              <th scope="col">{text.turn}</th>
              {TURN_STAGES.map((stage) => <th key={stage} scope="col" data-stage={stage}>{text.stages[stage]}</th>)}
            </tr>
          </thead>
          <tbody>
            {rows.map((timing) => (
              <Turn key={timing.at + timing.turn} timing={timing} longest={longestOf(rows)} language={language} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{text.median}</th>
              <Cells seconds={quantiles(rows, 0.5)} language={language} />
            </tr>
            <tr>
              <th scope="row">{text.most}</th>
              <Cells seconds={quantiles(rows, 0.95)} language={language} />
            </tr>
          </tfoot>
        </table>
      )}
      {error.value !== null && <p class="field-error" role="alert">{error.value.message}</p>}
    </section>
  );
}

function Turn({ timing, longest, language }: { timing: TurnTiming; longest: number; language: Language }) {
  const time = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle: "h23" }).format(timing.at);
  return (
    <>
      <tr>
        <th scope="row">{time}</th>
        <Cells seconds={timing.seconds} language={language} />
      </tr>
      {/* The same once more, for the eye. */}
      <tr class="timing-bar" aria-hidden="true">
        <td colSpan={1 + TURN_STAGES.length}>
          <div>
            {barOf(timing, longest).map(({ stage, share }) => (
              <span key={stage} data-stage={stage} style={{ inlineSize: `${100 * share}%` }} />
            ))}
          </div>
        </td>
      </tr>
    </>
  );
}

function Cells({ seconds, language }: { seconds: TurnTiming["seconds"]; language: Language }) {
  const format = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return (
    <>
      {TURN_STAGES.map((stage) => {
        const value = seconds[stage];
        return <td key={stage}>{value === undefined ? <span aria-hidden="true">–</span> : format.format(value)}</td>;
      })}
    </>
  );
}
