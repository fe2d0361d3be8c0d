import type { Words } from "@/lib/i18n/types/page.ts";
import { MOST_IMAGES } from "@/lib/protocol/images.ts";
import type { Status } from "@/lib/protocol/v2.ts";
import type { Attachments, AttachProblem } from "@/web/images/attachments.ts";
import { Icon } from "@/web/components/Icon.tsx";
import { AttachWays } from "./AttachWays.tsx";
import { ScreenShareBar } from "./ScreenShareBar.tsx";

interface AttachedImagesProps {
  attachments: Attachments;
  status: Status | null;
  words: Words;
  /** Gives the keyboard back to the box. */
  onDone(): void;
}

/** What stands above the box of images: those that are attached, the ways to attach one, and why one is not. */
export function AttachedImages({ attachments, status, words, onDone }: AttachedImagesProps) {
  const list = attachments.list.value;
  const problem = attachments.problem.value;
  const stream = attachments.share.stream.value;
  const isBlind = list.length > 0 && status?.vision === false;
  return (
    <>
      {stream !== null && <ScreenShareBar stream={stream} attachments={attachments} words={words} />}
      {attachments.choosing.value && <AttachWays attachments={attachments} words={words} onDone={onDone} />}
      {problem !== null && <p class="attach-problem" role="alert">{saying(problem, words)}</p>}
      {isBlind && <p class="attach-problem" role="alert">{words.images.blind(whoIsBlind(status, words))}</p>}
      {list.length > 0 && (
        <ul class="attached">
          {list.map(({ key, source, name, image }) => (
            <li key={key} aria-busy={image === null}>
              {source === ""
                ? <span class="visually-hidden">{words.images.preparing}</span>
                : <img src={source} alt={altOf(name, words)} title={name} />}
              <button
                type="button"
                aria-label={words.images.remove(name || words.images.image)}
                title={words.images.remove(name || words.images.image)}
                onClick={() => {
                  attachments.remove(key);
                  onDone();
                }}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** What an image is called for whoever does not see it. */
export function altOf(name: string | undefined, { images }: Words): string {
  return name === undefined || name === "" ? images.image : images.named(name);
}

function whoIsBlind({ standIn, provider, model }: Status, words: Words): string {
  return standIn?.model ?? (provider === "demo" ? words.demo : model);
}

function saying(problem: AttachProblem, { images: { problems } }: Words): string {
  if (typeof problem !== "string") return problem.message;
  return problem === "many" ? problems.many(MOST_IMAGES) : problems[problem];
}
