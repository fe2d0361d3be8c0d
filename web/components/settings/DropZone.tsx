import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { UploadStore } from "@/web/settings/upload_store.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import { Icon } from "@/web/components/Icon.tsx";

/** Takes in files dropped anywhere on the page, and shows that it would while some are held above it. */
export function DropZone({ uploads, words }: { uploads: UploadStore; words: Words }) {
  const over = useSignal(false);

  useEffect(() => {
    const end = new AbortController();
    const { signal } = end;
    const onOver = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "copy";
      over.value = true;
    };
    document.addEventListener("dragenter", onOver, { signal });
    document.addEventListener("dragover", onOver, { signal });
    document.addEventListener("dragleave", (event) => {
      // Within the page, it goes from one element to the next.
      if (event.relatedTarget === null) over.value = false;
    }, { signal });
    document.addEventListener("drop", (event) => {
      over.value = false;
      if (!carriesFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      void uploads.drop(event.dataTransfer);
    }, { signal });
    return () => end.abort();
  }, [uploads]);

  return over.value ? <Overlay words={words} /> : null;
}

function Overlay({ words: { setup: { drop } } }: { words: Words }) {
  const root = useRef<HTMLDivElement>(null);
  // Only as a popover it comes above an open dialog; browsers that know none show it below.
  useLayoutEffect(() => root.current?.showPopover?.(), []);
  return (
    <div class="drop-overlay" popover="manual" ref={root}>
      <div class="drop-card">
        <Icon name="save" />
        <p class="drop-title">{drop.title}</p>
        <p>{drop.text}</p>
      </div>
    </div>
  );
}

function carriesFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes("Files") ?? false;
}
