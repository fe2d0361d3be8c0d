import type { HearingWords } from "@/lib/i18n/types/hearing.ts";

export const HEARING: HearingWords = {
  asking: "ブラウザーの確認でマイクを許可してください",
  holding: "押している間、聞いています",
  listening: "聞いています",
  speaking: "声が聞こえています",
  held: "ロック画面や通話などで、端末が今は音を渡していません。終わればまた聞き始めます。",
  stays: "話した内容はこのマシンから出ません。",
  goesTo: (host) => `話した内容は ${host} に送られます。`,
  onDevice: "話した内容はこの端末から出ません。",
  toBrowserMaker: "話した内容は端末の外へ、ブラウザーの提供元に送られます。",
  troubles: {
    insecure: {
      title: "マイクは安全なアドレスでしか使えません",
      help:
        "https で開くか、サーバーのマシン自身で http://localhost として開いてください。文字での会話はこれまで通りです。",
    },
    unsupported: {
      title: "このブラウザーでは聞き取れません",
      help: "最新の Chrome、Edge、Firefox、Safari なら使えます。文字での会話はこれまで通りです。",
    },
    missing: { title: "マイクが見つかりません", help: "マイクをつなぐか、端末の設定で有効にしてください。" },
    refused: {
      title: "マイクが許可されていません",
      help: "このページのアドレスの横か、端末の設定で許可してください。",
    },
    busy: { title: "マイクを開けません", help: "ほかのプログラムが使っているのかもしれません。" },
    gone: {
      title: "マイクがなくなりました",
      help: "外されたか、使えなくなりました。ボタンを押すと別のマイクで続けます。",
    },
    elsewhere: { title: "今は別のタブが聞いています", help: "ここで続けるにはボタンを押してください。" },
    offline: { title: "接続がありません", help: "つながり次第、また聞き始めます。" },
    crowded: {
      title: "今は大勢の声を聞いていて、空きがありません",
      help: "文字での会話はこれまで通りです。数分後にもう一度ボタンを押してください。",
    },
    tapped: { title: "話す間、押し続けてください", help: "離すとメッセージが送られます。" },
    failed: { title: "今は聞き取れません", help: "文字での会話はこれまで通りです。" },
  },
};
