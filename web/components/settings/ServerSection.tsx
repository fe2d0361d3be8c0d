import { Fields } from "./Field.tsx";
import { GuestLinkCard } from "./GuestLinkCard.tsx";
import { ImagesCard } from "./ImagesCard.tsx";
import { TimingsCard } from "./TimingsCard.tsx";
import { CHOSEN_ELSEWHERE, FIELDS, type SectionProps } from "./section.ts";

/** The server, and whatever a newer one has that no other part shows. */
export function ServerSection({ chat, stores, settings, words, text, language }: SectionProps) {
  const known: string[] = [...CHOSEN_ELSEWHERE, ...Object.values(FIELDS).flat()];
  const names = settings.fields.value?.map(({ path }) => path.join(".")) ?? [];
  const rest = names.filter((name) => !known.includes(name));
  return (
    <>
      <Fields settings={settings} names={FIELDS.guests} words={words} text={text} />
      <GuestLinkCard store={stores.guestLink} words={words} text={text} />
      <hr />
      <Fields settings={settings} names={[...FIELDS.server, ...rest]} words={words} text={text} />
      <hr />
      <ImagesCard calls={chat.calls} text={text.images} language={language} />
      <hr />
      <TimingsCard calls={chat.calls} text={text.timings} language={language} />
    </>
  );
}
