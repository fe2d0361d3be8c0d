import { useLayoutEffect, useRef } from "preact/hooks";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { Attachments } from "@/web/images/attachments.ts";
import { Icon } from "@/web/components/Icon.tsx";

/** A device whose file box can open the camera. */
const TOUCH = "(hover: none) and (pointer: coarse)";

interface AttachWaysProps {
  attachments: Attachments;
  words: Words;
  /** Gives the keyboard back to the box. */
  onDone(): void;
}

/** The ways to attach an image: from a file, from the camera, from the screen. */
export function AttachWays({ attachments, words, onDone }: AttachWaysProps) {
  const root = useRef<HTMLDivElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => root.current?.querySelector("button")?.focus(), []);

  function close() {
    attachments.choosing.value = false;
    onDone();
  }
  const pick = ({ currentTarget }: Event & { currentTarget: HTMLInputElement }) => {
    void attachments.add([...currentTarget.files ?? []]);
    onDone();
  };
  return (
    <div
      class="attach-ways"
      role="group"
      aria-label={words.images.attach}
      ref={root}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        close();
      }}
    >
      <button type="button" class="pill" onClick={() => file.current?.click()}>
        <Icon name="folder" />
        {words.images.choose}
      </button>
      {matchMedia(TOUCH).matches && (
        <button type="button" class="pill" onClick={() => camera.current?.click()}>
          <Icon name="camera" />
          {words.images.photograph}
        </button>
      )}
      {attachments.share.isPossible && (
        <button
          type="button"
          class="pill"
          onClick={() => {
            void attachments.share.start();
            close();
          }}
        >
          <Icon name="screen" />
          {words.images.share}
        </button>
      )}
      <input ref={file} type="file" accept="image/*" multiple hidden onChange={pick} />
      <input ref={camera} type="file" accept="image/*" capture="environment" hidden onChange={pick} />
    </div>
  );
}
