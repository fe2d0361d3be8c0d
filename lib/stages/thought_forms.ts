/** The ways in which language models mark their thoughts within an answer. */

/** What a token does: begins thoughts, ends them, or only has to be taken out. */
export interface ThoughtToken {
  /** In lower case. */
  text: string;
  kind: "open" | "close" | "drop";
  /** Never a word of an answer: it counts wherever it stands. A tag may also be written about. */
  special: boolean;
}

/** Names of tags around thoughts, as `<think>…</think>`. */
const TAGS = [
  "think",
  "thinking",
  "thought",
  "thoughts",
  "reason",
  "reasoning",
  "reflection",
  "scratchpad",
  "seed:think", // Seed-OSS
];

function tag(open: string, close: string): ThoughtToken[] {
  return [{ text: open, kind: "open", special: false }, { text: close, kind: "close", special: false }];
}

function special(kind: ThoughtToken["kind"], ...texts: string[]): ThoughtToken[] {
  return texts.map((text) => ({ text, kind, special: true }));
}

export const THOUGHT_TOKENS: readonly ThoughtToken[] = [
  ...TAGS.flatMap((name) => tag(`<${name}>`, `</${name}>`)),
  ...tag("[think]", "[/think]"), // Magistral
  ...tag("◁think▷", "◁/think▷"), // Kimi
  // Harmony, the format of gpt-oss.
  ...special("open", "<|channel|>analysis<|message|>", "<|channel|>commentary<|message|>"),
  ...special("close", "<|end|>", "<|channel|>final<|message|>"),
  ...special("drop", "<|start|>assistant", "<|return|>"),
  // OpenThinker and its kin.
  ...special("open", "<|begin_of_thought|>"),
  ...special("close", "<|end_of_thought|>"),
  ...special("drop", "<|begin_of_solution|>", "<|end_of_solution|>"),
];

/** Longest token, UTF-16 units. */
export const LONGEST_TOKEN: number = Math.max(...THOUGHT_TOKENS.map(({ text }) => text.length));

/** Characters that a token begins with. */
export const TOKEN_START = /[<[◁]/;
