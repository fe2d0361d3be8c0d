import type { SetupWords } from "@/lib/i18n/types/setup.ts";

export const SETUP: SetupWords = {
  checks: "準備の状況",
  serverThere: (server) => `${server} が動いています`,
  serverMissing: (server, host) => `${host} の ${server} から応答がありません`,
  modelThere: (model) => `モデル ${model} があります`,
  modelMissing: (model) => `モデル ${model} がまだありません`,
  modelUnknown: (model, server) => `モデル ${model}：${server} が動けば分かります`,
  webglThere: "このブラウザーは WebGL でアバターを描けます",
  webglMissing: "このブラウザーは WebGL で描けません",
  webglHelp: "ブラウザーの設定でハードウェアアクセラレーションを有効にするか、別のブラウザーをお試しください。",
  contextThere: (tokens) => `会話を ${tokens} トークンまで覚えています`,
  contextLoaded: (tokens, most) => `会話を ${tokens} トークンまで覚えています（モデルの上限は ${most}）`,
  contextUnknown: "覚えていられる長さ：モデルがあれば分かります",
  loaded: (size, percent) =>
    percent === 100
      ? `読み込み済み（${size}）、すべて GPU 上にあります`
      : percent === 0
      ? `読み込み済み（${size}）、CPU だけで動いています`
      : `読み込み済み（${size}）、GPU 上にあるのは ${percent} % だけです`,
  memoryHelp: "そのぶん遅くなります。もっと小さいモデルか、短いコンテキストなら GPU に収まるかもしれません。",
  memoryUnknown: "GPU に収まるかどうか：読み込まれると分かります",
  alsoLoaded: (models) => `ほかに読み込まれているもの：${models}`,
  verdicts: { good: "あり：", weak: "改善の余地あり：", bad: "なし：", unknown: "未確認：" },
  startServer: "このコンピューターで起動してください：",
  start: (server) => `${server} を起動`,
  starting: (server) => `${server} を起動しています…`,
  getServer: (server) => `${server} を入手`,
  checkAgain: "もう一度試す",
  checking: "確認しています…",
  get: (model) => `${model} を取得`,
  orUse: "すでにあるモデルを使う：",
  more: "すべての設定",
  pull: {
    coming: (model) => `${model} を取得しています`,
    there: (model) => `${model} の準備ができました`,
    stopped: "停止しました。届いた分は残っています。",
    failed: (model) => `${model} を取得できませんでした`,
    starting: "開始しています…",
    progress: (completed, total) => `${completed} / ${total}`,
    left: (time) => `残り ${time}`,
    cancel: "キャンセル",
    goOn: "続ける",
  },
  review: {
    found: (faces, motions) => `表情 ${faces} 個、モーション ${motions} 個。`,
    faces: "感情ごとの表情",
    byItself: (name) => name === undefined ? "自動" : `自動：${name}`,
    missing: (count) => `足りないもの、除かれたもの：${count} 件`,
    take: "登場させる",
    remove: "取り除く",
  },
  drop: {
    several: (label) => `${label} には複数のモデルがあります。どれにしますか？`,
    review: (name) => `${name} を確認してください`,
    title: "ここにドロップ",
    text: "画像はメッセージに添付、アバターは zip かフォルダー、キャラクターカードは画像か JSON、CharX",
    reading: "ファイルを読んでいます…",
    sending: (label) => `${label} を送っています`,
    checking: (label) => `${label} を調べています`,
    done: {
      avatar: (name) => `${name} が登場しました`,
      character: (name) => `これから ${name} と話せます`,
    },
    failed: {
      avatar: (label) => `${label} は表示できません`,
      character: (label) => `${label} は使えません`,
    },
    proxyAnswered: (status) =>
      `このページとサーバーの間にあるもの（プロキシなど）が代わりに応答しました (${status})${
        status === 413
          ? "：この大きさのファイルを受け付けません。上限を上げてください（nginx では client_max_body_size）"
          : ""
      }`,
    connectionLost: "接続が切れました。もう一度お試しください。",
    problems: {
      nothing: "読めるファイルがありませんでした",
      unknown:
        "アバター（zip、または .model3.json のあるフォルダー）でもキャラクターカード（PNG、JSON、CharX、JPEG、WebP）でもありません",
      several_cards: "キャラクターカードは一枚ずつドロップしてください",
      too_many: "アバターとしては多すぎます。モデルのフォルダーだけをドロップしてください",
    },
  },
  notLoaded: "読み込めませんでした。サーバーは動いていますか？",
};
