import type { AvatarWords } from "@/lib/i18n/types/avatar.ts";

const BRING = "请在设置中重新选择该形象：其文件会重新检查并准备。";
const RELOAD = "请重新载入本页。";
const DAMAGED = "文件可能已损坏：请重新获取模型。";

export const AVATAR: AvatarWords = {
  picture: (name) => `虚拟形象：${name}`,
  loading: "正在载入虚拟形象",
  tryOut: "试试表情和动作",
  feelings: "心情",
  emotions: {
    neutral: "平静",
    happy: "开心",
    excited: "兴奋",
    sad: "难过",
    angry: "生气",
    surprised: "惊讶",
    shy: "害羞",
    scared: "害怕",
    sleepy: "困倦",
    thinking: "思考",
  },
  expressions: "表情",
  motions: (group) => group === "" ? "动作" : `动作：${group}`,
  shrunk: "贴图超过了这个浏览器的上限，已缩小绘制。",
  hotkeys: "快捷键",
  view: "视图",
  size: "大小",
  leftRight: "左右",
  upDown: "上下",
  reset: "还原视图",
  faults: {
    no_webgl: {
      text: () => "这个浏览器无法使用 WebGL，不能绘制虚拟形象",
      hint: "请在浏览器设置中打开硬件加速，或换一个浏览器。",
    },
    webgl_lost: { text: () => "浏览器停止了绘制虚拟形象", hint: RELOAD },
    core_missing: { text: ({ file }) => `无法载入 Live2D 的 Cubism Core（${file}）`, hint: BRING },
    core_wrong: { text: ({ file }) => `${file} 不是 Live2D 的 Cubism Core`, hint: BRING },
    core_asleep: {
      text: () => "Live2D 的 Cubism Core 没有启动",
      hint: "请重新载入本页；如果仍然不行，请更新浏览器。",
    },
    file_missing: { text: ({ file, status }) => `无法载入 ${file}：服务器返回了 ${status}`, hint: BRING },
    file_cut: { text: ({ file }) => `无法载入 ${file}：连接中断了`, hint: "请确认服务器正在运行，然后重新载入本页。" },
    not_json: { text: ({ file }) => `${file} 不是 JSON`, hint: DAMAGED },
    not_entry: {
      text: ({ file }) => `${file} 不是 Live2D 模型的入口文件`,
      hint: "模型的入口文件以 .model3.json 结尾（Cubism 2 为 .model.json）。",
    },
    no_texture: { text: ({ file }) => `${file} 没有指定贴图`, hint: DAMAGED },
    bad_moc: { text: ({ file }) => `${file} 不是可以读取的 Live2D 模型`, hint: DAMAGED },
    bad_texture: { text: ({ file }) => `${file} 不是可以读取的图片`, hint: DAMAGED },
    too_new: {
      text: ({ file, format, latest }) => `${file} 是 Cubism ${format} 的格式，而这个 Cubism Core 最高只支持 ${latest}`,
      hint: "请在 vtuber.config.json 的 `cubismCore` 中指定更新的 Cubism Core，或将模型导出为较旧的版本。",
    },
    undrawable: { text: ({ name }) => `无法绘制 ${name}`, hint: "请重新载入本页，或选择其他模型。" },
    unexpected: { text: ({ message }) => `无法显示虚拟形象：${message}`, hint: RELOAD },
  },
};
