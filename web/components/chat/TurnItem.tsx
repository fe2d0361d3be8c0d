import { Component } from "preact";
import { brokeOff } from "@/lib/protocol/v2.ts";
import { hasBegun, type Turn } from "@/web/chat/conversation.ts";
import { guessHeight, isHeld, watchNear } from "@/web/chat/near_screen.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { VoiceLink } from "@/web/voice/voice_link.ts";
import { CopyButton } from "@/web/components/CopyButton.tsx";
import { Icon } from "@/web/components/Icon.tsx";
import { AssistantMessage } from "./AssistantMessage.tsx";
import { HearButton } from "./HearButton.tsx";
import { Failure } from "./Failure.tsx";
import { UserMessage } from "./UserMessage.tsx";
import { Thinking } from "./Thinking.tsx";

interface TurnItemProps {
  turn: Turn;
  name: string;
  words: Words;
  /** True while the server can be reached. */
  online: boolean;
  /** True for the newest turn. */
  last: boolean;
  /** True for the newest few, which are drawn wherever they are. */
  recent: boolean;
  /** Goes on with an answer that broke off. */
  onContinue(turn: string): void;
  onRetry(turn: string): void;
  onEdit(turn: string): void;
  /** Asks `text` instead, and drops what follows. Rejects, with a `CallError`, when the server does not take it. */
  onAsk(turn: string, text: string): Promise<void>;
  onRegenerate(turn: string): void;
  /** Null where nobody speaks. */
  voice: VoiceLink | null;
  /** Whether the text of what is said comes with the voice. */
  withVoice: boolean;
  /** Says the answer aloud again. */
  onReplay(turn: string): void;
}

interface TurnItemState {
  /** True while the turn is near what is seen of the conversation. */
  near: boolean;
}

/**
 * A turn: the reader's message and the character's. Drawn only near the screen, and again only when its turn has changed: a long
 * conversation stays quick. Elsewhere it is an empty box as tall as it was.
 */
export class TurnItem extends Component<TurnItemProps, TurnItemState> {
  override state: TurnItemState = { near: false };
  #element: HTMLElement | null = null;
  #height: number | undefined;
  #unwatch: (() => void) | undefined;

  override componentDidMount(): void {
    const element = this.#element;
    const box = element?.closest(".log");
    if (!element || !box) return;
    this.#unwatch = watchNear(element, box, (near, height) => {
      if (near) return this.setState({ near });
      if (isHeld(element)) return;
      if (this.state.near || this.props.recent) this.#height = height;
      this.setState({ near });
    });
  }

  override componentWillUnmount(): void {
    this.#unwatch?.();
  }

  override shouldComponentUpdate(next: TurnItemProps, { near }: TurnItemState): boolean {
    const { turn, name, words, online, last, recent, voice, withVoice } = this.props;
    if (next.voice !== voice || next.withVoice !== withVoice) return true;
    if (near !== this.state.near || next.recent !== recent) return true;
    return next.turn !== turn || next.name !== name || next.words !== words || next.last !== last ||
      (next.online !== online && (turn.state === "unsent" || (last && brokeOff(turn)) || voice !== null));
  }

  render(props: TurnItemProps, { near }: TurnItemState) {
    const { turn, recent } = props;
    const drawn = near || recent || turn.state === "streaming" || turn.state === "queued";
    const style = drawn ? undefined : { minBlockSize: `${this.#height ?? guessHeight(turn)}px` };
    return (
      <article
        class="turn"
        data-state={turn.state}
        style={style}
        ref={(element) => void (this.#element = element)}
      >
        {drawn && this.#content(props)}
      </article>
    );
  }

  #content(props: TurnItemProps) {
    const { turn, name, words, online, last, voice, withVoice } = props;
    const { onContinue, onRetry, onEdit, onAsk, onRegenerate, onReplay } = props;
    const { turn: id, prompt, text, thinking, state, reason, error, heard } = turn;
    const live = state === "streaming" || state === "queued";
    const answered = text.trim() !== "" || (live && thinking === "");
    const more = last && brokeOff(turn)
      ? <ContinueButton words={words} disabled={!online} onClick={() => onContinue(id)} />
      : null;
    return (
      <>
        {prompt !== "" && (
          <UserMessage
            text={prompt}
            images={turn.images}
            words={words}
            followed={!last || text !== ""}
            onAsk={state === "unsent" ? null : (text) => onAsk(id, text)}
          />
        )}
        {state === "unsent" && error === undefined && <p class="note">{online ? words.sending : words.notSent}</p>}
        {thinking !== "" && <Thinking text={thinking} live={live && text === ""} words={words} />}
        {answered && (
          <div class="message answered" aria-busy={live}>
            <h3 class="visually-hidden">{name}</h3>
            {text !== "" && (
              <AssistantMessage
                text={text}
                live={live}
                words={words}
                {...voice !== null && { spoken: { turn: id, voice, heard, withVoice } }}
              />
            )}
            {live && !hasBegun(turn) && <Dots label={words.thinking} />}
          </div>
        )}
        {turn.standsIn !== undefined && text !== "" && (
          <p class="note">{words.answeredBy(turn.standsIn, turn.model ?? "")}</p>
        )}
        {turn.images?.some(({ unseen }) => unseen) && text !== "" && <p class="note">{words.images.unseen}</p>}
        {reason === "cancelled" && <p class="note">{words.cancelled}</p>}
        {reason === "length" && text.trim() !== "" && <p class="note">{words.cutShort}</p>}
        {error === undefined && more}
        {state === "done" && reason !== "cancelled" && text.trim() === "" && (
          <p class="note">{words.noAnswer[whyNothing(turn)]}</p>
        )}
        {/* While an answer grows its tools are not there, but their room is: nothing jumps at the end. */}
        {(answered || state === "done") && (
          <div class="turn-tools">
            {!live && text !== "" && <CopyButton text={text} words={words} />}
            {!live && voice !== null && text.trim() !== "" && online && (
              <HearButton
                label={words.voice.replay}
                onClick={() => onReplay(id)}
              />
            )}
            {last && state === "done" && (
              <button
                type="button"
                class="small-round"
                aria-label={words.turns.regenerate}
                title={words.turns.regenerate}
                onClick={() => onRegenerate(id)}
              >
                <Icon name="again" />
              </button>
            )}
          </div>
        )}
        {error !== undefined && (
          <Failure
            error={error}
            words={words}
            onRetry={() => onRetry(id)}
            onEdit={state === "unsent" ? () => onEdit(id) : null}
          >
            {more}
          </Failure>
        )}
      </>
    );
  }
}

function ContinueButton({ words, ...rest }: { words: Words; disabled: boolean; onClick(): void }) {
  return (
    <button {...rest} type="button" class="pill continue">
      <Icon name="continue" />
      {words.continue}
    </button>
  );
}

function whyNothing({ thinking, reason }: Turn): keyof Words["noAnswer"] {
  if (thinking === "") return "nothing";
  return reason === "length" ? "thoughtTooLong" : "onlyThoughts";
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
