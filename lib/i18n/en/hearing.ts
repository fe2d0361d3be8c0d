import type { HearingWords } from "@/lib/i18n/types/hearing.ts";

export const HEARING: HearingWords = {
  asking: "Allow the microphone where your browser asks for it",
  holding: "Listening as long as you hold",
  listening: "Listening",
  speaking: "Listening to you",
  held: "Your device gives no sound for now, as on a lock screen or during a call. Listening goes on afterwards.",
  stays: "What you say stays on this machine.",
  goesTo: (host) => `What you say goes to ${host}.`,
  onDevice: "What you say stays on your device.",
  toBrowserMaker: "What you say leaves your device: it goes to the maker of your browser.",
  troubles: {
    insecure: {
      title: "Browsers give a microphone to safe addresses only",
      help: "Open this page by https, or on the server's own machine as http://localhost. You can write as ever.",
    },
    unsupported: {
      title: "This browser cannot listen",
      help: "A current Chrome, Edge, Firefox or Safari can. You can write as ever.",
    },
    missing: { title: "There is no microphone", help: "Plug one in, or turn it on in the settings of your device." },
    refused: {
      title: "The microphone is not allowed",
      help: "Allow it beside the address of this page, or in the settings of your device.",
    },
    busy: { title: "The microphone cannot be opened", help: "Perhaps another program has it." },
    gone: {
      title: "The microphone is gone",
      help: "It was unplugged, or taken away. Press the button to go on with another one.",
    },
    elsewhere: { title: "Another tab listens now", help: "Press the button to go on here." },
    offline: { title: "There is no connection", help: "Listening goes on as soon as it is back." },
    crowded: {
      title: "Too many are being listened to",
      help: "You can write as ever, or press the button again in a few minutes.",
    },
    tapped: { title: "Hold it while you speak", help: "The message goes out when you let go." },
    failed: { title: "Nobody can listen now", help: "You can write as ever." },
  },
};
