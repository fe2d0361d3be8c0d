import type { HearingWords } from "@/lib/i18n/types/hearing.ts";

export const HEARING: HearingWords = {
  asking: "请在浏览器的询问中允许使用麦克风",
  holding: "按住期间正在听",
  listening: "正在听",
  speaking: "正在听你说",
  held: "设备暂时不提供声音，例如锁屏或通话时。之后会继续听。",
  stays: "你说的话不会离开这台机器。",
  goesTo: (host) => `你说的话会发送到 ${host}。`,
  onDevice: "你说的话不会离开你的设备。",
  toBrowserMaker: "你说的话会离开你的设备，发送给浏览器的厂商。",
  troubles: {
    insecure: {
      title: "浏览器只在安全的地址上提供麦克风",
      help: "请用 https 打开本页，或在服务器本机上用 http://localhost 打开。仍可照常打字。",
    },
    unsupported: {
      title: "这个浏览器无法听取",
      help: "最新的 Chrome、Edge、Firefox 或 Safari 可以。仍可照常打字。",
    },
    missing: { title: "没有麦克风", help: "请接上麦克风，或在设备的设置中启用它。" },
    refused: { title: "麦克风未获允许", help: "请在本页地址旁边或设备的设置中允许它。" },
    busy: { title: "无法打开麦克风", help: "也许正被其他程序占用。" },
    gone: { title: "麦克风不见了", help: "它被拔出或被收走了。按下按钮可换一个继续。" },
    elsewhere: { title: "现在由另一个标签页在听", help: "按下按钮即可在这里继续。" },
    offline: { title: "没有连接", help: "恢复后会立即继续听。" },
    crowded: { title: "正在听的人太多，没有空位", help: "仍可照常打字，或几分钟后再按一次按钮。" },
    tapped: { title: "说话时请按住", help: "松开后消息就会发出。" },
    failed: { title: "现在无法听取", help: "仍可照常打字。" },
  },
};
