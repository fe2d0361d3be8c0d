import type { VoiceModelWords } from "@/lib/i18n/types/voice_models.ts";

export const VOICE_MODELS: VoiceModelWords = {
  title: "更多声音",
  about: (host) => `这些神经网络声音在本机上说话，所说的内容不会离开本机。只有按下按钮获取时，才会连接 ${host}。`,
  language: "会说的语言",
  speakers: (count) => `${count} 种声音`,
  more: (count) => `另外 ${count} 种语言`,
  license: "许可证",
  source: "来源",
  there: "已获取",
  partly: (completed, total) => `共 ${total}，已获取 ${completed}`,
  failed: "未能获取",
  get: "获取",
  remove: "删除",
  of: (action, voice) => `${action}：${voice}`,
  runtime: (name) => `先获取 ${name}……`,
  unpacking: "正在解压",
  along: (name) => `获取第一个声音时，还会从 npm 获取让声音说话的程序 ${name}（约 15 MB）。`,
  ownFolder: "也可以把适用于 sherpa-onnx 的声音文件夹放在这里：",
};
