import { useEffect } from "preact/hooks";
import type { SettingsStores } from "@/web/settings/settings_stores.ts";
import type { Upload } from "@/web/settings/upload_store.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import { AvatarReviewCard } from "./AvatarReviewCard.tsx";
import { Icon } from "@/web/components/Icon.tsx";

/** How long good news that need nothing done stay, ms. */
const SHOWN_MS = 8_000;

/** Progress and result of an upload, and what is to be decided about it. */
export function UploadCard({ stores: { uploads, review, avatars }, words }: { stores: SettingsStores; words: Words }) {
  const upload = uploads.current.value;
  const reviewed = upload?.phase === "done" && upload.result.url !== undefined ? upload.result : null;
  const settled = upload?.phase === "done" && upload.result.warnings.length === 0 && reviewed === null;
  useEffect(() => {
    if (!settled) return;
    const timer = setTimeout(() => uploads.dismiss(), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [upload]);
  if (upload === null) return null;
  const { title, lines } = tell(upload, words);
  const bad = upload.phase === "failed" || upload.phase === "invalid";
  const going = upload.phase === "reading" || upload.phase === "sending";
  return (
    <div class="upload" data-phase={bad ? "failed" : upload.phase} role={bad ? "alert" : "status"}>
      <div class="upload-head">
        <Icon name={bad ? "warning" : going ? "box" : "check"} />
        <p>{title}</p>
        <button
          type="button"
          class="small-round"
          aria-label={going ? words.cancel : words.close}
          title={going ? words.cancel : words.close}
          onClick={() => uploads.dismiss()}
        >
          <Icon name="close" />
        </button>
      </div>
      {going && <progress aria-label={title} max={1} {...shareOf(upload)} />}
      {upload.phase === "several" && (
        <div class="actions">
          {upload.choices.map((entry) => (
            <button
              key={entry}
              type="button"
              class="pill"
              onClick={() => void uploads.chooseModel(entry)}
            >
              {entry}
            </button>
          ))}
        </div>
      )}
      {reviewed !== null && (
        <AvatarReviewCard
          result={reviewed}
          review={review}
          words={words}
          onEnd={() => {
            uploads.dismiss();
            void avatars.read();
          }}
        />
      )}
      {lines.length > 0 && <ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul>}
    </div>
  );
}

function shareOf(upload: Upload): { value?: number } {
  // While the server looks it over, nobody knows for how long.
  return upload.phase === "sending" && upload.share < 1 ? { value: upload.share } : {};
}

function tell(upload: Upload, { setup: { drop } }: Words): { title: string; lines: string[] } {
  switch (upload.phase) {
    case "reading":
      return { title: drop.reading, lines: [] };
    case "sending":
      return { title: (upload.share < 1 ? drop.sending : drop.checking)(upload.label), lines: [] };
    case "several":
      return { title: drop.several(upload.label), lines: [] };
    case "done":
      if (upload.result.url !== undefined) return { title: drop.review(upload.result.name), lines: [] };
      return { title: drop.done[upload.kind](upload.result.name), lines: upload.result.warnings };
    case "invalid":
      return { title: drop.problems[upload.problem], lines: [] };
    case "failed":
      return {
        title: drop.failed[upload.kind](upload.label),
        lines: upload.causes.length > 0 ? upload.causes : [whyFailed(upload.proxyStatus, drop)],
      };
  }
}

function whyFailed(proxyStatus: number | undefined, drop: Words["setup"]["drop"]): string {
  return proxyStatus === undefined ? drop.connectionLost : drop.proxyAnswered(proxyStatus);
}
