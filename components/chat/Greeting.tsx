import type { Words } from "@/lib/client/i18n.ts";
import { Answer } from "./Answer.tsx";

interface GreetingProps {
  name: string;
  /** What the character says first, where it has words of its own. */
  greeting: string | undefined;
  /** True when nothing has been said yet. */
  first: boolean;
  words: Words;
  /** Null until the page is alive. */
  onAsk: ((text: string) => void) | null;
}

/** How a conversation begins: with the character's own words, and with something to say for who does not know what. */
export function Greeting({ name, greeting, first, words, onAsk }: GreetingProps) {
  return (
    <>
      {greeting !== undefined && (
        <article class="turn">
          <div class="message answered">
            <h3 class="visually-hidden">{name}</h3>
            <Answer text={greeting} live={false} words={words} />
          </div>
        </article>
      )}
      {first && (
        <div class={greeting === undefined ? "greeting" : "greeting own-words"}>
          {greeting === undefined && (
            <>
              <p class="greeting-title">{words.greeting(name)}</p>
              <p>{words.invitation}</p>
            </>
          )}
          <ul>
            {words.suggestions.map((text) => (
              <li key={text}>
                <button type="button" disabled={onAsk === null} onClick={() => onAsk?.(text)}>{text}</button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
