/** An answer as formatted text in the page. */
import purify, { type Config } from "dompurify";
import { MarkdownBlocks } from "./blocks.ts";
import { drawFormulas } from "./formulas.ts";
import { frameAll, type FrameWords, WideFrames } from "./frames.ts";
import { patch } from "./patch.ts";

export { showEnlarged } from "./enlarged.ts";
export { codeToCopy, contentToEnlarge } from "./frames.ts";

/** Rendering may take this share of the time: when the open block has grown huge, it is drawn less often. */
const SHARE = 0.25;

/** What an answer can be made of. No style, no id, no form, nothing that loads or runs. Boxes are those of tasks. */
const ALLOWED: Config & { RETURN_DOM_FRAGMENT: true } = {
  ALLOWED_TAGS: [
    ..."p br hr h4 h5 h6 strong em del s b i u ins sub sup small mark q kbd code pre blockquote ul ol li a".split(" "),
    ..."table thead tbody tr th td label input span div".split(" "),
  ],
  ALLOWED_ATTR: ["href", "title", "class", "align", "start", "dir", "type", "checked", "disabled"],
  // Of these, DOMPurify would ask for an address as well.
  ADD_URI_SAFE_ATTR: ["align", "start", "dir", "type", "checked", "disabled"],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

export class MarkdownView {
  readonly #root: HTMLElement;
  readonly #words: FrameWords;
  readonly #wide = new WideFrames();
  readonly #prose: boolean;
  #blocks: MarkdownBlocks;
  #finished: HTMLElement[] = [];
  #open = block();
  #text = "";
  #complete = false;
  #nextAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param root an element whose content is this view's from now on
   * @param words what is written on buttons
   * @param prose true for a story; see `MarkdownBlocks`
   */
  constructor(root: HTMLElement, { words, prose = false }: { words: FrameWords; prose?: boolean }) {
    this.#root = root;
    this.#words = words;
    this.#prose = prose;
    this.#blocks = new MarkdownBlocks({ prose });
    root.replaceChildren(this.#open);
  }

  /** Shows the whole text. With `complete`, it will not grow any more, unless its answer is gone on with. */
  update(text: string, complete: boolean): void {
    clearTimeout(this.#timer);
    const began = performance.now();
    if (!complete && began < this.#nextAt) {
      this.#timer = setTimeout(() => this.update(text, complete), this.#nextAt - began);
      return;
    }
    // After a crash, the server may remember less than this page has seen. What was complete may be gone on with.
    const reopened = this.#complete && !(complete && text === this.#text);
    if (reopened || !text.startsWith(this.#text)) this.#startOver();
    this.#text = text;
    this.#complete = complete;
    const { finished, open, changed } = this.#blocks.grow(text, complete);
    for (const html of finished) {
      const element = block();
      element.append(this.#render(html));
      this.#wide.follow(element);
      this.#finished.push(element);
    }
    this.#open.before(...this.#finished.slice(this.#finished.length - finished.length));
    for (const [index, html] of changed) {
      const element = this.#finished[index];
      if (element === undefined) continue;
      element.replaceChildren(this.#render(html));
      this.#wide.follow(element);
    }
    patch(this.#open, this.#render(open));
    if (complete) this.#open.remove();
    const now = performance.now();
    this.#nextAt = now + (now - began) / SHARE;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#wide.dispose();
  }

  #startOver(): void {
    this.#blocks = new MarkdownBlocks({ prose: this.#prose });
    this.#finished = [];
    this.#open = block();
    this.#root.replaceChildren(this.#open);
  }

  #render(html: string): DocumentFragment {
    const fragment = purify.sanitize(html, ALLOWED);
    for (const link of fragment.querySelectorAll("a")) {
      link.target = "_blank";
      link.rel = "noopener noreferrer";
    }
    frameAll(fragment, this.#words);
    drawFormulas(fragment);
    return fragment;
  }
}

function block(): HTMLElement {
  const element = document.createElement("div");
  element.className = "block";
  return element;
}
