import { useEffect } from "preact/hooks";
import { FacePicture } from "@/web/components/avatar/FacePicture.tsx";
import type { Repertoire } from "@/web/presence/avatar.ts";
import type { AvatarFault } from "@/lib/protocol/avatar_fault.ts";
import { chosenAvatar, drawnPictures, shownAvatar } from "@/web/presence/presence.ts";
import type { AvatarReview } from "@/web/settings/avatar_review.ts";
import type { UploadResult } from "@/lib/protocol/uploads.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { FaultWords } from "@/lib/i18n/types/avatar.ts";
import { EMOTIONS } from "@/lib/protocol/emotions.ts";

interface AvatarReviewCardProps {
  result: UploadResult;
  review: AvatarReview;
  words: Words;
  /** It is result or removed, and the list of avatars another one. */
  onEnd(): void;
}

/** What was found in a new avatar: its picture, its faces and what they are for, its motions. */
export function AvatarReviewCard({ result, review, words, onEnd }: AvatarReviewCardProps) {
  const text = words.setup.review;
  useEffect(() => {
    review.begin();
    // On this page's stage alone, until it is result.
    const { name, url } = result;
    if (url !== undefined) chosenAvatar.value = { name, entry: url };
    return () => {
      if (chosenAvatar.peek()?.entry === url) chosenAvatar.value = null;
    };
  }, [result]);
  const shown = shownAvatar.value?.entry === result.url ? shownAvatar.value : null;
  const broken = shown !== null && "fault" in shown;
  const error = review.error.value;
  const finish = async (work: Promise<boolean>) => {
    if (await work) onEnd();
  };
  return (
    <div class="review">
      {shown === null && <p class="hint">{words.avatar.loading}</p>}
      {broken && <Fault fault={shown.fault} words={words} />}
      {shown !== null && !broken && (
        <Found repertoire={shown.repertoire} picture={shown.picture} review={review} words={words} result={result} />
      )}
      {result.warnings.length > 0 && (
        <details open>
          <summary>{text.missing(result.warnings.length)}</summary>
          <ul>{result.warnings.map((line) => <li key={line}>{line}</li>)}</ul>
        </details>
      )}
      {error !== null && <p class="field-error" role="alert">{error.message}</p>}
      <div class="actions">
        {!broken && (
          <button
            type="button"
            class="pill main"
            disabled={shown === null || review.busy.value}
            onClick={() => void finish(review.take(result))}
          >
            {text.take}
          </button>
        )}
        <button
          type="button"
          class="pill"
          disabled={review.busy.value}
          onClick={() => void finish(review.remove(result))}
        >
          {text.remove}
        </button>
      </div>
    </div>
  );
}

function Fault({ fault, words }: { fault: AvatarFault; words: Words }) {
  const { text, hint }: FaultWords<AvatarFault> = words.avatar.faults[fault.code];
  return <p class="field-error" role="alert">{text(fault)}. {hint}</p>;
}

interface FoundProps {
  result: UploadResult;
  repertoire: Repertoire;
  picture: string;
  review: AvatarReview;
  words: Words;
}

function Found({ result, repertoire, picture, review, words }: FoundProps) {
  const text = words.setup.review;
  const { expressions, titles, faces, motions, icon = picture } = repertoire;
  void drawnPictures.value;
  const pictures = repertoire.pictures();
  const titleOf = (name: string) => titles.get(name) ?? name;
  const names = motions.flatMap((group) => group.names);
  return (
    <>
      <div class="review-head">
        {icon !== "" && <img src={icon} alt={words.avatar.picture(result.name)} />}
        <p>
          {text.found(expressions.length, names.length)}
          {names.length > 0 && (
            <span class="hint">
              {names.slice(0, MOST_NAMES).join(", ")}
              {names.length > MOST_NAMES && " …"}
            </span>
          )}
        </p>
      </div>
      {expressions.length > 0 && (
        <fieldset class="review-faces">
          <legend>{text.faces}</legend>
          <ul class="review-gallery" aria-label={words.avatar.expressions}>
            {expressions.map((name) => (
              <li key={name}>
                <FacePicture src={pictures.get(name)} />
                <span>{titleOf(name)}</span>
              </li>
            ))}
          </ul>
          {EMOTIONS.map((emotion) => {
            const found = faces.get(emotion);
            const chosen = review.faces.value[emotion];
            return (
              <label key={emotion}>
                <FacePicture src={pictures.get(chosen ?? found ?? "")} />
                <span>{words.avatar.emotions[emotion]}</span>
                <select
                  value={chosen ?? ""}
                  onChange={({ currentTarget: { value } }) => review.wear(emotion, value === "" ? undefined : value)}
                >
                  <option value="">{text.byItself(found === undefined ? found : titleOf(found))}</option>
                  {expressions.map((name) => <option key={name} value={name}>{titleOf(name)}</option>)}
                </select>
              </label>
            );
          })}
        </fieldset>
      )}
    </>
  );
}

/** Motions that are named; of some models there are hundreds. */
const MOST_NAMES = 12;
