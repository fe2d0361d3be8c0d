/** What the stub says when it runs as a program: sentences that make the app worth looking at. */

const ENGLISH = [
  "Hello! I am only a stand-in for a language model, but I stream like a real one. Every word you see came over " +
  "HTTP, went through the server and arrived here on its own. Ask me anything, and I will answer with confidence " +
  "and no knowledge at all.",
  "What a good question. A real model would think about it now. I shall tell you about the sea instead: it is wide, " +
  "it is salty, and it has never once replied to a letter. Still, people keep writing to it, and I think that is lovely.",
  "Let me think about that for a moment. There was once a robot who swept a lighthouse. Every evening she counted " +
  "the steps, and every evening there was one more. She never told anyone, because she liked having a secret with a tower.",
  "I would say yes, and then no, and then ask for a cup of tea. The truth is usually somewhere near the kettle. " +
  "If you tell me more, I can be wrong in far greater detail.",
];

const MARKDOWN = `Here is something with **form**:

- a list with *two* entries
- and some \`code\` in a line

\`\`\`ts
function greet(name: string): string {
  return \`Hello, \${name}!\`;
}
\`\`\`

| word | length |
| --- | --- |
| sea | 3 |
| lighthouse | 10 |
`;

const JAPANESE = "こんにちは!私は本物の言語モデルの代わりです。" +
  "でも、言葉は本物と同じように一つずつ届きます。何でも聞いてください。";
const CHINESE = "你好!我只是语言模型的替身,不过我的话也是一个字一个字传过来的。请随便问我。";

/** An answer by the prompt: the same prompt gets the same answer. */
export function pleasant(prompt: string): string | string[] {
  if (/[\u3040-\u30ff]/u.test(prompt)) return pieces(JAPANESE, "ja");
  if (/\p{Script=Han}/u.test(prompt)) return pieces(CHINESE, "zh");
  if (/\b(markdown|code|table|list)\b/i.test(prompt)) return MARKDOWN;
  let sum = 0;
  for (const char of prompt) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003;
  return ENGLISH[sum % ENGLISH.length] ?? "";
}

function pieces(text: string, language: string): string[] {
  return Array.from(new Intl.Segmenter(language, { granularity: "word" }).segment(text), ({ segment }) => segment);
}
