import { ChoiceList } from "./ChoiceList.tsx";
import { Fields } from "./Field.tsx";
import { FileButton } from "./FileButton.tsx";
import { SpeechModels } from "./SpeechModels.tsx";
import { VoiceFields } from "./VoiceFields.tsx";
import { FIELDS, type SectionProps } from "./section.ts";

/** Cards write what is done between asterisks, which says nothing in a line of small text. */
function withoutEmphasis(text: string): string {
  return text.replace(/\*+/g, "");
}

/** Whom the reader talks with. */
export function CharacterSection(props: SectionProps) {
  const { stores, settings, words, text, language } = props;
  const { characters, uploads } = stores;
  const variable = settings.field("prompt")?.variable;
  const choosing = characters.choosing.value;
  const error = characters.error.value;
  return (
    <>
      <ChoiceList
        label={text.characters}
        items={(characters.items.value ?? []).map((item) => ({
          ...item,
          // What it says first tells more of it than what it is told to be.
          about: withoutEmphasis(item.greeting ?? item.about),
          busy: item.name === choosing,
        }))}
        locked={variable !== undefined}
        chosenText={text.chosen}
        busyText={text.fetching}
        missingText={text.missing}
        onChoose={(name) => void characters.choose(name)}
      />
      {variable !== undefined && <p class="hint">{text.decidedBy(variable)}</p>}
      {error !== null && <p class="field-error" role="alert">{error.message}</p>}
      {variable === undefined && (
        <>
          <div class="actions">
            <FileButton
              uploads={uploads}
              icon="plus"
              label={text.addCard}
              accept=".png,.json,.charx,.jpg,.jpeg,.webp"
            />
          </div>
          <p class="hint">{text.aboutCards} {text.dropHint}</p>
        </>
      )}
      <hr />
      <Fields settings={settings} names={FIELDS.character} words={words} text={text} />
      <VoiceFields {...props} />
      <hr />
      <SpeechModels store={stores.voiceModels} words={words} told={text.voiceModels} language={language} />
    </>
  );
}
