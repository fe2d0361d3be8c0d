import type { FieldWords } from "@/lib/i18n/types/settings.ts";

/** Options of a language model's server, by their dotted path. */
export const MODEL_OPTIONS: Readonly<Record<string, FieldWords>> = {
  "llm.options.temperature": {
    label: "意外程度（temperature）",
    help: "0 到 5。0 总是选最可能的词；1 左右比较活泼，太大就会语无伦次。",
    unset: "按模型的设置（常为 0.8）",
  },
  "llm.options.top_p": {
    label: "最可能词的占比（top_p）",
    help: "0 到 1。越小越稳妥。",
    unset: "按模型的设置（常为 0.9）",
  },
  "llm.options.top_k": {
    label: "最可能词的个数（top_k）",
    help: "只在这么多个词里选。越少越稳妥。",
    unset: "按模型的设置（常为 40）",
  },
  "llm.options.min_p": {
    label: "词的最低概率（min_p）",
    help: "0 到 1，相对于最可能的词。能让较高的 temperature 不至于乱说。",
    unset: "按模型的设置（常为 0）",
  },
  "llm.options.repeat_penalty": {
    label: "避免重复（repeat_penalty）",
    help: "0 到 2。1 表示不管；稍大一点，刚用过的词就会少用。",
    unset: "按模型的设置（常为 1.1）",
  },
  "llm.options.repeat_last_n": {
    label: "往回看多远（repeat_last_n）",
    help: "以词元计。0 不看，-1 看记得的全部。",
    unset: "按模型的设置（常为 64）",
  },
  "llm.options.presence_penalty": {
    label: "倾向新话题（presence_penalty）",
    help: "-2 到 2。大于 0 时，出现过的词会少用。",
    unset: "按模型的设置（常为 0）",
  },
  "llm.options.frequency_penalty": {
    label: "少用口头禅（frequency_penalty）",
    help: "-2 到 2。大于 0 时，出现越多的词用得越少。",
    unset: "按模型的设置（常为 0）",
  },
  "llm.options.seed": {
    label: "随机种子（seed）",
    help: "同一个数字，对同一个问题给出同样的回答。",
    unset: "每次不同",
  },
  "llm.options.num_predict": {
    label: "回答的最大长度（num_predict）",
    help: "以词元计，包括思考。-1 表示不限。",
    unset: "不限",
  },
  "llm.options.max_tokens": {
    label: "回答的最大长度（max_tokens）",
    help: "以词元计，包括思考。",
    unset: "按服务器的设置",
  },
  "llm.options.num_gpu": {
    label: "放在显卡上的层数（num_gpu）",
    help: "越少，显卡越有余量，也越慢。0 只用处理器。",
    unset: "能放多少放多少",
  },
  "llm.options.num_thread": {
    label: "处理器线程数（num_thread）",
    help: "用于不在显卡上的部分。0 由 Ollama 决定。",
    unset: "由 Ollama 决定",
  },
};
