import type { FieldWords } from "@/lib/i18n/types/settings.ts";

/** Options of a language model's server, by their dotted path. */
export const MODEL_OPTIONS: Readonly<Record<string, FieldWords>> = {
  "llm.options.temperature": {
    label: "意外さ（temperature）",
    help: "0 から 5。0 はいつも最もありそうな語を選びます。1 前後で生き生きし、大きすぎると意味が通らなくなります。",
    unset: "モデルのまま（多くは 0.8）",
  },
  "llm.options.top_p": {
    label: "ありそうな語の割合（top_p）",
    help: "0 から 1。小さいほど無難になります。",
    unset: "モデルのまま（多くは 0.9）",
  },
  "llm.options.top_k": {
    label: "ありそうな語の数（top_k）",
    help: "この数の候補からだけ選びます。少ないほど無難になります。",
    unset: "モデルのまま（多くは 40）",
  },
  "llm.options.min_p": {
    label: "語の最低の確率（min_p）",
    help: "0 から 1。最もありそうな語に対する割合です。temperature が高くても破綻しにくくなります。",
    unset: "モデルのまま（多くは 0）",
  },
  "llm.options.repeat_penalty": {
    label: "繰り返しを抑える（repeat_penalty）",
    help: "0 から 2。1 では何もしません。少し大きいと、使ったばかりの語を控えます。",
    unset: "モデルのまま（多くは 1.1）",
  },
  "llm.options.repeat_last_n": {
    label: "どこまでさかのぼるか（repeat_last_n）",
    help: "トークン数。0 はさかのぼらず、-1 は覚えているすべてを見ます。",
    unset: "モデルのまま（多くは 64）",
  },
  "llm.options.presence_penalty": {
    label: "新しい話題へ（presence_penalty）",
    help: "-2 から 2。0 より大きいと、一度出た語を控えます。",
    unset: "モデルのまま（多くは 0）",
  },
  "llm.options.frequency_penalty": {
    label: "口ぐせを抑える（frequency_penalty）",
    help: "-2 から 2。0 より大きいと、よく出た語ほど控えます。",
    unset: "モデルのまま（多くは 0）",
  },
  "llm.options.seed": {
    label: "乱数の種（seed）",
    help: "同じ数なら、同じ質問に同じ答えが返ります。",
    unset: "毎回変わる",
  },
  "llm.options.num_predict": {
    label: "答えの最大の長さ（num_predict）",
    help: "トークン数。思考も含みます。-1 は無制限です。",
    unset: "無制限",
  },
  "llm.options.max_tokens": {
    label: "答えの最大の長さ（max_tokens）",
    help: "トークン数。思考も含みます。",
    unset: "サーバーのまま",
  },
  "llm.options.num_gpu": {
    label: "GPU に置く層の数（num_gpu）",
    help: "少ないほど GPU に余裕ができ、遅くなります。0 は CPU だけを使います。",
    unset: "入るだけ",
  },
  "llm.options.num_thread": {
    label: "CPU のスレッド数（num_thread）",
    help: "GPU に載らない部分に使います。0 は Ollama に任せます。",
    unset: "Ollama に任せる",
  },
};
