/** What the page says of the first run: what is there, what comes, what was brought. */
import type { Language } from "@/lib/i18n/i18n.ts";
import type { Kind, Unfit } from "@/web/settings/dropped.ts";

export interface SetupWords {
  /** Names the list of what is there. */
  checks: string;
  ollamaThere(version: string): string;
  ollamaMissing(host: string): string;
  modelThere(model: string): string;
  modelMissing(model: string): string;
  /** While Ollama cannot be asked. */
  modelUnknown(model: string): string;
  webglThere: string;
  webglMissing: string;
  webglHelp: string;
  contextThere(tokens: string): string;
  contextUnknown: string;
  /** Read out before each line of the list. */
  verdicts: { good: string; bad: string; unknown: string };
  startOllama: string;
  getOllama: string;
  lookAgain: string;
  looking: string;
  /** A button. */
  get(model: string): string;
  orUse: string;
  more: string;
  pull: {
    coming(model: string): string;
    there(model: string): string;
    stopped: string;
    failed(model: string): string;
    starting: string;
    progress(completed: string, total: string): string;
    left(time: string): string;
    cancel: string;
    goOn: string;
  };
  drop: {
    /** Over the whole page while something is held above it. */
    title: string;
    text: string;
    reading: string;
    sending(label: string): string;
    checking(label: string): string;
    done: Record<Kind, (name: string) => string>;
    failed: Record<Kind, (label: string) => string>;
    lineBroke: string;
    unfit: Record<Unfit, string>;
  };
  /** Where the settings cannot be brought. */
  noSettings: string;
}

export const SETUP: Record<Language, SetupWords> = {
  en: {
    checks: "What is there",
    ollamaThere: (version) => `Ollama ${version} is running`,
    ollamaMissing: (host) => `Ollama does not answer at ${host}`,
    modelThere: (model) => `The model ${model} is there`,
    modelMissing: (model) => `The model ${model} is not there yet`,
    modelUnknown: (model) => `The model ${model}: known once Ollama runs`,
    webglThere: "This browser draws the avatar with WebGL",
    webglMissing: "This browser does not draw with WebGL",
    webglHelp: "Turn on hardware acceleration in the browser's settings, or try another browser.",
    contextThere: (tokens) => `It remembers ${tokens} tokens of a conversation`,
    contextUnknown: "How much it remembers: known once the model is there",
    verdicts: { good: "There:", bad: "Missing:", unknown: "Not known yet:" },
    startOllama: "Start it on this computer:",
    getOllama: "Get Ollama",
    lookAgain: "Try again",
    looking: "Looking…",
    get: (model) => `Get ${model}`,
    orUse: "Or use one that is there:",
    more: "All settings",
    pull: {
      coming: (model) => `${model} is coming`,
      there: (model) => `${model} is there`,
      stopped: "Stopped. What has come so far is kept.",
      failed: (model) => `${model} could not be brought`,
      starting: "Starting…",
      progress: (completed, total) => `${completed} of ${total}`,
      left: (time) => `${time} left`,
      cancel: "Cancel",
      goOn: "Go on",
    },
    drop: {
      title: "Drop it here",
      text: "An avatar as a zip or a folder, or a character card as a picture, JSON or CharX",
      reading: "Reading the files…",
      sending: (label) => `Sending ${label}`,
      checking: (label) => `Looking ${label} over`,
      done: {
        avatar: (name) => `${name} is on the stage`,
        character: (name) => `You are talking with ${name} now`,
      },
      failed: {
        avatar: (label) => `${label} cannot be shown`,
        character: (label) => `${label} cannot be used`,
      },
      lineBroke: "The connection broke. Try again.",
      unfit: {
        nothing: "There was nothing in it that could be read",
        unknown:
          "This is neither an avatar (a zip, or a folder with a .model3.json) nor a character card (PNG, JSON, CharX, JPEG or WebP)",
        several_cards: "Drop one character card at a time",
        too_many: "That is far too much for one avatar: drop the model's own folder",
      },
    },
    noSettings: "The settings could not be loaded. Is the server running?",
  },
  ja: {
    checks: "準備の状況",
    ollamaThere: (version) => `Ollama ${version} が動いています`,
    ollamaMissing: (host) => `${host} の Ollama から応答がありません`,
    modelThere: (model) => `モデル ${model} があります`,
    modelMissing: (model) => `モデル ${model} がまだありません`,
    modelUnknown: (model) => `モデル ${model}：Ollama が動けば分かります`,
    webglThere: "このブラウザーは WebGL でアバターを描けます",
    webglMissing: "このブラウザーは WebGL で描けません",
    webglHelp: "ブラウザーの設定でハードウェアアクセラレーションを有効にするか、別のブラウザーをお試しください。",
    contextThere: (tokens) => `会話を ${tokens} トークンまで覚えています`,
    contextUnknown: "覚えていられる長さ：モデルがあれば分かります",
    verdicts: { good: "あり：", bad: "なし：", unknown: "未確認：" },
    startOllama: "このコンピューターで起動してください：",
    getOllama: "Ollama を入手",
    lookAgain: "もう一度試す",
    looking: "確認しています…",
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
    drop: {
      title: "ここにドロップ",
      text: "アバターは zip かフォルダー、キャラクターカードは画像か JSON、CharX",
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
      lineBroke: "接続が切れました。もう一度お試しください。",
      unfit: {
        nothing: "読めるファイルがありませんでした",
        unknown:
          "アバター（zip、または .model3.json のあるフォルダー）でもキャラクターカード（PNG、JSON、CharX、JPEG、WebP）でもありません",
        several_cards: "キャラクターカードは一枚ずつドロップしてください",
        too_many: "アバターとしては多すぎます。モデルのフォルダーだけをドロップしてください",
      },
    },
    noSettings: "設定を読み込めませんでした。サーバーは動いていますか？",
  },
  zh: {
    checks: "准备情况",
    ollamaThere: (version) => `Ollama ${version} 正在运行`,
    ollamaMissing: (host) => `${host} 的 Ollama 没有响应`,
    modelThere: (model) => `模型 ${model} 已就绪`,
    modelMissing: (model) => `还没有模型 ${model}`,
    modelUnknown: (model) => `模型 ${model}：Ollama 运行后才知道`,
    webglThere: "这个浏览器可以用 WebGL 绘制虚拟形象",
    webglMissing: "这个浏览器不能用 WebGL 绘制",
    webglHelp: "请在浏览器设置中打开硬件加速，或换一个浏览器。",
    contextThere: (tokens) => `能记住对话中的 ${tokens} 个词元`,
    contextUnknown: "能记住多少：有了模型才知道",
    verdicts: { good: "已有：", bad: "缺少：", unknown: "未知：" },
    startOllama: "请在这台电脑上启动它：",
    getOllama: "获取 Ollama",
    lookAgain: "再试一次",
    looking: "正在检查…",
    get: (model) => `下载 ${model}`,
    orUse: "或者使用已有的模型：",
    more: "所有设置",
    pull: {
      coming: (model) => `正在下载 ${model}`,
      there: (model) => `${model} 已就绪`,
      stopped: "已停止。已下载的部分会保留。",
      failed: (model) => `无法下载 ${model}`,
      starting: "正在开始…",
      progress: (completed, total) => `${completed} / ${total}`,
      left: (time) => `还剩 ${time}`,
      cancel: "取消",
      goOn: "继续",
    },
    drop: {
      title: "拖放到这里",
      text: "虚拟形象用 zip 或文件夹，角色卡用图片、JSON 或 CharX",
      reading: "正在读取文件…",
      sending: (label) => `正在发送 ${label}`,
      checking: (label) => `正在检查 ${label}`,
      done: {
        avatar: (name) => `${name} 登场了`,
        character: (name) => `现在可以和 ${name} 聊天了`,
      },
      failed: {
        avatar: (label) => `无法显示 ${label}`,
        character: (label) => `无法使用 ${label}`,
      },
      lineBroke: "连接中断了，请再试一次。",
      unfit: {
        nothing: "里面没有可以读取的文件",
        unknown: "这既不是虚拟形象（zip 或带有 .model3.json 的文件夹），也不是角色卡（PNG、JSON、CharX、JPEG 或 WebP）",
        several_cards: "请一次拖放一张角色卡",
        too_many: "文件太多了：请只拖放模型自己的文件夹",
      },
    },
    noSettings: "无法载入设置。服务器在运行吗？",
  },
};
