import type { FieldWords } from "@/lib/i18n/types/settings.ts";

/** Options of a language model's server, by their dotted path. */
export const MODEL_OPTIONS: Readonly<Record<string, FieldWords>> = {
  "llm.options.temperature": {
    label: "Surprise (temperature)",
    help: "From 0 to 5. 0 always takes the likeliest word; around 1 is lively, more soon makes no sense.",
    unset: "As the model has it, often 0.8",
  },
  "llm.options.top_p": {
    label: "Share of the likeliest words (top_p)",
    help: "From 0 to 1. Less keeps to what is expected.",
    unset: "As the model has it, often 0.9",
  },
  "llm.options.top_k": {
    label: "Number of likeliest words (top_k)",
    help: "Only so many are chosen among; fewer keep to what is expected.",
    unset: "As the model has it, often 40",
  },
  "llm.options.min_p": {
    label: "Least chance of a word (min_p)",
    help: "From 0 to 1, of the likeliest one's chance. Keeps a high temperature in its senses.",
    unset: "As the model has it, often 0",
  },
  "llm.options.repeat_penalty": {
    label: "Against repeating (repeat_penalty)",
    help: "From 0 to 2. 1 does nothing; a little more holds back words that were just used.",
    unset: "As the model has it, often 1.1",
  },
  "llm.options.repeat_last_n": {
    label: "How far back that looks (repeat_last_n)",
    help: "In tokens. 0 does not look, -1 looks at all it remembers.",
    unset: "As the model has it, often 64",
  },
  "llm.options.presence_penalty": {
    label: "Towards new subjects (presence_penalty)",
    help: "From -2 to 2. Above 0 holds back what has come up at all.",
    unset: "As the model has it, often 0",
  },
  "llm.options.frequency_penalty": {
    label: "Against favourite words (frequency_penalty)",
    help: "From -2 to 2. Above 0 holds back what has come up often.",
    unset: "As the model has it, often 0",
  },
  "llm.options.seed": {
    label: "Seed of chance (seed)",
    help: "The same number gives the same answer to the same question.",
    unset: "Another one each time",
  },
  "llm.options.num_predict": {
    label: "Longest answer (num_predict)",
    help: "In tokens, thoughts included. -1 has no limit.",
    unset: "No limit",
  },
  "llm.options.max_tokens": {
    label: "Longest answer (max_tokens)",
    help: "In tokens, thoughts included.",
    unset: "As the server has it",
  },
  "llm.options.num_gpu": {
    label: "Layers on the graphics card (num_gpu)",
    help: "Fewer leave room on the card, and are slower. 0 uses the processor alone.",
    unset: "As many as fit",
  },
  "llm.options.num_thread": {
    label: "Threads of the processor (num_thread)",
    help: "For what is not on the graphics card; 0 is as Ollama likes.",
    unset: "As Ollama likes",
  },
};
