/** What the page says, but for its settings. */
import type { ErrorCode } from "@/lib/protocol/codes.ts";
import type { AvatarWords } from "./avatar.ts";
import type { ImageWords } from "./images.ts";
import type { SetupWords } from "./setup.ts";

/** Everything the interface says. A function takes what is put into the sentence. */
export interface Words {
  /** The language's own name. */
  name: string;
  pageTitle: string;
  description: string;
  /** Of the link that leads past the stage. */
  skip: string;
  /** Names the handle between the stage and the conversation. */
  divider: string;
  conversation: string;
  message: string;
  placeholder: string;
  /** Of a button that begins a new line in the box. */
  newLine: string;
  /** What the Enter key does in the box: the setting, and what there is to choose. */
  enterKey: string;
  enterKeys: Record<"auto" | "send" | "newline", string>;
  send: string;
  stop: string;
  you: string;
  newConversation: string;
  settings: string;
  appearance: string;
  themes: { system: string; light: string; dark: string; contrast: string };
  language: string;
  close: string;
  latest: string;
  connection: {
    connecting: string;
    waiting: string;
    closed: string;
    /** To a guest, when its link is taken back or nobody is let in any more. */
    revoked: string;
    reconnect: string;
  };
  ready: string;
  demo: string;
  noModel: string;
  leavesMachine(host: string): string;
  greeting(name: string): string;
  invitation: string;
  /** Choosing what the character says first. */
  greetings: { choice: string; previous: string; next: string; place(index: number, count: number): string };
  suggestions: readonly string[];
  thinking: string;
  thoughts: string;
  waitingInLine: string;
  sending: string;
  notSent: string;
  cancelled: string;
  cutShort: string;
  /** Under an answer that another one gave than the chosen one. */
  answeredBy(server: string, model: string): string;
  /** Of a button that goes on with an answer that broke off. */
  continue: string;
  /** Below an answer without a word: why, and what to do. */
  noAnswer: { onlyThoughts: string; nothing: string; thoughtTooLong: string };
  tryAgain: string;
  edit: string;
  copy: string;
  copied: string;
  /** Of a button that shows a table or code over the whole page. */
  enlarge: string;
  /** What that is called. */
  enlarged: string;
  save: string;
  cancel: string;
  conversations: {
    title: string;
    search: string;
    loading: string;
    none: string;
    nothingFound(query: string): string;
    turns(count: number): string;
    /** The one that is on the screen. */
    here: string;
    /** One of a guest. */
    guest: string;
    more(title: string): string;
    rename: string;
    newTitle: string;
    saveAs(format: string): string;
    delete: string;
    deleteQuestion: string;
  };
  turns: {
    edit: string;
    editing: string;
    /** What happens to the turns after the one that is edited. */
    replaces: string;
    regenerate: string;
  };
  context: {
    label: string;
    tokens(used: string, budget: string): string;
    /** Where the tokens are an estimate. */
    about(used: string, budget: string): string;
    allTold: string;
    /** How many of the oldest messages the model is not told any more. */
    left(count: number): string;
    /** Above the names of what of the character's lore book is told. */
    lore(tokens: string): string;
    noLore: string;
    loreLeftOut(names: string): string;
  };
  notices: {
    demoTitle: string;
    demoText(server: string): string;
    noModelTitle(server: string): string;
    noModelText(host: string): string;
    modelTitle(model: string): string;
    modelText(server: string): string;
    /** Where another one answers than the chosen one. */
    standInTitle(server: string): string;
    standInText(chosen: string, server: string, model: string): string;
  };
  voice: {
    /** Of the switch: pressed, the character is not heard. */
    mute: string;
    volume: string;
    /** Asks for the press that browsers want before a page may sound. */
    blocked(name: string): string;
    /** Of buttons: what is said for the first time, and again. */
    hear: string;
    replay: string;
    /** Of what follows where an answer was cut short. */
    unheard: string;
    /** When the text of an answer is shown that is said aloud: the setting, and what there is to choose. */
    textTime: string;
    textTimes: Record<"first" | "heard", string>;
  };
  /** The microphone's button, where it is to be held, and where it is pressed once and once more. */
  microphone: { hold: string; toggle: string };
  /** Titles of failures, of a provider by its name. What exactly went wrong follows in the server's words. */
  errors(server: string): Record<ErrorCode, string>;
  /** To a guest who has used what it may, in place of the server's words. */
  quota: {
    /** It may go on in so many seconds. */
    again(seconds: number): string;
    /** It has as many conversations as are kept. */
    conversations: string;
  };
  /** Begins such a title where the provider's name is not known. */
  anyServer: string;
  images: ImageWords;
  /** What the first run says. */
  setup: SetupWords;
  /** What the stage says. */
  avatar: AvatarWords;
  notFound: string;
  broken: string;
  /** Before what failed, as the browser calls it. */
  cannotRun: string;
  noScripts: string;
  back: string;
}
