/** What one generation of the stub does: what it says, when, in which pieces, and how it ends. */
import { type Api, line, type LineContent, metrics, usageLine } from "./wire.ts";

export interface Knobs {
  // What it says.
  /** The text, split into words; or its pieces, one a line; or made from the prompt. Default: an echo of the prompt. */
  answer?: string | string[] | ((prompt: string) => string | string[]);
  /** So many synthetic tokens instead of `answer`, from lines made beforehand. */
  tokens?: number;
  /** The text of every synthetic token is the moment of its writing, in milliseconds since the epoch, and a blank. */
  stamp?: boolean;
  /** Pieces of thinking, on lines of their own before the text. */
  thinking?: string[];
  /** The first piece of text shares its line with the last piece of thinking. */
  thinkingWithText?: boolean;
  toolCalls?: unknown[];
  /** Tool calls come on a line before the final one. */
  toolCallsEarly?: boolean;
  /** Text on the final line. */
  doneText?: string;
  /** "" leaves the field out. Default "stop". */
  doneReason?: string;
  /** Default true. */
  metrics?: boolean;
  /** Tokens of a text, as the metrics count them. Default: a word is one; of an answer, a line. */
  tokensOf?: (text: string) => number;
  /** Token list of a final generate line. Default a short one; [] leaves it out. */
  context?: number[];
  /** Further fields on every line. */
  extra?: Record<string, unknown>;
  /** `model` in the lines, where it differs from the request. */
  replyModel?: string;
  /** The body's lines as they stand, without line feeds, instead of everything above. */
  lines?: string[];

  // In OpenAI's tongue alone.
  /** The field for thoughts. Default "reasoning_content". */
  thinkingAs?: "reasoning_content" | "reasoning";
  /** False: no `[DONE]` at the end. */
  doneWord?: boolean;
  /** A comment before each event, as those send who keep a line open. */
  comments?: boolean;
  /** Each event on several lines. */
  spread?: boolean;
  /** A whole answer although a stream is asked for. */
  whole?: boolean;
  /** Refuses requests for the counts, as those do who do not know them. */
  refusesUsage?: boolean;

  // When.
  /** Silence before the headers, in milliseconds. */
  firstByteMs?: number;
  /** Silence before the headers until this settles: for tests that must not depend on time. */
  hold?: Promise<unknown>;
  /** Lines a second, on a schedule that does not drift. 0, the default, is as fast as the client reads. */
  rate?: number;
  /** After so many lines nothing more comes and the socket stays open. */
  stallAfter?: number;

  // In which pieces.
  /** Offsets into the body at which an HTTP chunk ends, instead of one chunk a line. */
  cuts?: number[];
  /** A chunk for every so many bytes. */
  cutEvery?: number;
  /** So many lines in one chunk. */
  coalesce?: number;
  /** What ends a line. Default LF, or a blank line behind it where events are sent. */
  newline?: string;
  /** False: the last line has no line feed. */
  finalNewline?: boolean;

  // How it ends.
  /** A whole answer of this status instead of a stream. With `error` its body is Ollama's, else `body`. */
  status?: number;
  body?: string;
  contentType?: string;
  headers?: Record<string, string>;
  /** An error line: after `errorAfter` lines at status 200, or the whole answer with `status`. */
  error?: unknown;
  errorAfter?: number;
  /** A clean end after so many lines, without the final one. */
  endAfter?: number;
  /** Hangs up without the terminator after so many lines, or bytes of the body. */
  destroyAfter?: number;
  destroyAfterBytes?: number;
  /** Hangs up before any byte of an answer. */
  hangUp?: boolean;
  /** Bytes after the final line. */
  trailing?: string;
  /** The body's end never comes after the final line. */
  staysOpen?: boolean;
}

const SYNTHETIC = [
  " the",
  " quick",
  " brown",
  " fox",
  " jumps",
  " over",
  " a",
  " lazy",
  " dog",
  ",",
  " then",
  " naps.",
];

/** Splits a text into pieces as a model would: a word with the blank before it. */
export function words(text: string): string[] {
  return text.match(/\s*\S+|\s+$/gu) ?? [];
}

export function synthetic(index: number): string {
  return SYNTHETIC[index % SYNTHETIC.length] ?? "";
}

/** All lines of an answer, without line feeds and before any knob cuts them short. */
export function linesOf(
  api: Api,
  model: string,
  { prompt, told, usage = false }: { prompt: string; told: string; usage?: boolean },
  knobs: Knobs,
): string[] {
  if (knobs.lines !== undefined) return knobs.lines;
  const { extra, replyModel = model, tokensOf, thinkingAs } = knobs;
  const pieces = textOf(prompt, knobs);
  const contents: LineContent[] = [];
  for (const thinking of knobs.thinking ?? []) {
    contents.push({ model: replyModel, text: "", thinking, thinkingAs, extra });
  }
  const last = contents.at(-1);
  const output = tokensOf?.([...knobs.thinking ?? [], ...pieces].join("")) ?? pieces.length;
  if (knobs.thinkingWithText === true && last !== undefined) last.text = pieces.shift() ?? "";
  for (const text of pieces) contents.push({ model: replyModel, text, extra });
  if (knobs.toolCallsEarly === true) contents.push({ model: replyModel, text: "", toolCalls: knobs.toolCalls, extra });
  contents.push({
    model: replyModel,
    text: knobs.doneText ?? "",
    toolCalls: knobs.toolCallsEarly === true ? undefined : knobs.toolCalls,
    extra,
    done: {
      reason: knobs.doneReason ?? "stop",
      context: knobs.context ?? [151644, 872, 198],
      ...(knobs.metrics === false ? {} : { metrics: metrics(tokensOf?.(told) ?? words(told).length, output) }),
    },
  });
  const lines = contents.map((content, index) => line(api, content, index));
  if (api !== "openai") return lines;
  const counts = { promptTokens: tokensOf?.(told) ?? words(told).length, outputTokens: output };
  if (usage && knobs.metrics !== false) lines.push(usageLine(replyModel, counts));
  if (knobs.doneWord !== false) lines.push("data: [DONE]");
  return lines.map((one) => dressed(one, knobs));
}

/** An event with what else its server writes, or cut into lines that are all one event. */
function dressed(event: string, { comments = false, spread = false }: Knobs): string {
  const cut = spread ? event.replace(/,"choices":/, ',\ndata: "choices":') : event;
  return comments ? `: still here\nevent: message\n${cut}` : cut;
}

/** The pieces of an answer. */
export function textOf(prompt: string, { answer, tokens }: Knobs): string[] {
  if (tokens !== undefined) return Array.from({ length: tokens }, (_, index) => synthetic(index));
  const said = typeof answer === "function" ? answer(prompt) : answer ?? `You said: ${prompt}`;
  return typeof said === "string" ? words(said) : [...said];
}
