import { useEffect } from "preact/hooks";
import type { EarWords } from "@/lib/i18n/types/settings.ts";
import type { RecogniserInfo } from "@/lib/protocol/calls.ts";
import { recognitionOf } from "@/web/hearing/browser_recogniser.ts";
import { Fields } from "./Field.tsx";
import { MicrophoneChoice } from "./MicrophoneChoice.tsx";
import { MicrophoneTrial } from "./MicrophoneTrial.tsx";
import { FIELDS, type SectionProps } from "./section.ts";
import { SpeechModels } from "./SpeechModels.tsx";

/** Whether she hears, who understands, and when it is her turn. */
export function HearingSection({ chat, stores, settings, words, text, language }: SectionProps) {
  const engine = settings.field("hearing.engine");
  const { recogniserEngines } = stores;
  // A setting that is changed may change who understands.
  const fields = settings.fields.value;
  useEffect(() => void recogniserEngines.read(), [recogniserEngines, fields]);
  const isCalled = settings.field("hearing.mode")?.value === "wake";
  const [first, ...others] = FIELDS.hearing.filter((name) => isCalled || name !== "hearing.wakeWord");
  return (
    <>
      <Fields settings={settings} names={[first!]} words={words} text={text} />
      {engine !== undefined && (
        <MicrophoneTrial
          microphone={chat.microphone}
          where={whereSoundGoes(String(engine.value), recogniserEngines.engines.value, text.ears)}
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
      {isCalled && <SpeechModels store={stores.wakeWords} words={words} told={text.wakeWords} language={language} />}
      <SpeechModels store={stores.detectors} words={words} told={text.detectors} language={language} />
    </>
  );
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
