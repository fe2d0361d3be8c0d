import type { ImageStorageWords, ImageWords } from "@/lib/i18n/types/images.ts";

export const IMAGES: ImageWords = {
  attach: "画像を添付",
  choose: "画像を選ぶ",
  photograph: "写真を撮る",
  share: "画面を共有",
  sharing: "画面をこのページと共有中です。撮るまでは何も送られません。",
  takeFrame: "画面を撮る",
  stopSharing: "共有をやめる",
  screen: "画面",
  image: "画像",
  named: (name) => `画像：${name}`,
  remove: (name) => `${name}を外す`,
  preparing: "準備しています…",
  question: "何が見えますか？",
  blind: (model) => `${model} は画像を見られません。画像を外すか、見られるモデルを選んでください。`,
  unseen: "画像なしで答えました。このモデルは画像を見られません",
  drop: { title: "ここにドロップ", text: "画像はメッセージに添付されます" },
  problems: {
    unreadable: "このブラウザーでは画像として読めません",
    offline: "画像を送れませんでした。サーバーに接続できません",
    many: (most) => `1つのメッセージに付けられる画像は${most}枚までです`,
  },
};

export const IMAGE_STORAGE: ImageStorageWords = {
  title: "会話の中の画像",
  usage: (count, bytes, most) => `${count}枚、${most}のうち${bytes}`,
  about: "データフォルダーに保存され、会話を削除すると一緒に消えます。",
};
