/** The conversation as this page knows it, and how each frame changes it. Pure: no clock, no socket, no screen. */
import { markUnseen, type TurnImage } from "@/lib/protocol/images.ts";
import type { CharacterInfo, ClientFrame, ServerFrame, Status, TurnError, TurnRecord } from "@/lib/protocol/v2.ts";

/** A turn of the conversation. `unsent`: written here, not confirmed by the server yet; with `error`, refused by it. */
export type Turn = Omit<TurnRecord, "state"> & {
  state: TurnRecord["state"] | "unsent";
  /** How long the text was when its answer was gone on with, UTF-16 units. */
  continuedFrom?: number;
};

export interface ConversationState {
  session: string | null;
  /** The last `seq` taken in. */
  seq: number;
  /** Oldest first. A turn that changes is replaced, never written to. */
  turns: readonly Turn[];
  status: Status | null;
  /** Null until the server has said it, and where the language model is itself. */
  character: CharacterInfo | null;
  /** A failure that belongs to no turn. */
  notice: TurnError | null;
}

/** The greeting that the conversation begins with, and the choice of others. */
export interface GreetingChoice {
  /** Undefined where it has no words of its own. */
  greeting: string | undefined;
  /** Which of `count` greetings that is, from 0. */
  index: number;
  /** How many there are to choose from; 0 once the conversation has begun. */
  count: number;
}

export const EMPTY_CONVERSATION: ConversationState = {
  session: null,
  seq: 0,
  turns: [],
  status: null,
  character: null,
  notice: null,
};

/**
 * How a page comes back to its conversation.
 *
 * @param session the newest one, which another tab may have been given
 */
export function helloOf(now: ConversationState, session: string | null): ClientFrame & { type: "hello" } {
  const known = session ?? now.session;
  if (known === null) return { type: "hello" };
  return { type: "hello", session: known, ...(known === now.session && { after: now.seq }) };
}

/**
 * Takes in one frame. A frame seen before, by its `seq`, changes nothing, so a replay is safe.
 */
export function applyFrame(now: ConversationState, frame: ServerFrame): ConversationState {
  if ("seq" in frame && frame.seq !== undefined && frame.type !== "welcome") {
    if (frame.seq <= now.seq) return now;
    now = { ...now, seq: frame.seq };
  }
  switch (frame.type) {
    case "welcome":
      return welcome(now, frame);
    case "queued":
      return changeTurn(now, frame.turn, ({ reason: _reason, error: _error, ...turn }) => ({
        ...turn,
        prompt: frame.text,
        state: "queued",
        ...(turn.text !== "" && { continuedFrom: turn.text.length }),
        ...(frame.greeting !== undefined && { greeting: frame.greeting }),
        ...(frame.images !== undefined && { images: frame.images }),
      }));
    case "start":
      return changeTurn(now, frame.turn, (turn) => ({
        ...turn,
        state: "streaming",
        provider: frame.provider,
        model: frame.model,
        ...(frame.standsIn !== undefined && { standsIn: frame.standsIn }),
        ...(turn.images && { images: markUnseen(turn.images, frame.unseen) }),
      }));
    case "chunk":
      return changeTurn(now, frame.turn, (turn) => ({ ...turn, text: turn.text + frame.data }));
    case "thinking":
      return changeTurn(now, frame.turn, (turn) => ({ ...turn, thinking: turn.thinking + frame.data }));
    case "heard":
      return changeTurn(now, frame.turn, (turn) => ({ ...turn, heard: frame.heard }));
    case "end":
      return changeTurn(now, frame.turn, (turn) => ({ ...turn, state: "done", reason: frame.reason }));
    case "error":
      return failed(now, frame);
    case "recovered":
      return now.notice?.code === frame.code ? { ...now, notice: null } : now;
    case "status": {
      const { type: _, ...status } = frame;
      return { ...now, status };
    }
    case "character":
      return { ...now, character: frame.character ?? null };
    case "emotion":
    case "sentence":
    case "speech":
    case "ping":
    case "result":
    case "progress":
    case "refused":
    case "avatar":
    case "listening":
    case "activity":
    case "transcript":
    case "interruption":
      return now;
  }
}

/** A prompt written here, before the server knows of it. */
export function addUnsent(
  now: ConversationState,
  turn: string,
  prompt: string,
  images: readonly TurnImage[] = [],
): ConversationState {
  if (now.turns.some((known) => known.turn === turn)) return now;
  const shown = images.length === 0 ? {} : { images: [...images] };
  return { ...now, turns: [...now.turns, { turn, prompt, ...shown, text: "", thinking: "", state: "unsent" }] };
}

/** @param chosen which of the character's greetings the reader wants to begin with, from 0 */
export function greetingChoice({ turns: [first], character }: ConversationState, chosen = 0): GreetingChoice {
  const { greeting, otherGreetings = [] } = character ?? {};
  const greetings = greeting === undefined ? [] : [greeting, ...otherGreetings];
  // One that is not there was another character's.
  const index = chosen < greetings.length ? chosen : 0;
  return { greeting: first?.greeting ?? greetings[index], index, count: first === undefined ? greetings.length : 0 };
}

/** Takes a turn out of view. */
export function withoutTurn(now: ConversationState, turn: string): ConversationState {
  return { ...now, turns: now.turns.filter((known) => known.turn !== turn) };
}

/** The turn whose text comes. */
export function streamingTurn(turns: readonly Turn[]): Turn | undefined {
  return turns.findLast((turn) => turn.state === "streaming");
}

/** What the character does by the turns; null where it waits for the reader. */
export function activityOf(turns: readonly Turn[]): "speaking" | "thinking" | null {
  const current = currentTurn(turns);
  if (current?.state === "streaming" && hasBegun(current)) return "speaking";
  return current !== undefined && current.state !== "unsent" ? "thinking" : null;
}

/** The turn that is being answered, or the first one that waits for its answer. */
export function currentTurn(turns: readonly Turn[]): Turn | undefined {
  return turns.find((turn) => turn.state === "streaming") ??
    turns.find((turn) => turn.state === "queued" || (turn.state === "unsent" && turn.error === undefined));
}

/** Whether the words of an answer that is being made have begun to come. */
export function hasBegun({ text, continuedFrom = 0 }: Turn): boolean {
  return text.length > continuedFrom;
}

/**
 * Turns worth showing: one that failed without a word, and was then asked again in the same words, is left out.
 */
export function visibleTurns(turns: readonly Turn[]): Turn[] {
  return turns.filter((turn, i) =>
    !(turn.state === "failed" && turn.text === "" && turns[i + 1]?.prompt === turn.prompt)
  );
}

function welcome(now: ConversationState, frame: ServerFrame & { type: "welcome" }): ConversationState {
  const { session, status, character = null } = frame;
  // The missed frames follow one by one, so `seq` stays where it is.
  if (frame.resumed) return { ...now, session, status, character, notice: null };
  const known = new Set(frame.history.map((turn) => turn.turn));
  const unsent = now.turns.filter((turn) => turn.state === "unsent" && !known.has(turn.turn));
  return { session, status, character, seq: frame.seq, turns: [...frame.history, ...unsent], notice: null };
}

function failed(now: ConversationState, frame: ServerFrame & { type: "error" }): ConversationState {
  const error: TurnError = { code: frame.code, message: frame.message };
  if (frame.hint !== undefined) error.hint = frame.hint;
  if (frame.server !== undefined) error.server = frame.server;
  if (frame.retryAfter !== undefined) error.retryAfter = frame.retryAfter;
  if (frame.turn === undefined) return { ...now, notice: error };
  if (frame.seq !== undefined) return changeTurn(now, frame.turn, (turn) => ({ ...turn, state: "failed", error }));
  // Without a number the prompt was refused: the server does not know the turn, so it stays unsent.
  const refused = now.turns.some((turn) => turn.turn === frame.turn && turn.state === "unsent");
  // One that goes down is no reason to give up: the prompt goes out again to the next one.
  if (!refused || frame.code === "shutting_down") return { ...now, notice: error };
  return changeTurn(now, frame.turn, (turn) => ({ ...turn, error }));
}

/** Replaces a turn; one that is not known yet is made, for text is never thrown away. */
function changeTurn(now: ConversationState, id: string, edit: (turn: Turn) => Turn): ConversationState {
  // The turn that changes is nearly always the last one.
  const at = now.turns.findLastIndex((turn) => turn.turn === id);
  const old = now.turns[at];
  if (old !== undefined) {
    const turns = now.turns.slice();
    turns[at] = edit(old);
    return { ...now, turns };
  }
  return { ...now, turns: [...now.turns, edit({ turn: id, prompt: "", text: "", thinking: "", state: "queued" })] };
}
