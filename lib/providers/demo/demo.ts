import type RiveScript from "rivescript";
import {
  type ChatMessage,
  type GenerateRequest,
  LlmError,
  type LlmEvent,
  type Provider,
} from "@/lib/providers/provider.ts";
import { pause } from "@/lib/providers/http/pause.ts";
import { pieces } from "./pieces.ts";

export interface DemoOptions {
  /** Pace of the answer; 0 gives it at once. Default 25. */
  wordsPerSecond?: number;
  /** Leaves marks such as `[happy]` in the text, as a persona asks of a real model. Default false. */
  feelings?: boolean;
}

/** The name that stands for a model where the built-in brain answers. */
export const DEMO_MODEL = "demo";

/** Longer prompts are read up to here, in characters: the brain's patterns take their time with long ones. */
const READ_CHARACTERS = 300;
/** Earlier prompts that are gone through again to remember what was said. */
const REMEMBERED_PROMPTS = 20;
/** Users remembered at once. */
const REMEMBERED_USERS = 1000;

/** Who the demo is while nobody is chosen. */
const OWN_NAME = "Lumi";

const FEELING = /\[(?:happy|sad|angry|surprised|shy)\]\s*/g;

/**
 * The built-in brain: a small RiveScript character that answers while no language model does, and says so.
 *
 * It remembers a conversation by its `messages`; where only the last one is given, by `user`.
 */
export class DemoProvider implements Provider {
  readonly name = "demo";
  readonly model = DEMO_MODEL;
  readonly #options: DemoOptions;
  #brain: Promise<RiveScript> | undefined;
  /** How often each has been answered, the one who was longest silent first. */
  readonly #users = new Map<string, number>();
  #strangers = 0;

  constructor(options: DemoOptions = {}) {
    this.#options = options;
  }

  async *generate(
    { messages, user, character }: GenerateRequest,
    { signal }: { signal: AbortSignal },
  ): AsyncGenerator<LlmEvent, void, undefined> {
    signal.throwIfAborted();
    const said = messages.filter(({ role, example }) => role !== "system" && !example);
    const prompt = said.at(-1)?.content ?? "";
    if (prompt.trim() === "") {
      throw new LlmError("empty_prompt", "Cannot answer an empty prompt", { hint: "Write something first" });
    }
    this.#brain ??= loadBrain();
    const brain = await this.#brain;
    // Nothing is waited for between this and the reply: whoever is answered meanwhile hears another name.
    const name = prepareName(character?.name) || OWN_NAME;
    brain.setVariable("name", name);
    const answer = said.length > 1 || user === undefined
      ? this.#replyToStranger(brain, name, said.slice(0, -1), prompt)
      : this.#replyToUser(brain, name, user, prompt);
    const { wordsPerSecond = 25, feelings = false } = this.#options;
    const text = feelings ? answer : answer.replace(FEELING, "");
    const step = wordsPerSecond > 0 ? 1000 / wordsPerSecond : 0;
    for (const piece of pieces(text.trim())) {
      signal.throwIfAborted();
      yield { type: "text", text: piece };
      if (step > 0) await pause(step, signal);
    }
    yield { type: "done", reason: "stop" };
  }

  /** Goes through the conversation again and forgets it afterwards. */
  #replyToStranger(brain: RiveScript, name: string, earlier: ChatMessage[], prompt: string): string {
    const key = `stranger ${this.#strangers++}`;
    const prompts = earlier.filter(({ role }) => role === "user").slice(-REMEMBERED_PROMPTS);
    try {
      for (const { content } of prompts) reply(brain, key, content);
      return withNotice(reply(brain, key, prompt), prompt, prompts.length, name);
    } finally {
      brain.clearUservars(key);
    }
  }

  #replyToUser(brain: RiveScript, name: string, user: string, prompt: string): string {
    const key = `user ${user}`;
    const before = this.#users.get(key) ?? 0;
    this.#users.delete(key);
    this.#users.set(key, before + 1);
    const [oldest] = this.#users.keys();
    if (this.#users.size > REMEMBERED_USERS && oldest !== undefined) {
      this.#users.delete(oldest);
      brain.clearUservars(oldest);
    }
    return withNotice(reply(brain, key, prompt), prompt, before, name);
  }
}

/** Loaded at the first prompt: a server with Ollama never needs it. */
async function loadBrain(): Promise<RiveScript> {
  const [{ default: Brain }, { DEMO_BRAIN }] = await Promise.all([import("rivescript"), import("./demo.rive.ts")]);
  const brain = new Brain({ utf8: true });
  brain.setSubroutine("mirror", (_brain, args) => mirror(args.join(" ")));
  brain.setSubroutine("sum", (_brain, args) => sum(args));
  brain.setSubroutine("now", () => `My clock says: ${new Date().toLocaleString("en", NOW)}.`);
  brain.stream(DEMO_BRAIN, (error) => {
    throw new SyntaxError(`Cannot read the built-in brain: ${error}`);
  });
  brain.sortReplies();
  return brain;
}

const NOW: Intl.DateTimeFormatOptions = { dateStyle: "full", timeStyle: "short" };

function reply(brain: RiveScript, user: string, prompt: string): string {
  const offered = brain.getUservar(user, "offer");
  const answer = brain.reply(user, prepare(prompt));
  // What she asked is answered in the next sentence, or no longer waits for an answer.
  if (brain.getUservar(user, "offer") === offered) brain.setUservar(user, "offer", "none");
  const language = languageOf(prompt);
  // Where nothing but the catch-all matched, the answer is at least in the right language.
  const lost = CATCH_ALL.has(brain.initialMatch(user)) && language !== undefined;
  return lost ? brain.reply(user, `lost in ${language}`) : answer;
}

const CATCH_ALL = new Set(["*", "_"]);

/**
 * The prompt as the brain's patterns are written. What could be taken for RiveScript's own signs goes: a reply may
 * repeat the user's words, and tags in it are obeyed.
 */
export function prepare(prompt: string): string {
  const start = Array.from(prompt.slice(0, READ_CHARACTERS * 2)).slice(0, READ_CHARACTERS).join("");
  const text = withSums(start.normalize("NFKC").replace(/[‘’ʼ]/g, "'"))
    .replace(/[^\p{L}\p{M}\p{N}\p{Extended_Pictographic}'\s]|\ufe0f/gu, " ")
    .replace(/\s+/g, " ").trim();
  return text === "" ? "nothing to read" : text;
}

/** A name as the brain may say it: without its own signs. */
function prepareName(name = ""): string {
  return name.replace(/[<>{}[\]()|^@*#_\\$\n]/g, "").trim();
}

const SIGNS: Record<string, string> = {
  "+": "plus",
  "-": "minus",
  "*": "times",
  "×": "times",
  "/": "divided by",
  "÷": "divided by",
};

function withSums(text: string): string {
  return text.replace(/(\d)\s*([+\-*×/÷])\s*(?=\d)/g, (_all, digit, sign) => `${digit} ${SIGNS[sign]} `);
}

const SCRIPTS: [string, RegExp][] = [
  ["ja", /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ["zh", /\p{Script=Han}/u],
  ["ko", /\p{Script=Hangul}/u],
  ["uk", /[ґєії]/iu],
  ["ru", /\p{Script=Cyrillic}/u],
  ["ar", /\p{Script=Arabic}/u],
  ["he", /\p{Script=Hebrew}/u],
  ["hi", /\p{Script=Devanagari}/u],
  ["th", /\p{Script=Thai}/u],
  ["el", /\p{Script=Greek}/u],
];

/** The language that the script of a text makes likely, among those the brain has words in; undefined for Latin. */
function languageOf(text: string): string | undefined {
  return SCRIPTS.find(([, script]) => script.test(text))?.[0];
}

/**
 * The first answer says who speaks, whatever it is about, and the third one how to talk with a language model.
 *
 * @param before how many answers there were
 */
function withNotice(answer: string, prompt: string, before: number, name: string): string {
  const language = languageOf(prompt);
  if (before === 0 && !/ollama|demo|デモ|演示|데모|демо/i.test(answer)) return answer + introduction(language, name);
  return before === 2 && !/ollama pull/.test(answer) ? answer + wayToModel(language) : answer;
}

function introduction(language: string | undefined, name: string): string {
  if (language === "ja") return "(内蔵のデモ用ブレインがお答えしています。)";
  if (language === "zh") return "(现在由自带的演示小脑袋回答。)";
  return ` (I am ${name}, by the way, the built-in demo brain: \`ollama serve\` starts a real one.)`;
}

function wayToModel(language: string | undefined): string {
  if (language === "ja") {
    return "(ここまでは小さな台本です。本物の言語モデルと話すには、https://ollama.com/download から Ollama を入れて " +
      "`ollama pull qwen2.5` を実行してください。ほかのモデルは「設定 → 言語モデル」で選べます。)";
  }
  if (language === "zh") {
    return "(到这里都是一个小脚本。想和真正的语言模型聊天，请从 https://ollama.com/download 安装 Ollama，" +
      "再运行 `ollama pull qwen2.5`。其他模型可以在“设置 → 语言模型”里选择。)";
  }
  return " (So far a small script has answered. To talk with a real language model, get Ollama from " +
    "https://ollama.com/download and run `ollama pull qwen2.5`; the page notices by itself. Others are chosen under " +
    "Settings → Language model.)";
}

const MIRROR: Record<string, string> = {
  i: "you",
  me: "you",
  my: "your",
  mine: "yours",
  myself: "yourself",
  am: "are",
  you: "me",
  your: "my",
  yours: "mine",
  yourself: "myself",
};

/** The user's words as said back to them. */
function mirror(words: string): string {
  return words.replaceAll(/\p{L}+/gu, (word) => MIRROR[word] ?? word);
}

function sum([left = "", sign = "", right = ""]: string[]): string {
  const a = Number(left);
  const b = Number(right);
  if (sign === "divided by" && b === 0) return "Divided by zero? Even I know better than that.";
  const result = sign === "plus" ? a + b : sign === "minus" ? a - b : sign === "times" ? a * b : a / b;
  return `That makes ${Number(result.toFixed(6)).toLocaleString("en")}. Sums I can do!`;
}
