import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { EarWords } from "@/lib/i18n/types/settings.ts";
import type { RecogniserInfo } from "@/lib/protocol/calls.ts";
import type { ChatStore } from "@/web/chat/chat_store.ts";
import { recognitionOf } from "@/web/hearing/browser_recogniser.ts";
import { Fields } from "./Field.tsx";
import { MicrophoneChoice } from "./MicrophoneChoice.tsx";
import { MicrophoneTrial } from "./MicrophoneTrial.tsx";
import { FIELDS, type SectionProps } from "./section.ts";
import { SpeechModels } from "./SpeechModels.tsx";

/** Whether she hears, who understands, and when it is her turn. */
export function HearingSection({ chat, stores, settings, words, text, language }: SectionProps) {
  const engine = settings.field("hearing.engine");
  // A recogniser that has come or gone may change who understands.
  const recognisers = useRecognisers(chat, stores.recognisers.list.value);
  const isCalled = settings.field("hearing.mode")?.value === "wake";
  const [first, ...others] = FIELDS.hearing.filter((name) => isCalled || name !== "hearing.wakeWord");
  return (
    <>
      <Fields settings={settings} names={[first!]} words={words} text={text} />
      {engine !== undefined && (
        <MicrophoneTrial
          microphone={chat.microphone}
          where={whereSoundGoes(String(engine.value), recognisers, text.ears)}
          isDeaf={engine.value === "off"}
          stop={words.stop}
          language={language}
          text={text.ears}
        />
      )}
      <Fields settings={settings} names={others} words={words} text={text} />
      <h3>{text.thisBrowser}</h3>
      <MicrophoneChoice microphone={chat.microphone} text={text.ears} />
      <hr />
      <SpeechModels store={stores.recognisers} words={words} told={text.recognisers} language={language} />
    </>
  );
}

/** Who of the server can understand; null until it has said so. */
function useRecognisers(chat: ChatStore, news: unknown): readonly RecogniserInfo[] | null {
  const recognisers = useSignal<readonly RecogniserInfo[] | null>(null);
  useEffect(() => {
    const end = new AbortController();
    chat.calls.call("recognisers.list", {}, { signal: end.signal }).then((list) => recognisers.value = list).catch(
      () => {
        // Of where the sound goes nothing is said then, rather than something wrong.
      },
    );
    return () => end.abort();
  }, [chat, news]);
  return recognisers.value;
}

function whereSoundGoes(engine: string, recognisers: readonly RecogniserInfo[] | null, text: EarWords): string {
  if (engine === "off") return text.deaf;
  if (recognisers === null) return "";
  const isBrowsers = engine === "browser" ||
    (engine === "auto" && recognisers.every(({ needs }) => needs !== undefined));
  if (isBrowsers) return recognitionOf() === undefined ? text.noBrowser : text.browser;
  const info = recognisers.find(({ id, needs }) => engine === "auto" ? needs === undefined : id === engine);
  if (info === undefined) return "";
  return info.needs ?? (info.host === undefined ? text.stays : text.goesTo(info.host));
}
