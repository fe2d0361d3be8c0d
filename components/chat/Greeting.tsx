import type { Words } from "@/lib/client/i18n.ts";

interface GreetingProps {
  name: string;
  words: Words;
  /** Null until the page is alive. */
  onAsk: ((text: string) => void) | null;
}

/** What an empty conversation shows. */
export function Greeting({ name, words, onAsk }: GreetingProps) {
  return (
    <div class="greeting">
      <p class="greeting-title">{words.greeting(name)}</p>
      <p>{words.invitation}</p>
      <ul>
        {words.suggestions.map((text) => (
          <li key={text}>
            <button type="button" disabled={onAsk === null} onClick={() => onAsk?.(text)}>{text}</button>
          </li>
        ))}
      </ul>
    </div>
  );
}
