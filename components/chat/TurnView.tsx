import { Component } from "preact";
import type { Turn } from "@/lib/client/conversation.ts";
import type { Words } from "@/lib/client/i18n.ts";
import { Failure } from "./Failure.tsx";

interface TurnViewProps {
  turn: Turn;
  name: string;
  words: Words;
  onRetry(turn: string): void;
  onEdit(turn: string): void;
}

/** What was said and what was answered. Drawn again only when its turn has changed, so a long conversation stays quick. */
export class TurnView extends Component<TurnViewProps> {
  override shouldComponentUpdate(next: TurnViewProps): boolean {
    return next.turn !== this.props.turn || next.words !== this.props.words;
  }

  render({ turn, name, words, onRetry, onEdit }: TurnViewProps) {
    const waiting = waitingText(turn, words);
    const live = turn.state === "streaming" || turn.state === "queued";
    return (
      <article class="turn" data-state={turn.state}>
        {turn.prompt !== "" && (
          <div class="message said">
            <h3 class="visually-hidden">{words.you}</h3>
            <p class="text">{turn.prompt}</p>
          </div>
        )}
        {waiting !== null && <p class="note">{waiting}</p>}
        {(turn.text !== "" || live) && (
          <div class="message answered" aria-busy={live}>
            <h3 class="visually-hidden">{name}</h3>
            {turn.text === "" ? <Dots label={words.thinking} /> : <p class="text">{turn.text}</p>}
          </div>
        )}
        {turn.reason === "cancelled" && <p class="note">{words.cancelled}</p>}
        {turn.reason === "length" && <p class="note">{words.cutShort}</p>}
        {turn.error !== undefined && (
          <Failure
            error={turn.error}
            words={words}
            onRetry={() => onRetry(turn.turn)}
            onEdit={turn.state === "unsent" ? () => onEdit(turn.turn) : null}
          />
        )}
      </article>
    );
  }
}

function waitingText(turn: Turn, words: Words): string | null {
  if (turn.error !== undefined) return null;
  if (turn.state === "unsent") return words.sending;
  return null;
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
