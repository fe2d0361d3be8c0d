import type { SetupWords } from "@/lib/i18n/types/setup.ts";

export const SETUP: SetupWords = {
  checks: "准备情况",
  serverThere: (server) => `${server} 正在运行`,
  serverMissing: (server, host) => `${host} 的 ${server} 没有响应`,
  modelThere: (model) => `模型 ${model} 已就绪`,
  modelMissing: (model) => `还没有模型 ${model}`,
  modelUnknown: (model, server) => `模型 ${model}：${server} 运行后才知道`,
  webglThere: "这个浏览器可以用 WebGL 绘制虚拟形象",
  webglMissing: "这个浏览器不能用 WebGL 绘制",
  webglHelp: "请在浏览器设置中打开硬件加速，或换一个浏览器。",
  contextThere: (tokens) => `能记住对话中的 ${tokens} 个词元`,
  contextLoaded: (tokens, most) => `能记住对话中的 ${tokens} 个词元（模型最多 ${most} 个）`,
  contextUnknown: "能记住多少：有了模型才知道",
  loaded: (size, percent) =>
    percent === 100
      ? `已加载（${size}），全部在显卡上`
      : percent === 0
      ? `已加载（${size}），只用处理器运行`
      : `已加载（${size}），只有 ${percent} % 在显卡上`,
  memoryHelp: "这样会慢一些。换更小的模型或更短的上下文，也许就能放进显卡。",
  memoryUnknown: "显卡放不放得下：加载后就知道",
  alsoLoaded: (models) => `内存中还有：${models}`,
  verdicts: { good: "已有：", weak: "可以更好：", bad: "缺少：", unknown: "未知：" },
  startServer: "请在这台电脑上启动它：",
  start: (server) => `启动 ${server}`,
  starting: (server) => `正在启动 ${server}…`,
  getServer: (server) => `获取 ${server}`,
  checkAgain: "再试一次",
  checking: "正在检查…",
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
  review: {
    found: (faces, motions) => `${faces} 个表情，${motions} 个动作。`,
    faces: "每种心情用哪个表情",
    byItself: (name) => name === undefined ? "自动" : `自动：${name}`,
    missing: (count) => `缺少或略去的内容：${count} 项`,
    take: "登上舞台",
    remove: "移除",
  },
  drop: {
    several: (label) => `${label} 中有多个模型。要用哪一个？`,
    review: (name) => `请查看 ${name}`,
    title: "拖放到这里",
    text: "图片放进消息，虚拟形象用 zip 或文件夹，角色卡用图片、JSON 或 CharX",
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
    proxyAnswered: (status) =>
      `这个页面与服务器之间的代理代替服务器作了回答 (${status})${
        status === 413 ? "：它不接受这么大的文件，请调高它的上限（nginx 中为 client_max_body_size）" : ""
      }`,
    connectionLost: "连接中断了，请再试一次。",
    problems: {
      nothing: "里面没有可以读取的文件",
      unknown: "这既不是虚拟形象（zip 或带有 .model3.json 的文件夹），也不是角色卡（PNG、JSON、CharX、JPEG 或 WebP）",
      several_cards: "请一次拖放一张角色卡",
      too_many: "文件太多了：请只拖放模型自己的文件夹",
    },
  },
  notLoaded: "无法载入。服务器在运行吗？",
};
