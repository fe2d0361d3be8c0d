import type { GreetingChoice } from "@/web/chat/conversation.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import { GREETING } from "@/web/voice/recital.ts";
import type { VoiceLink } from "@/web/voice/voice_link.ts";
import { Icon } from "@/web/components/Icon.tsx";
import { HearButton } from "./HearButton.tsx";
import { AssistantMessage } from "./AssistantMessage.tsx";

interface GreetingProps extends GreetingChoice {
  name: string;
  /** True when nothing has been said yet. */
  first: boolean;
  words: Words;
  /** Null until the page is alive. */
  onAsk: ((text: string) => void) | null;
  /** Chooses another greeting, from 0. Null until the page is alive. */
  onGreet: ((index: number) => void) | null;
  /** Null where nobody speaks. */
  voice: VoiceLink | null;
  /** Says it aloud. */
  onHear(): void;
}

/** How a conversation begins: with the character's own words, and with something to say for who does not know what. */
export function Greeting(props: GreetingProps) {
  const { name, greeting, index, count, first, words, onAsk, onGreet, voice, onHear } = props;
  return (
    <>
      {greeting !== undefined && (
        <article class="turn">
          <div class="message answered">
            <h3 class="visually-hidden">{name}</h3>
            <AssistantMessage
              text={greeting}
              live={false}
              prose
              words={words}
              {...voice !== null && { spoken: { turn: GREETING, voice, heard: undefined, withVoice: false } }}
            />
          </div>
          {voice !== null && (
            <div class="turn-tools">
              <HearButton label={words.voice.hear} onClick={onHear} />
            </div>
          )}
        </article>
      )}
      {count > 1 && <Choice index={index} count={count} words={words} onGreet={onGreet} />}
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

type ChoiceProps = Pick<GreetingProps, "index" | "count" | "words" | "onGreet">;

/** Leads round through the greetings, so that no button is ever switched off under the keyboard. */
function Choice({ index, count, words: { greetings }, onGreet }: ChoiceProps) {
  const step = (by: number, label: string) => (
    <button
      type="button"
      class={by < 0 ? "small-round back" : "small-round"}
      aria-label={label}
      title={label}
      disabled={onGreet === null}
      onClick={() => onGreet?.((index + by + count) % count)}
    >
      <Icon name="chevron" />
    </button>
  );
  return (
    <div class="greeting-choice" role="group" aria-label={greetings.choice}>
      {step(-1, greetings.previous)}
      <span role="status">
        <span class="visually-hidden">{greetings.place(index + 1, count)}</span>
        <span aria-hidden="true">{index + 1} / {count}</span>
      </span>
      {step(1, greetings.next)}
    </div>
  );
}
