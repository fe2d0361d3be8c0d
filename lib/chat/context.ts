/** What the language model is told of the conversation: as much of it as fits, the newest first. */
import { IMAGE_TOKENS, TokenCounter } from "./token_count.ts";
import type { ContextOptions, Insert } from "@/lib/characters/context_options.ts";
import type { ChatImage, ChatMessage } from "@/lib/providers/provider.ts";
import { MOST_IMAGES, type TurnImage } from "@/lib/protocol/images.ts";
import type { ContextUse } from "@/lib/protocol/calls.ts";
import type { StoredTurn } from "@/lib/store/store.ts";

/** So many characters of an answer are told to go on with in any case. */
const SHORTEST_END = 200;
/** Ollama's context length for a model that nobody asked for another, in tokens. */
const USUAL_CONTEXT = 4_096;
/** What is kept free for the answer, in tokens, of a context that is long enough. */
const ANSWER = 1_024;
/**
 * A server's count this many times less or more than ours was made of something else: a part of the prompt, thoughts.
 */
const PLAUSIBLE = 2;

/** Gives an image of a turn to be sent. */
export type ImageOf = (image: TurnImage, turn: StoredTurn) => ChatImage;

/** For counting alone. */
const uncalled: ImageOf = () => ({ read: () => Promise.resolve(undefined) });

/**
 * How many tokens of a context may be filled before the answer begins.
 *
 * @param contextLength of the model as it runs, in tokens; Ollama's usual one when it is not known
 * @param answer how long an answer may become, in tokens (`num_predict`), where that is limited
 */
export function contextBudget(contextLength: number = USUAL_CONTEXT, answer: number = ANSWER): number {
  const reserve = answer > 0 ? answer : ANSWER;
  return contextLength - Math.min(reserve, Math.floor(contextLength / 4));
}

/**
 * The messages for the last of `turns`, oldest first. Older turns that do not fit are left out whole;
 * the system text and the last prompt are always there. Turns without an answer are left out, too. Where the last one
 * has a part of its answer, that comes last, to be gone on with. With the last prompt go its images, and with what is
 * told before it the newest ones that there is room for: {@linkcode MOST_IMAGES} in all.
 */
export function messagesFor(
  turns: readonly StoredTurn[],
  options: ContextOptions,
  imageOf: ImageOf = uncalled,
): ChatMessage[] {
  const last = turns.at(-1);
  if (last === undefined) return [];
  return fit(turns.slice(0, -1).map(asHeard), last, greeted(turns, options), imageOf).messages;
}

/**
 * The messages so far, oldest first, with the prompt that waits for its answer.
 *
 * @param greeting what the character says first, where the first turn does not tell
 */
export function messagesIn(turns: readonly StoredTurn[], greeting?: string): ChatMessage[] {
  const { past, prompt } = split(turns);
  const first = turns[0]?.greeting ?? greeting;
  return [
    ...(first === undefined ? [] : [{ role: "assistant" as const, content: first }]),
    ...past.filter(({ text }) => text !== "").flatMap(messagesOf),
    ...(prompt === undefined ? [] : [{ role: "user" as const, content: prompt }]),
  ];
}

/** The turns that are over, and the prompt that waits for its answer. */
function split(turns: readonly StoredTurn[]): { past: readonly StoredTurn[]; prompt?: string } {
  const last = turns.at(-1);
  const open = last?.text === "" && last.state !== "done" && last.state !== "failed";
  return open ? { past: turns.slice(0, -1).map(asHeard), prompt: last.prompt } : { past: turns.map(asHeard) };
}

/** A turn with no more of its answer than was heard: what nobody has heard was not said. */
function asHeard(turn: StoredTurn): StoredTurn {
  return turn.heard === undefined ? turn : { ...turn, text: turn.text.slice(0, turn.heard).trimEnd() };
}

function messagesOf({ prompt, text }: StoredTurn): ChatMessage[] {
  return [{ role: "user", content: prompt }, { role: "assistant", content: text }];
}

/**
 * What the context holds after the last of `turns`, or while it is being answered.
 *
 * @param counted tokens that the model's server counted after the last of `turns`, where it did
 */
export function contextUse(turns: readonly StoredTurn[], options: ContextOptions, counted?: number): ContextUse {
  const { past, prompt } = split(turns);
  const asking = prompt === undefined ? undefined : { ...turns.at(-1)!, text: "" };
  const { messages, history } = fit(past, asking, greeted(turns, options), uncalled);
  const told = history.filter(({ turn }) => turn !== undefined).length;
  const asked = prompt === undefined ? 0 : 1;
  const estimate = counter(options)(messages);
  const exact = counted !== undefined && counted > estimate / PLAUSIBLE && counted < estimate * PLAUSIBLE;
  return {
    used: exact ? counted : estimate,
    exact,
    budget: options.budget,
    turnsTold: told + asked,
    turns: past.filter(({ text }) => text !== "").length + asked,
    ...(options.lore !== undefined && { lore: options.lore }),
  };
}

interface Exchange {
  /** Undefined for the greeting. */
  turn?: StoredTurn;
  messages: ChatMessage[];
}

interface Fitted {
  /** All that is told, in order. */
  messages: ChatMessage[];
  /** What of the conversation is among them. */
  history: Exchange[];
}

/** With the greeting that the first turn was said to. */
function greeted([first]: readonly StoredTurn[], options: ContextOptions): ContextOptions {
  return first?.greeting === undefined ? options : { ...options, greeting: first.greeting };
}

function counter({ count }: ContextOptions): (messages: readonly ChatMessage[]) => number {
  return count ?? ((messages) => new TokenCounter().count(messages));
}

/** @param asking the prompt that waits for its answer, and what there is of that */
function fit(
  past: readonly StoredTurn[],
  asking: StoredTurn | undefined,
  options: ContextOptions,
  imageOf: ImageOf,
): Fitted {
  const { system, examples = [], greeting, reminder, inserts = [], budget } = options;
  const count = counter(options);
  const opening: ChatMessage[] = system === undefined ? [] : [{ role: "system", content: system }];
  if (count(examples) <= budget / 3) opening.push(...examples.map((one) => ({ ...one, example: true as const })));
  const asked: ChatMessage[] = asking === undefined ? [] : [shown(asking, imageOf)];
  // Before the prompt, whatever else is told there.
  const reminders: Insert[] = reminder === undefined
    ? []
    : [{ role: "system", content: reminder, depth: asked.length }];
  const told = [...inserts, ...reminders];

  const exchanges: Exchange[] = past.filter(({ text }) => text !== "")
    .map((turn) => ({ turn, messages: messagesOf(turn) }));
  if (greeting !== undefined) exchanges.unshift({ messages: [{ role: "assistant", content: greeting }] });
  const needed = count([...opening, ...told, ...asked]);
  const begun = begunAnswer(asking?.text ?? "", budget - needed, count);
  let left = budget - needed - count(begun);
  let first = exchanges.length;
  while (first > 0) {
    const cost = count(exchanges[first - 1]!.messages);
    if (cost > left) break;
    left -= cost;
    first--;
  }
  const shownNow = asking?.images?.length ?? 0;
  const history = illustrated(exchanges.slice(first), { most: MOST_IMAGES - shownNow, left }, imageOf);
  const messages = [...history.flatMap(({ messages }) => messages), ...asked];
  // Last of all, whatever else is told at the end: the model goes on with its own words.
  return { messages: [...opening, ...inserted(messages, told), ...begun], history };
}

/** A turn's prompt with what it shows. */
function shown(turn: StoredTurn, imageOf: ImageOf): ChatMessage {
  const { prompt: content, images = [] } = turn;
  return { role: "user", content, ...(images.length > 0 && { images: images.map((image) => imageOf(image, turn)) }) };
}

/**
 * Exchanges with the images of the newest of them: those of a turn all or none.
 *
 * @param room how many images, and the tokens that are left
 */
function illustrated(
  exchanges: Exchange[],
  { most, left }: { most: number; left: number },
  imageOf: ImageOf,
): Exchange[] {
  return exchanges.toReversed().map((exchange) => {
    const { turn, messages: [, answer] } = exchange;
    const count = turn?.images?.length ?? 0;
    if (turn === undefined || answer === undefined || count === 0) return exchange;
    if (count > most || count * IMAGE_TOKENS > left) {
      most = 0;
      return exchange;
    }
    most -= count;
    left -= count * IMAGE_TOKENS;
    return { turn, messages: [shown(turn, imageOf), answer] };
  }).toReversed();
}

/** The answer so far as the message to go on with: of one that is too long for the context, as much of its end as fits. */
function begunAnswer(text: string, budget: number, count: (messages: readonly ChatMessage[]) => number): ChatMessage[] {
  const messageOf = (text: string): ChatMessage[] => text === "" ? [] : [{ role: "assistant", content: text }];
  let end = text;
  while (end.length > SHORTEST_END && count(messageOf(end)) > budget) {
    // Never from the middle of a character.
    end = end.slice(Math.ceil(end.length / 8)).replace(/^[\uDC00-\uDFFF]/, "");
  }
  return messageOf(end);
}

/** Messages with others among them. */
function inserted(messages: readonly ChatMessage[], inserts: readonly Insert[]): ChatMessage[] {
  const at = (depth: number) => Math.max(0, messages.length - Math.floor(depth));
  const before = (index: number) =>
    inserts.filter(({ depth }) => at(depth) === index).map(({ role, content }): ChatMessage => ({ role, content }));
  return [...messages.flatMap((message, index) => [...before(index), message]), ...before(messages.length)];
}
