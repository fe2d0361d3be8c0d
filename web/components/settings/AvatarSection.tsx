import { useEffect } from "preact/hooks";
import { recallPictures } from "@/web/live2d/picture_memory.ts";
import { ChoiceList } from "./ChoiceList.tsx";
import { Fields } from "./Field.tsx";
import { FileButton } from "./FileButton.tsx";
import { drawnPictures, shownAvatar, wantedPictures } from "@/web/presence/presence.ts";
import type { Avatar } from "@/web/presence/avatar.ts";
import type { AvatarChoice } from "@/lib/protocol/calls.ts";
import { FIELDS, type SectionProps } from "./section.ts";

/** Who stands on the stage, and how it is drawn. */
export function AvatarSection({ stores, settings, words, text }: SectionProps) {
  const { avatars, uploads } = stores;
  const variable = settings.field("model")?.variable;
  const choosing = avatars.choosing.value;
  const error = avatars.error.value;
  const items = avatars.items.value ?? [];
  useEffect(() => {
    let over = false;
    void askForPictures(items, (name) => stores.previewOf(name), () => over);
    return () => {
      over = true;
      wantedPictures.value = [];
    };
  }, [avatars.items.value]);
  // Whoever is shown has a picture as well from then on.
  void drawnPictures.value;
  void shownAvatar.value;
  const pictures = recallPictures();

  return (
    <>
      <ChoiceList
        label={text.avatars}
        items={items.map(({ name, chosen, problem }) => ({
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

/** Has the stage draw those that it has not shown yet, as far as their files are on the machine. */
async function askForPictures(
  items: readonly AvatarChoice[],
  addressOf: (name: string) => Promise<string | null>,
  isOver: () => boolean,
): Promise<void> {
  const known = recallPictures();
  const wanted: Avatar[] = [];
  for (const { name } of items.filter(({ name, here }) => here && !known.has(name))) {
    const entry = await addressOf(name);
    if (isOver()) return;
    if (entry !== null) wanted.push({ name, entry });
  }
  wantedPictures.value = wanted;
}

/** `mao_pro` is Mao pro. */
function titleOf(name: string): string {
  const words = name.replace(/[_-]+/g, " ").trim();
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}
