import { useEffect, useRef } from "preact/hooks";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { Attachments } from "@/web/images/attachments.ts";
import { Icon } from "@/web/components/Icon.tsx";

interface ScreenShareBarProps {
  stream: MediaStream;
  attachments: Attachments;
  words: Words;
}

/** The screen while it is shared: seen as it is, taken a frame at a press, and ended. */
export function ScreenShareBar({ stream, attachments, words }: ScreenShareBarProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);
  return (
    <div class="screen-share" role="group" aria-label={words.images.share}>
      <video ref={video} autoplay muted playsInline aria-hidden="true" />
      <p role="status">
        <span class="screen-sign" aria-hidden="true" />
        {words.images.sharing}
      </p>
      <button
        type="button"
        class="pill main"
        onClick={() => video.current !== null && void attachments.add([video.current], words.images.screen)}
      >
        <Icon name="camera" />
        {words.images.takeFrame}
      </button>
      <button type="button" class="pill" onClick={() => attachments.share.stop()}>{words.images.stopSharing}</button>
    </div>
  );
}
