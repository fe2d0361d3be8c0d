import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { bytesText } from "@/lib/i18n/format.ts";
import type { ImageStorageWords } from "@/lib/i18n/types/images.ts";
import type { Language } from "@/lib/i18n/language.ts";
import type { ImageUsage } from "@/lib/protocol/calls.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";
import { type CallClient, CallError } from "@/web/connection/call_client.ts";

interface ImagesCardProps {
  calls: CallClient;
  text: ImageStorageWords;
  language: Language;
}

/** What the images of all conversations take on the server's disk. */
export function ImagesCard({ calls, text, language }: ImagesCardProps) {
  const id = useId();
  const usage = useSignal<ImageUsage | null>(null);
  const error = useSignal<TurnError | null>(null);
  useEffect(() => {
    calls.call("images.usage", {}).then((value) => usage.value = value, (reason) => {
      if (!(reason instanceof CallError)) throw reason;
      error.value = reason.error;
    });
  }, [calls]);
  return (
    <section class="field" aria-labelledby={id}>
      <h3 id={id}>{text.title}</h3>
      {usage.value !== null && <p>{text.usage(usage.value.count, ...bytesOf(usage.value, language))}</p>}
      <p class="hint">{text.about}</p>
      {error.value !== null && <p class="field-error" role="alert">{error.value.message}</p>}
    </section>
  );
}

function bytesOf({ bytes, most }: ImageUsage, language: Language): [string, string] {
  return [bytesText(bytes, language), bytesText(most, language)];
}
