import { useSignal } from "@preact/signals";
import { HEARING_WORDS } from "@/lib/i18n/hearing.ts";
import type { HearingWords } from "@/lib/i18n/types/hearing.ts";
import type { Language } from "@/lib/i18n/language.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { MicrophoneStore, Whereabouts } from "@/web/hearing/microphone_store.ts";
import type { Trouble } from "@/web/hearing/trouble.ts";
import { Icon } from "@/web/components/Icon.tsx";
import { RoundButton } from "@/web/components/RoundButton.tsx";

export interface HearingLineProps {
  store: MicrophoneStore;
  words: Words;
  language: Language;
}

/** Above the box: that she listens, and where the sound goes; or why she does not. */
export function HearingLine({ store, words, language }: HearingLineProps) {
  const told = HEARING_WORDS[language];
  const dismissed = useSignal<Trouble | null>(null);
  const state = store.state.value;
  const trouble = store.trouble.value;
  if (store.isTrial.value) return null;
  if (trouble !== null) {
    if (dismissed.value === trouble) return null;
    return <TroubleLine trouble={trouble} told={told} close={words.close} onClose={() => dismissed.value = trouble} />;
  }
  if (state === "off") return null;
  const where = store.whereabouts.value;
  return (
    <div class="hearing-line" data-state={state} role="status">
      <span class="hearing-sign" aria-hidden="true" />
      <p>
        <strong>{stateText(state, store.isHeldDown.value, told)}</strong>
        {(state === "on" || state === "speaking") && where !== null && (
          <span data-away={where.away}>
            {where.away && <Icon name="cloud" />}
            {whereText(where, told)}
          </span>
        )}
      </p>
    </div>
  );
}

interface TroubleLineProps {
  trouble: Trouble;
  told: HearingWords;
  close: string;
  onClose(): void;
}

function TroubleLine({ trouble: { kind, message, hint }, told, close, onClose }: TroubleLineProps) {
  const { title, help } = told.troubles[kind];
  return (
    <div class="hearing-line" data-state={kind === "tapped" ? "tapped" : "trouble"} role="status">
      <Icon name={kind === "tapped" ? "microphone" : "warning"} />
      <p>
        <strong>{title}</strong>
        {kind === "failed" && message !== undefined && <span dir="auto">{message}</span>}
        <span>{hint ?? help}</span>
      </p>
      <RoundButton icon="close" label={close} onClick={onClose} />
    </div>
  );
}

function stateText(state: "asking" | "on" | "speaking" | "held", isHeldDown: boolean, told: HearingWords): string {
  if (state === "on" && isHeldDown) return told.holding;
  return state === "on" ? told.listening : told[state];
}

/** Where the sound goes, in words. */
export function whereText({ engine, away, host }: Whereabouts, told: HearingWords): string {
  if (engine === "browser") return away ? told.toBrowserMaker : told.onDevice;
  return host === undefined ? told.stays : told.goesTo(host);
}
