import type { SpeechModelWords } from "@/lib/i18n/types/speech_models.ts";

export const VOICE_MODELS: SpeechModelWords = {
  title: "ほかの声",
  about: (host) =>
    `このコンピューターで話すニューラル音声です。話す内容が外に出ることはありません。ボタンを押して取得するときだけ、${host} に接続します。`,
  language: "話せる言語",
  fact: ({ speakers = 1 }) => `${speakers} 種類の声`,
  more: (count) => `ほか ${count} 言語`,
  license: "ライセンス",
  source: "提供元",
  there: "取得済み",
  partly: (completed, total) => `${total} のうち ${completed} まで取得済み`,
  lacks: (size) => `まだ使えません。npm からの約 ${size} が足りません：`,
  failed: "取得できませんでした",
  get: "取得",
  getRest: "足りないものを取得",
  remove: "削除",
  of: (action, model) => `${action}：${model}`,
  runtime: (name) => `まず ${name} を取得しています…`,
  unpacking: "展開中",
  along: (name, size) => `最初の声と一緒に、声を出すプログラム ${name} を npm から取得します（約 ${size}）。`,
  ownFolder: "sherpa-onnx 用の声のフォルダーを、ここに置くこともできます：",
  usable: "使えます",
  unusable: (problem) => `使えません：${problem}`,
};

export const RECOGNISERS: SpeechModelWords = {
  ...VOICE_MODELS,
  title: "音声認識",
  about: (host) =>
    `このコンピューターで話を聞き取ります。声が外に出ることはありません。ボタンを押して取得するときだけ、${host} に接続します。`,
  language: "聞き取れる言語",
  fact: ({ streaming }) => streaming === true ? "話しながら文字になります" : "話し終えると文字になります",
  along: (name, size) =>
    `最初のひとつと一緒に、動かすプログラム ${name}（約 ${size}）と、声を雑音から聞き分ける小さなモデルを npm から取得します。`,
  ownFolder: "sherpa-onnx 用の音声認識のフォルダーを、ここに置くこともできます：",
};

export const WAKE_WORDS: SpeechModelWords = {
  ...RECOGNISERS,
  title: "呼びかけの言葉",
  language: "名前の綴りの言語",
  about: (host) =>
    `呼びかけの言葉だけをこのコンピューターで聞き分ける小さなモデルです。呼ばれるまで、話した内容は音声認識に渡らず、このマシンから出ません。英字で書ける名前を見つけます。ほかの名前は、聞き取った言葉の中から探します。ボタンを押すと ${host} から取得します。`,
  fact: () => "",
  ownFolder: "sherpa-onnx 用のキーワードモデルと bpe.model のフォルダーを、ここに置くこともできます：",
};

export const DETECTORS: SpeechModelWords = {
  ...VOICE_MODELS,
  title: "声の検出",
  about: (host) =>
    `このコンピューターで声を雑音から聞き分ける小さなモデルです。誰が言葉を聞き取るかに関わらず、常に聞くときに必要です。最初の音声認識と一緒に取得されます。これだけを取得するときは、ボタンを押したときに ${host} に接続します。`,
  fact: () => "",
  along: (name, size) => `一緒に、動かすプログラム ${name} を npm から取得します（約 ${size}）。`,
  ownFolder: "そのフォルダーを、ここに置くこともできます：",
};
