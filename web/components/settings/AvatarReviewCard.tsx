import { useEffect } from "preact/hooks";
import type { Repertoire, StageFault } from "@/web/presence/avatar.ts";
import { chosenAvatar, shownAvatar } from "@/web/presence/presence.ts";
import type { AvatarReview } from "@/web/settings/avatar_review.ts";
import type { Taken } from "@/web/settings/upload_store.ts";
import type { Words } from "@/lib/i18n/i18n.ts";
import type { FaultWords } from "@/lib/i18n/words/avatar.ts";
import { EMOTIONS } from "@/lib/protocol/emotions.ts";

interface AvatarReviewCardProps {
  taken: Taken;
  review: AvatarReview;
  words: Words;
  /** It is taken or removed, and the list of avatars another one. */
  onEnd(): void;
}

/** What was found in a new avatar: its picture, its faces and what they are for, its motions. */
export function AvatarReviewCard({ taken, review, words, onEnd }: AvatarReviewCardProps) {
  const text = words.setup.review;
  useEffect(() => {
    review.begin();
    // On this page's stage alone, until it is taken.
    const { name, url } = taken;
    if (url !== undefined) chosenAvatar.value = { name, entry: url };
    return () => {
      if (chosenAvatar.peek()?.entry === url) chosenAvatar.value = null;
    };
  }, [taken]);
  const shown = shownAvatar.value?.entry === taken.url ? shownAvatar.value : null;
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
        <Found repertoire={shown.repertoire} picture={shown.picture} review={review} words={words} taken={taken} />
      )}
      {taken.warnings.length > 0 && (
        <details open>
          <summary>{text.missing(taken.warnings.length)}</summary>
          <ul>{taken.warnings.map((line) => <li key={line}>{line}</li>)}</ul>
        </details>
      )}
      {error !== null && <p class="field-error" role="alert">{error.message}</p>}
      <div class="actions">
        {!broken && (
          <button
            type="button"
            class="pill primary"
            disabled={shown === null || review.busy.value}
            onClick={() => void finish(review.take(taken))}
          >
            {text.take}
          </button>
        )}
        <button
          type="button"
          class="pill"
          disabled={review.busy.value}
          onClick={() => void finish(review.remove(taken))}
        >
          {text.remove}
        </button>
      </div>
    </div>
  );
}

function Fault({ fault, words }: { fault: StageFault; words: Words }) {
  const { text, hint }: FaultWords<StageFault> = words.avatar.faults[fault.code];
  return <p class="field-error" role="alert">{text(fault)}. {hint}</p>;
}

interface FoundProps {
  taken: Taken;
  repertoire: Repertoire;
  picture: string;
  review: AvatarReview;
  words: Words;
}

function Found({ taken, repertoire, picture, review, words }: FoundProps) {
  const text = words.setup.review;
  const { expressions, faces, motions, icon = picture } = repertoire;
  const names = motions.flatMap((group) => group.names);
  return (
    <>
      <div class="review-head">
        {icon !== "" && <img src={icon} alt={words.avatar.picture(taken.name)} />}
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
          {EMOTIONS.map((emotion) => (
            <label key={emotion}>
              <span>{words.avatar.emotions[emotion]}</span>
              <select
                value={review.faces.value[emotion] ?? ""}
                onChange={({ currentTarget: { value } }) => review.wear(emotion, value === "" ? undefined : value)}
              >
                <option value="">{text.byItself(faces.get(emotion))}</option>
                {expressions.map((name) => <option key={name} value={name}>{name}</option>)}
              </select>
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}

/** Motions that are named; of some models there are hundreds. */
const MOST_NAMES = 12;
