import type { AvatarWords } from "@/lib/i18n/types/avatar.ts";

const BRING = "設定でアバターを選び直してください。ファイルを確認して用意し直します。";
const RELOAD = "このページを再読み込みしてください。";
const DAMAGED = "ファイルが壊れているようです。モデルをもう一度入手してください。";

export const AVATAR: AvatarWords = {
  picture: (name) => `アバター：${name}`,
  loading: "アバターを読み込んでいます",
  tryOut: "表情とモーションを試す",
  feelings: "気持ち",
  emotions: {
    neutral: "ふつう",
    happy: "うれしい",
    excited: "わくわく",
    sad: "悲しい",
    angry: "怒り",
    surprised: "驚き",
    shy: "照れ",
    scared: "怖い",
    sleepy: "眠い",
    thinking: "考え中",
  },
  expressions: "表情",
  motions: (group) => group === "" ? "モーション" : `モーション：${group}`,
  shrunk: "テクスチャーがこのブラウザーの上限より大きいため、縮小して描いています。",
  hotkeys: "ホットキー",
  view: "見え方",
  size: "大きさ",
  leftRight: "左右",
  upDown: "上下",
  reset: "見え方を元に戻す",
  faults: {
    no_webgl: {
      text: () => "このブラウザーでは WebGL が使えないため、アバターを描けません",
      hint: "ブラウザーの設定でハードウェアアクセラレーションを有効にするか、別のブラウザーをお試しください。",
    },
    webgl_lost: { text: () => "ブラウザーがアバターの描画をやめました", hint: RELOAD },
    core_missing: { text: ({ file }) => `Live2D の Cubism Core を読み込めませんでした（${file}）`, hint: BRING },
    core_wrong: { text: ({ file }) => `${file} は Live2D の Cubism Core ではありません`, hint: BRING },
    core_asleep: {
      text: () => "Live2D の Cubism Core が起動しません",
      hint: "このページを再読み込みしてください。それでも直らないときは、ブラウザーを更新してください。",
    },
    file_missing: {
      text: ({ file, status }) => `${file} を読み込めません：サーバーの応答は ${status} でした`,
      hint: BRING,
    },
    file_cut: {
      text: ({ file }) => `${file} を読み込めません：接続が切れました`,
      hint: "サーバーが動いているか確かめて、このページを再読み込みしてください。",
    },
    not_json: { text: ({ file }) => `${file} は JSON ではありません`, hint: DAMAGED },
    not_entry: {
      text: ({ file }) => `${file} は Live2D モデルの設定ファイルではありません`,
      hint: "モデルの設定ファイルの名前は .model3.json（Cubism 2 では .model.json）で終わります。",
    },
    no_texture: { text: ({ file }) => `${file} にテクスチャーの指定がありません`, hint: DAMAGED },
    bad_moc: { text: ({ file }) => `${file} は Live2D モデルとして読めません`, hint: DAMAGED },
    bad_texture: { text: ({ file }) => `${file} は画像として読めません`, hint: DAMAGED },
    too_new: {
      text: ({ file, format, latest }) =>
        `${file} は Cubism ${format} の形式ですが、この Cubism Core が読めるのは ${latest} までです`,
      hint:
        "vtuber.config.json の `cubismCore` に新しい Cubism Core を指定するか、モデルを古い形式で書き出してください。",
    },
    undrawable: {
      text: ({ name }) => `${name} を描けません`,
      hint: "このページを再読み込みするか、別のモデルを選んでください。",
    },
    unexpected: { text: ({ message }) => `アバターを表示できません：${message}`, hint: RELOAD },
  },
};
