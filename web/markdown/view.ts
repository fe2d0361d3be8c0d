/** An answer as formatted text in the page. */
import purify, { type Config } from "dompurify";
import { MarkdownBlocks } from "./blocks.ts";

/** Rendering may take this share of the time: when the open block has grown huge, it is drawn less often. */
const SHARE = 0.25;

/** What an answer can be made of. No style, no id, no form, nothing that loads or runs. */
const ALLOWED: Config & { RETURN_DOM_FRAGMENT: true } = {
  ALLOWED_TAGS: [
    ..."p br hr h4 h5 h6 strong em del code pre blockquote ul ol li a".split(" "),
    ..."table thead tbody tr th td".split(" "),
  ],
  ALLOWED_ATTR: ["href", "title", "class", "align", "start"],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

export class MarkdownView {
  readonly #root: HTMLElement;
  readonly #copy: string;
  #blocks = new MarkdownBlocks();
  #open = block();
  #text = "";
  #nextAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param root an element whose content is this view's from now on
   * @param copy the word on buttons that copy code
   */
  constructor(root: HTMLElement, copy: string) {
    this.#root = root;
    this.#copy = copy;
    root.replaceChildren(this.#open);
  }

  /** Shows the whole text. With `complete`, it will not grow any more. */
  update(text: string, complete: boolean): void {
    clearTimeout(this.#timer);
    const began = performance.now();
    if (!complete && began < this.#nextAt) {
      this.#timer = setTimeout(() => this.update(text, complete), this.#nextAt - began);
      return;
    }
    // After a crash, the server may remember less than this page has seen.
    if (!text.startsWith(this.#text)) this.#startOver();
    this.#text = text;
    const { finished, open } = this.#blocks.grow(text, complete);
    for (const html of finished) {
      const element = block();
      element.append(this.#render(html));
      this.#open.before(element);
    }
    this.#open.replaceChildren(this.#render(open));
    if (complete) this.#open.remove();
    const now = performance.now();
    this.#nextAt = now + (now - began) / SHARE;
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #startOver(): void {
    this.#blocks = new MarkdownBlocks();
    this.#open = block();
    this.#root.replaceChildren(this.#open);
  }

  #render(html: string): DocumentFragment {
    const fragment = purify.sanitize(html, ALLOWED);
    for (const link of fragment.querySelectorAll("a")) {
      link.target = "_blank";
      link.rel = "noopener noreferrer";
    }
    for (const table of fragment.querySelectorAll("table")) wrap(table, "table-frame").tabIndex = 0;
    for (const pre of fragment.querySelectorAll("pre")) this.#dress(pre);
    return fragment;
  }

  /** Puts a head over code: its language, and a button that `codeToCopy` knows. */
  #dress(pre: HTMLPreElement): void {
    const head = document.createElement("div");
    head.className = "code-head";
    const language = document.createElement("span");
    language.textContent = /\blanguage-(\S+)/.exec(pre.firstElementChild?.className ?? "")?.[1] ?? "";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy-code";
    button.textContent = this.#copy;
    head.append(language, button);
    pre.tabIndex = 0;
    wrap(pre, "code-frame").prepend(head);
  }
}

/** The code whose copy button was pressed; null when the event is about something else. */
export function codeToCopy(event: Event): { button: HTMLElement; code: string } | null {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>(".copy-code") : null;
  const pre = button?.closest(".code-frame")?.querySelector("pre");
  return button && pre ? { button, code: pre.textContent ?? "" } : null;
}

function block(): HTMLElement {
  const element = document.createElement("div");
  element.className = "block";
  return element;
}

function wrap(inner: HTMLElement, name: string): HTMLElement {
  const outer = document.createElement("div");
  outer.className = name;
  inner.replaceWith(outer);
  outer.append(inner);
  return outer;
}
