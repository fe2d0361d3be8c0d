import { useEffect, useState } from "preact/hooks";
import { drawMissingPictures } from "@/web/live2d/missing_pictures.ts";
import { recallPictures } from "@/web/live2d/picture_memory.ts";
import { ChoiceList } from "./ChoiceList.tsx";
import { Fields } from "./Field.tsx";
import { FileButton } from "./FileButton.tsx";
import { shownAvatar } from "@/web/presence/presence.ts";
import { FIELDS, type SectionProps } from "./section.ts";

/** Who stands on the stage, and how it is drawn. */
export function AvatarSection({ stores, settings, words, text }: SectionProps) {
  const { avatars, uploads } = stores;
  const variable = settings.field("model")?.variable;
  const choosing = avatars.choosing.value;
  const error = avatars.error.value;
  const [pictures, setPictures] = useState(recallPictures);
  const drawable = (avatars.items.value ?? []).filter(({ here }) => here).map(({ name }) => name);

  useEffect(() => {
    const end = new AbortController();
    const refresh = () => setPictures(recallPictures());
    refresh();
    // Whatever keeps them from being drawn, a list is readable without pictures.
    drawMissingPictures(drawable, (name) => stores.previewOf(name), refresh, end.signal).catch(() => {});
    return () => end.abort();
  }, [drawable.join("\n"), shownAvatar.value?.entry]);

  return (
    <>
      <ChoiceList
        label={text.avatars}
        items={(avatars.items.value ?? []).map(({ name, chosen, problem }) => ({
          name,
          title: titleOf(name),
          picture: pictures.get(name),
          chosen,
          problem,
          busy: name === choosing,
        }))}
        locked={variable !== undefined}
        chosenText={text.chosen}
        busyText={text.fetching}
        missingText={text.missing}
        onChoose={(name) => void avatars.choose(name)}
      />
      {variable !== undefined && <p class="hint">{text.decidedBy(variable)}</p>}
      {error !== null && <p class="field-error" role="alert">{error.message}</p>}
      {variable === undefined && (
        <>
          <div class="actions">
            <FileButton uploads={uploads} icon="plus" label={text.addZip} accept=".zip,application/zip" />
            <FileButton uploads={uploads} icon="folder" label={text.addFolder} />
          </div>
          <p class="hint">{text.dropHint}</p>
        </>
      )}
      <hr />
      <Fields settings={settings} names={FIELDS.avatar} words={words} text={text} />
    </>
  );
}

/** `mao_pro` is Mao pro. */
function titleOf(name: string): string {
  const words = name.replace(/[_-]+/g, " ").trim();
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}
