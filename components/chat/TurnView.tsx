import { Component } from "preact";
import type { Turn } from "@/lib/client/conversation.ts";
import type { Words } from "@/lib/client/i18n.ts";
import { CopyButton } from "../CopyButton.tsx";
import { Answer } from "./Answer.tsx";
import { Failure } from "./Failure.tsx";
import { Thoughts } from "./Thoughts.tsx";

interface TurnViewProps {
  turn: Turn;
  name: string;
  words: Words;
  /** True while the server can be reached. */
  online: boolean;
  onRetry(turn: string): void;
  onEdit(turn: string): void;
}

/** What was said and what was answered. Drawn again only when its turn has changed, so a long conversation stays quick. */
export class TurnView extends Component<TurnViewProps> {
  override shouldComponentUpdate(next: TurnViewProps): boolean {
    const { turn, words, online } = this.props;
    return next.turn !== turn || next.words !== words || (turn.state === "unsent" && next.online !== online);
  }

  render({ turn, name, words, online, onRetry, onEdit }: TurnViewProps) {
    const { turn: id, prompt, text, thinking, state, reason, error } = turn;
    const live = state === "streaming" || state === "queued";
    return (
      <article class="turn" data-state={state}>
        {prompt !== "" && (
          <div class="message said">
            <h3 class="visually-hidden">{words.you}</h3>
            <p class="text">{prompt}</p>
          </div>
        )}
        {state === "unsent" && error === undefined && <p class="note">{online ? words.sending : words.notSent}</p>}
        {thinking !== "" && <Thoughts text={thinking} live={live && text === ""} words={words} />}
        {(text !== "" || (live && thinking === "")) && (
          <div class="row">
            <div class="message answered" aria-busy={live}>
              <h3 class="visually-hidden">{name}</h3>
              {text === "" ? <Dots label={words.thinking} /> : <Answer text={text} live={live} words={words} />}
            </div>
            {!live && <CopyButton text={text} words={words} />}
          </div>
        )}
        {reason === "cancelled" && <p class="note">{words.cancelled}</p>}
        {reason === "length" && <p class="note">{words.cutShort}</p>}
        {error !== undefined && (
          <Failure
            error={error}
            words={words}
            onRetry={() => onRetry(id)}
            onEdit={state === "unsent" ? () => onEdit(id) : null}
          />
        )}
      </article>
    );
  }
}

function Dots({ label }: { label: string }) {
  return (
    <p class="dots">
      <span class="visually-hidden">{label}</span>
      <span aria-hidden="true" />
      <span aria-hidden="true" />
      <span aria-hidden="true" />
    </p>
  );
}
