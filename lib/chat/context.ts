/** What the language model is told of the conversation: as much of it as fits, the newest first. */
import { TokenCounter } from "./token_count.ts";
import type { ContextOptions, Insert } from "@/lib/characters/context_options.ts";
import type { ChatMessage } from "@/lib/providers/provider.ts";
import type { ContextUse } from "@/lib/protocol/calls.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";

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
 * has a part of its answer, that comes last, to be gone on with.
 */
export function messagesFor(turns: readonly TurnRecord[], options: ContextOptions): ChatMessage[] {
  const last = turns.at(-1);
  if (last === undefined) return [];
  return fit(turns.slice(0, -1), last, greeted(turns, options)).messages;
}

/**
 * The messages so far, oldest first, with the prompt that waits for its answer.
 *
 * @param greeting what the character says first, where the first turn does not tell
 */
export function messagesIn(turns: readonly TurnRecord[], greeting?: string): ChatMessage[] {
  const { past, prompt } = split(turns);
  const first = turns[0]?.greeting ?? greeting;
  return [
    ...(first === undefined ? [] : [{ role: "assistant" as const, content: first }]),
    ...past.filter(({ text }) => text !== "").flatMap(messagesOf),
    ...(prompt === undefined ? [] : [{ role: "user" as const, content: prompt }]),
  ];
}

/** The turns that are over, and the prompt that waits for its answer. */
function split(turns: readonly TurnRecord[]): { past: readonly TurnRecord[]; prompt?: string } {
  const last = turns.at(-1);
  const open = last?.text === "" && last.state !== "done" && last.state !== "failed";
  return open ? { past: turns.slice(0, -1), prompt: last.prompt } : { past: turns };
}

function messagesOf({ prompt, text }: TurnRecord): ChatMessage[] {
  return [{ role: "user", content: prompt }, { role: "assistant", content: text }];
}

/**
 * What the context holds after the last of `turns`, or while it is being answered.
 *
 * @param counted tokens that the model's server counted after the last of `turns`, where it did
 */
export function contextUse(turns: readonly TurnRecord[], options: ContextOptions, counted?: number): ContextUse {
  const { past, prompt } = split(turns);
  const asking = prompt === undefined ? undefined : { prompt, text: "" };
  const { messages, history } = fit(past, asking, greeted(turns, options));
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
  turn?: string;
  messages: ChatMessage[];
}

interface Fitted {
  /** All that is told, in order. */
  messages: ChatMessage[];
  /** What of the conversation is among them. */
  history: Exchange[];
}

/** With the greeting that the first turn was said to. */
function greeted([first]: readonly TurnRecord[], options: ContextOptions): ContextOptions {
  return first?.greeting === undefined ? options : { ...options, greeting: first.greeting };
}

function counter({ count }: ContextOptions): (messages: readonly ChatMessage[]) => number {
  return count ?? ((messages) => new TokenCounter().count(messages));
}

/** @param asking the prompt that waits for its answer, and what there is of that */
function fit(
  past: readonly TurnRecord[],
  asking: Pick<TurnRecord, "prompt" | "text"> | undefined,
  options: ContextOptions,
): Fitted {
  const { system, examples = [], greeting, reminder, inserts = [], budget } = options;
  const count = counter(options);
  const opening: ChatMessage[] = system === undefined ? [] : [{ role: "system", content: system }];
  if (count(examples) <= budget / 3) opening.push(...examples);
  const asked: ChatMessage[] = asking === undefined ? [] : [{ role: "user", content: asking.prompt }];
  // Before the prompt, whatever else is told there.
  const reminders: Insert[] = reminder === undefined
    ? []
    : [{ role: "system", content: reminder, depth: asked.length }];
  const told = [...inserts, ...reminders];

  const exchanges: Exchange[] = past.filter(({ text }) => text !== "")
    .map((turn) => ({ turn: turn.turn, messages: messagesOf(turn) }));
  if (greeting !== undefined) exchanges.unshift({ messages: [{ role: "assistant", content: greeting }] });
  const needed = count([...opening, ...told, ...asked]);
  const begun = begunAnswer(asking?.text ?? "", budget - needed, count);
  let left = budget - needed - count(begun);
  let first = exchanges.length;
  while (first > 0) {
    left -= count(exchanges[first - 1]!.messages);
    if (left < 0) break;
    first--;
  }
  const history = exchanges.slice(first);
  const messages = [...history.flatMap(({ messages }) => messages), ...asked];
  // Last of all, whatever else is told at the end: the model goes on with its own words.
  return { messages: [...opening, ...inserted(messages, told), ...begun], history };
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
