import { useState } from "preact/hooks";
import { firstLetter } from "@/web/browser/segments.ts";

interface PortraitProps {
  /** Whose it is; the name stands beside it, so that it needs no words of its own. */
  title: string;
  /** Address of a picture. Default: the first letter of the title. */
  picture?: string | undefined;
}

/** So many colours of first letters are in the style sheet. */
const HUES = 6;

/** A small round picture, or the first letter where there is none, or none that can be shown. */
export function Portrait({ title, picture }: PortraitProps) {
  const [broken, setBroken] = useState<string>();
  if (picture === undefined || picture === broken) return <Initial title={title} />;
  return (
    <img
      class="portrait"
      src={picture}
      alt=""
      loading="lazy"
      decoding="async"
      data-fresh-disable-lock
      onError={() => setBroken(picture)}
    />
  );
}

/** The first letter in a disc whose colour goes with the name. */
function Initial({ title }: { title: string }) {
  const first = firstLetter(title.trim());
  const hue = [...title].reduce((sum, letter) => sum + letter.codePointAt(0)!, 0) % HUES;
  return <span class="portrait initial" data-hue={hue} aria-hidden="true">{first.toLocaleUpperCase()}</span>;
}
