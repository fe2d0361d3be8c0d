import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Attachments } from "@/web/images/attachments.ts";
import { holdsCard, pickedFiles } from "@/web/settings/upload_files.ts";
import type { UploadStore } from "@/web/settings/upload_store.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import { Icon } from "@/web/components/Icon.tsx";

interface DropZoneProps {
  /** Takes avatars and characters; null where those are not the reader's to bring. */
  uploads: UploadStore | null;
  /** Takes images, those that are pasted as well. */
  attachments: Attachments;
  words: Words;
}

/** Takes in files dropped anywhere on the page, and shows that it would while some are held above it. */
export function DropZone({ uploads, attachments, words }: DropZoneProps) {
  const over = useSignal(false);

  useEffect(() => {
    const end = new AbortController();
    const { signal } = end;
    const takes = (event: DragEvent) => carriesFiles(event) && (uploads !== null || mayBeImages(event));
    const onOver = (event: DragEvent) => {
      if (!takes(event)) return;
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
      if (!takes(event) || event.dataTransfer === null) return;
      event.preventDefault();
      const { files } = event.dataTransfer;
      if (areImages(files)) void takeImages([...files], attachments, uploads);
      else void uploads?.drop(event.dataTransfer);
    }, { signal });
    document.addEventListener("paste", (event) => {
      const files = event.clipboardData?.files;
      if (files === undefined || !areImages(files) || document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      void attachments.add(files);
    }, { signal });
    return () => end.abort();
  }, [uploads, attachments]);

  return over.value ? <Overlay words={uploads === null ? words.images.drop : words.setup.drop} /> : null;
}

/** One picture may be a character card, which whoever may bring characters means by it. */
async function takeImages(files: File[], attachments: Attachments, uploads: UploadStore | null): Promise<void> {
  const [first] = files;
  if (uploads !== null && files.length === 1 && first !== undefined && await holdsCard(first)) {
    return await uploads.pick(pickedFiles([first]));
  }
  await attachments.add(files);
}

function areImages(files: FileList): boolean {
  return files.length > 0 && [...files].every(({ type }) => type.startsWith("image/"));
}

function Overlay({ words: drop }: { words: { title: string; text: string } }) {
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

/** Some browsers tell nothing of what is held above a page before it is let go. */
function mayBeImages({ dataTransfer }: DragEvent): boolean {
  return [...dataTransfer?.items ?? []].every(({ kind, type }) => kind === "file" && type.startsWith("image/"));
}
