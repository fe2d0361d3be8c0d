import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import type { ChatStore } from "@/web/chat/chat_store.ts";
import { CallError } from "@/web/connection/call_client.ts";
import { NoVoice } from "@/web/voice/no_voice.ts";
import { TRIAL, type Trial, trialRecital } from "@/web/voice/recital.ts";
import { voicesOf } from "@/web/settings/voice_engines_store.ts";
import { lineOf } from "@/web/settings/trial_line.ts";
import type { VoiceTrialWords } from "@/lib/i18n/types/settings.ts";
import type { VoiceEngineInfo } from "@/lib/protocol/calls.ts";
import { Icon } from "@/web/components/Icon.tsx";
import { Fields } from "./Field.tsx";
import { FIELDS, type SectionProps } from "./section.ts";

/** How she speaks, with a button that lets it be heard as it stands in the boxes, taken up already or not. */
export function VoiceFields({ chat, stores, settings, words, text, language }: SectionProps) {
  const form = useRef<HTMLFormElement>(null);
  const character = stores.characters.items.value?.find(({ chosen }) => chosen);

  function trial(): Trial | null {
    if (form.current === null) return null;
    // A box with something wrong says so itself.
    const wrong = form.current.querySelector<HTMLElement>(":invalid");
    if (wrong !== null) return wrong.focus(), null;
    const boxes = new FormData(form.current);
    // One that cannot be changed is in no form.
    const value = (name: string) => String(boxes.get(name) ?? settings.field(name)?.value ?? "").trim();
    const voice = value("voice.voice");
    return {
      text: lineOf(character, words, language),
      engine: value("voice.engine"),
      ...(voice !== "" && { voice }),
      rate: Number(value("voice.rate") || 1),
      pitch: Number(value("voice.pitch") || 1),
      volume: Number(value("voice.volume") || 1),
    };
  }

  const engine = settings.field("voice.engine");
  const { voiceEngines } = stores;
  const engines = voiceEngines.engines.value;
  // A host that is changed has other voices, and words go there.
  const fields = settings.fields.value;
  useEffect(() => void voiceEngines.read(), [voiceEngines, fields]);
  const names = new Intl.DisplayNames([language], { type: "language" });
  const offers = voicesOf(engines, String(engine?.value)).map(({ id, name, languages }) => ({
    value: id,
    label: [name, ...languages.map((one) => names.of(one) ?? one)].join(", "),
  }));
  return (
    <form class="voice-fields" ref={form} onSubmit={(event) => event.preventDefault()}>
      <Fields settings={settings} names={FIELDS.voice} words={words} text={text} offers={{ "voice.voice": offers }} />
      {engine !== undefined && (
        <SaySomething
          chat={chat}
          engine={String(engine.value)}
          where={whereWordsGo(String(engine.value), engines, text.trial)}
          trial={trial}
          stop={words.stop}
          text={text.trial}
        />
      )}
    </form>
  );
}

interface SaySomethingProps {
  chat: ChatStore;
  /** As the configuration names it. */
  engine: string;
  /** Where what is said goes. */
  where: string;
  /** Null where there is something to correct first. */
  trial(): Trial | null;
  stop: string;
  text: VoiceTrialWords;
}

function SaySomething({ chat, engine, where, trial, stop, text }: SaySomethingProps) {
  const asking = useSignal(false);
  const error = useSignal<string | null>(null);
  const id = useId();
  const { hearing } = chat.voice;
  const isHeard = hearing.value?.turn === TRIAL;
  const isOn = asking.value || isHeard;

  useEffect(() => () => {
    if (hearing.peek()?.turn === TRIAL) chat.voice.silence();
  }, [chat]);

  function tell(failure: unknown) {
    if (failure instanceof NoVoice) error.value = text.nobody;
    else error.value = failure instanceof CallError || failure instanceof Error ? failure.message : String(failure);
  }

  async function say() {
    error.value = null;
    const wanted = trial();
    if (wanted === null) return;
    asking.value = true;
    try {
      await chat.recite(trialRecital(chat.calls, wanted, tell));
    } catch (failure) {
      tell(failure);
    } finally {
      asking.value = false;
    }
  }

  return (
    <div class="field" data-setting="voice">
      <div class="say-something">
        {engine !== "off" && (
          <button
            type="button"
            class="pill"
            aria-describedby={`${id}-where`}
            onClick={() => isOn ? void chat.voice.silence() : void say()}
          >
            <Icon name={isOn ? "stop" : "sound"} />
            {isOn ? stop : text.say}
          </button>
        )}
        <p class="hint" id={`${id}-where`}>{where}</p>
      </div>
      {error.value !== null && <p class="field-error" role="alert">{error.value}</p>}
    </div>
  );
}

function whereWordsGo(engine: string, engines: readonly VoiceEngineInfo[] | null, text: VoiceTrialWords): string {
  if (engine === "off") return text.silent;
  if (engine === "browser") return text.onDevice;
  if (engine === "auto") return text.stays;
  const info = engines?.find(({ id }) => id === engine);
  if (info === undefined) return "";
  return info.needs ?? (info.host === undefined ? text.stays : text.goesTo(info.host));
}
