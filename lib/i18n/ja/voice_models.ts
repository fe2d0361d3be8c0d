import type { VoiceModelWords } from "@/lib/i18n/types/voice_models.ts";

export const VOICE_MODELS: VoiceModelWords = {
  title: "ほかの声",
  about: (host) =>
    `このコンピューターで話すニューラル音声です。話す内容が外に出ることはありません。ボタンを押して取得するときだけ、${host} に接続します。`,
  language: "話せる言語",
  speakers: (count) => `${count} 種類の声`,
  more: (count) => `ほか ${count} 言語`,
  license: "ライセンス",
  source: "提供元",
  there: "取得済み",
  partly: (completed, total) => `${total} のうち ${completed} まで取得済み`,
  failed: "取得できませんでした",
  get: "取得",
  remove: "削除",
  of: (action, voice) => `${action}：${voice}`,
  runtime: (name) => `まず ${name} を取得しています…`,
  unpacking: "展開中",
  along: (name) => `最初の声と一緒に、声を出すプログラム ${name} を npm から取得します（約 15 MB）。`,
  ownFolder: "sherpa-onnx 用の声のフォルダーを、ここに置くこともできます：",
};
