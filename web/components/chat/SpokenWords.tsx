import type { Words } from "@/lib/i18n/types/page.ts";
import type { Turn } from "@/web/chat/conversation.ts";
import type { MicrophoneStore } from "@/web/hearing/microphone_store.ts";

interface SpokenWordsProps {
  store: MicrophoneStore;
  turns: readonly Turn[];
  words: Words;
}

/** What is being said, as far as it has been understood, where it will stand as a message. */
export function SpokenWords({ store, turns, words }: SpokenWordsProps) {
  const transcript = store.transcript.value;
  if (transcript === null || store.isTrial.value) return null;
  const { text, turn, final } = transcript;
  if (text === "" || turns.some((known) => known.turn === turn)) return null;
  return (
    <div class="row own">
      <div class="message said growing" aria-busy={!final}>
        <h3 class="visually-hidden">{words.you}</h3>
        <p class="text" dir="auto">{text}</p>
      </div>
    </div>
  );
}
