import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { copyText } from "@/web/browser/clipboard.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import { dimUnheard } from "@/web/voice/unheard.ts";
import { formatter } from "@/web/markdown/load.ts";
import type { MarkdownView } from "@/web/markdown/view.ts";
import type { VoiceLink } from "@/web/voice/voice_link.ts";

const COPIED_MS = 1600;

/** What is heard of an answer. */
export interface Spoken {
  turn: string;
  voice: VoiceLink;
  /** How much of it was heard before it was cut short, UTF-16 units; undefined where nothing was cut. */
  heard: number | undefined;
  /** Whether its text comes with the voice, where it is said aloud. */
  withVoice: boolean;
}

interface AssistantMessageProps {
  text: string;
  /** True while the text may grow. */
  live: boolean;
  /** True for words that were written as a story, such as a greeting. */
  prose?: boolean;
  words: Words;
  /** Absent where nobody says it. */
  spoken?: Spoken;
}

/** A message of the character, as Markdown; as plain text until the formatter is loaded. */
export function AssistantMessage({ text: whole, live, prose = false, words, spoken }: AssistantMessageProps) {
  const hearing = spoken?.withVoice ? spoken.voice.hearing.value : null;
  const isHeard = hearing !== null && hearing.turn === spoken?.turn;
  const text = isHeard ? whole.slice(0, hearing.sentence?.to ?? hearing.to) : whole;
  const source = useRef(text);
  source.current = text;
  const root = useRef<HTMLDivElement>(null);
  const view = useRef<MarkdownView | null>(null);
  const loaded = formatter.value;

  useLayoutEffect(() => {
    if (loaded === null || root.current === null) return;
    const made = new loaded.MarkdownView(root.current, { words, prose });
    view.current = made;
    return () => made.dispose();
  }, [loaded, prose, words]);

  useLayoutEffect(() => view.current?.update(text, !live && !isHeard));

  useEffect(() => {
    if (loaded === null || root.current === null || spoken === undefined) return;
    return spoken.voice.lightWords(root.current, spoken.turn, () => source.current);
  }, [loaded, spoken?.voice, spoken?.turn]);

  useEffect(() => {
    if (loaded === null || root.current === null || live || spoken?.heard === undefined) return;
    dimUnheard(root.current, text, spoken.heard, words.voice.unheard);
  }, [loaded, live, text, spoken?.heard, words]);

  async function onClick(event: Event) {
    const large = loaded?.contentToEnlarge(event);
    if (large) return loaded?.showEnlarged(large, { title: words.enlarged, close: words.close });
    const found = loaded?.codeToCopy(event);
    if (!found || !await copyText(found.code)) return;
    found.button.textContent = words.copied;
    setTimeout(() => found.button.textContent = words.copy, COPIED_MS);
  }

  if (loaded === null) return <p class="text" dir="auto">{text}</p>;
  // The keyboard reaches the buttons inside by themselves; this only listens.
  return <div class="formatted" ref={root} onClick={onClick} />;
}
