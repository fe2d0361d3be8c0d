import type { ImageStorageWords, ImageWords } from "@/lib/i18n/types/images.ts";

export const IMAGES: ImageWords = {
  attach: "添加图片",
  choose: "选择图片",
  photograph: "拍照",
  share: "共享屏幕",
  sharing: "屏幕正在与本页面共享。在你截取之前，什么都不会发送。",
  takeFrame: "截取画面",
  stopSharing: "停止共享",
  screen: "屏幕",
  image: "图片",
  named: (name) => `图片：${name}`,
  remove: (name) => `移除${name}`,
  preparing: "正在准备…",
  question: "你看到了什么？",
  blind: (model) => `${model} 看不了图片。请移除图片，或选择能看图的模型。`,
  unseen: "回答时没有图片：这个模型看不了图片",
  drop: { title: "拖放到这里", text: "图片会放进你的消息" },
  problems: {
    unreadable: "此浏览器无法将其作为图片读取",
    offline: "图片未能发送：无法连接服务器",
    many: (most) => `一条消息最多可带 ${most} 张图片`,
  },
};

export const IMAGE_STORAGE: ImageStorageWords = {
  title: "对话中的图片",
  usage: (count, bytes, most) => `${count} 张，已用 ${bytes}，上限 ${most}`,
  about: "保存在数据文件夹中，删除对话时一并删除。",
};
