import type { SpeechModelWords } from "@/lib/i18n/types/speech_models.ts";

export const VOICE_MODELS: SpeechModelWords = {
  title: "更多声音",
  about: (host) => `这些神经网络声音在本机上说话，所说的内容不会离开本机。只有按下按钮获取时，才会连接 ${host}。`,
  language: "会说的语言",
  fact: ({ speakers = 1 }) => `${speakers} 种声音`,
  more: (count) => `另外 ${count} 种语言`,
  license: "许可证",
  source: "来源",
  there: "已获取",
  partly: (completed, total) => `共 ${total}，已获取 ${completed}`,
  lacks: (size) => `还不能使用，缺少以下内容（约 ${size}，来自 npm）：`,
  failed: "未能获取",
  get: "获取",
  getRest: "获取缺少的内容",
  remove: "删除",
  of: (action, model) => `${action}：${model}`,
  runtime: (name) => `先获取 ${name}……`,
  unpacking: "正在解压",
  along: (name, size) => `获取第一个声音时，还会从 npm 获取让声音说话的程序 ${name}（约 ${size}）。`,
  ownFolder: "也可以把适用于 sherpa-onnx 的声音文件夹放在这里：",
  usable: "可以使用",
  unusable: (problem) => `不能使用：${problem}`,
};

export const RECOGNISERS: SpeechModelWords = {
  ...VOICE_MODELS,
  title: "语音识别",
  about: (host) => `它们在本机上听懂你说的话，你的声音不会离开本机。只有按下按钮获取时，才会连接 ${host}。`,
  language: "能听懂的语言",
  fact: ({ streaming }) => streaming === true ? "边说边出文字" : "说完后出文字",
  along: (name, size) =>
    `获取第一个时，还会从 npm 获取运行它们的程序 ${name}（约 ${size}），以及区分人声与噪声的小模型。`,
  ownFolder: "也可以把适用于 sherpa-onnx 的识别模型文件夹放在这里：",
};

export const WAKE_WORDS: SpeechModelWords = {
  ...RECOGNISERS,
  title: "唤醒词",
  language: "名字的拼写语言",
  about: (host) =>
    `在本机上只留意唤醒词的小模型：呼唤她之前，所说的话不会交给识别模型，也不会离开本机。能用英文字母拼写的名字由它发现，其他名字则在听懂的话里查找。按下按钮时从 ${host} 获取。`,
  fact: () => "",
  ownFolder: "也可以把适用于 sherpa-onnx 的关键词模型（连同 bpe.model）的文件夹放在这里：",
};

export const DETECTORS: SpeechModelWords = {
  ...VOICE_MODELS,
  title: "人声检测",
  about: (host) =>
    `在本机上区分人声与噪声的小模型。无论由谁识别语句，持续聆听都需要它。获取第一个识别模型时会一并获取；单独获取时，按下按钮才会连接 ${host}。`,
  fact: () => "",
  along: (name, size) => `同时还会从 npm 获取运行它的程序 ${name}（约 ${size}）。`,
  ownFolder: "也可以把它的文件夹放在这里：",
};
