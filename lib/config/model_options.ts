/**
 * The options of a language model's server that have a name and a range here, so that pages can offer them. Every other
 * one that its documentation has may stand beside them in the file, and is handed on as it is.
 */
import { z } from "zod";

/** What can be told to every kind of server, by OpenAI's protocol too. */
const COMMON = {
  temperature: within(0, 5, "How freely words are chosen: 0 takes the likeliest, more is more surprising."),
  top_p: within(0, 1, "Takes only the likeliest words that together have this share of the chances."),
  presence_penalty: within(-2, 2, "Holds back words that have come up; below 0 it favours them."),
  frequency_penalty: within(-2, 2, "Holds back words the more, the more often they have come up."),
  seed: whole(-1, 4_294_967_295, "The same number gives the same answer to the same question."),
};

/** What is Ollama's alone, or called otherwise by others. */
const OLLAMA = {
  top_k: whole(-1, 100_000, "Takes only so many of the likeliest words."),
  min_p: within(0, 1, "Leaves out words that are less likely than this part of the likeliest one."),
  repeat_penalty: within(0, 2, "Holds back words that have come up lately: 1 does not."),
  repeat_last_n: whole(-1, 1_000_000, "How many tokens back that looks: 0 does not look, -1 at the whole context."),
  num_predict: whole(-2, 1_000_000, "Tokens of an answer at most: -1 has no limit."),
  num_gpu: whole(-1, 10_000, "How many of the model's layers are put on the graphics card: -1 lets Ollama decide."),
  num_thread: whole(0, 1_024, "How many threads of the processor compute: 0 lets Ollama decide."),
};

const OPENAI = {
  max_tokens: whole(1, 1_000_000, "Tokens of an answer at most."),
};

export const modelOptions = z.looseObject({ ...COMMON, ...OLLAMA, ...OPENAI });

/** The names of all that pages can offer. */
export const OPTION_NAMES: readonly string[] = Object.keys(modelOptions.shape);

/** Whether an option means something to a kind of provider. */
export function takesOption(provider: string, name: string): boolean {
  if (provider === "demo") return false;
  return name in COMMON || name in (provider === "ollama" ? OLLAMA : OPENAI);
}

function within(least: number, most: number, what: string): z.ZodOptional<z.ZodNumber> {
  const error = `a number from ${least} to ${most}`;
  return z.number({ error }).min(least, { error }).max(most, { error }).optional().describe(what);
}

function whole(least: number, most: number, what: string): z.ZodOptional<z.ZodInt> {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error }).optional().describe(what);
}
