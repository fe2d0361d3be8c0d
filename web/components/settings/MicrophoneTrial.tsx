import { effect, useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { HEARING_WORDS } from "@/lib/i18n/hearing.ts";
import type { EarWords } from "@/lib/i18n/types/settings.ts";
import type { Language } from "@/lib/i18n/language.ts";
import { whereText } from "@/web/components/chat/HearingLine.tsx";
import { Icon } from "@/web/components/Icon.tsx";
import type { MicrophoneLink } from "@/web/hearing/microphone_link.ts";
import type { MicrophoneStore } from "@/web/hearing/microphone_store.ts";

interface MicrophoneTrialProps {
  microphone: MicrophoneLink;
  /** Where the sound would go, in words. */
  where: string;
  /** Whether nobody is there to understand. */
  isDeaf: boolean;
  stop: string;
  language: Language;
  text: EarWords;
}

/** Lets the reader talk, and shows how loud that is and what was understood. Nothing of it is said to her. */
export function MicrophoneTrial({ microphone, where, isDeaf, stop, language, text }: MicrophoneTrialProps) {
  const id = useId();
  const isMissing = useSignal(false);
  const store = microphone.store.value;
  const isTrial = store?.isTrial.value ?? false;
  const isOn = isTrial && store?.state.value !== "off";
  const whereabouts = isOn ? store?.whereabouts.value ?? null : null;
  useEffect(() => () => {
    const { value } = microphone.store;
    if (value?.isTrial.peek()) value.stop();
  }, [microphone]);

  async function tryIt() {
    try {
      const store = await microphone.load();
      store.stop();
      isMissing.value = false;
      await store.tryOut();
    } catch {
      isMissing.value = true;
    }
  }

  return (
    <div class="field" data-setting="microphone">
      <div class="say-something">
        {!isDeaf && (
          <button
            type="button"
            class="pill"
            aria-describedby={`${id}-where`}
            onClick={() => isOn ? store?.stop() : void tryIt()}
          >
            <Icon name={isOn ? "stop" : "microphone"} />
            {isOn ? stop : text.test}
          </button>
        )}
        <p class="hint" id={`${id}-where`}>
          {whereabouts === null ? where : whereText(whereabouts, HEARING_WORDS[language])}
        </p>
      </div>
      {isTrial && store !== null && <Understood store={store} isOn={isOn} text={text} />}
      {isTrial && store !== null && <Trouble store={store} language={language} />}
      {isMissing.value && <p class="field-error" role="alert">{HEARING_WORDS[language].troubles.offline.title}</p>}
    </div>
  );
}

function Understood({ store, isOn, text }: { store: MicrophoneStore; isOn: boolean; text: EarWords }) {
  const meter = useRef<HTMLMeterElement>(null);
  useEffect(() => effect(() => void (meter.current !== null && (meter.current.value = store.level.value))), [store]);
  const heard = store.transcript.value?.text ?? "";
  return (
    <>
      <meter ref={meter} min={0} max={1} value={0} aria-label={text.loudness} hidden={!isOn} />
      {(isOn || heard !== "") && (
        <p class="understood" role="status" dir="auto">{heard === "" ? text.talkNow : text.heard(heard)}</p>
      )}
    </>
  );
}

function Trouble({ store, language }: { store: MicrophoneStore; language: Language }) {
  const trouble = store.trouble.value;
  if (trouble === null || trouble.kind === "tapped") return null;
  const { title, help } = HEARING_WORDS[language].troubles[trouble.kind];
  return (
    <div role="alert">
      <p class="field-error">{trouble.kind === "failed" ? trouble.message ?? title : title}</p>
      <p class="hint">{trouble.hint ?? help}</p>
    </div>
  );
}
