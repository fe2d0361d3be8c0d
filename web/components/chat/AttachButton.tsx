import type { Words } from "@/lib/i18n/types/page.ts";
import type { Attachments } from "@/web/images/attachments.ts";
import { RoundButton } from "@/web/components/RoundButton.tsx";

interface AttachButtonProps {
  /** Null until the page is alive. */
  attachments: Attachments | null;
  words: Words;
}

/** Shows the ways to attach an image, and hides them. */
export function AttachButton({ attachments, words }: AttachButtonProps) {
  const choosing = attachments?.choosing.value ?? false;
  return (
    <RoundButton
      icon="image"
      label={words.images.attach}
      class="attach"
      aria-expanded={choosing}
      disabled={attachments === null}
      onClick={() => attachments !== null && (attachments.choosing.value = !choosing)}
    />
  );
}
