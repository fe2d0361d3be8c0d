/** What tables and code stand in: a head with buttons, and a box in which what is wide scrolls. */

/** What is written on the buttons. */
export interface FrameWords {
  copy: string;
  /** Shown where something has not all the room it wants. */
  enlarge: string;
}

/** What may be wide. */
const CONTENT = ":is(pre, table)";

/** Puts frames around the tables and the code of an answer. */
export function frameAll(answer: DocumentFragment, words: FrameWords): void {
  for (const table of answer.querySelectorAll("table")) {
    const scroll = wrap(table, "table-scroll");
    scroll.tabIndex = 0;
    wrap(scroll, "frame table-frame").prepend(headOf("", button("enlarge", words.enlarge)));
  }
  for (const pre of answer.querySelectorAll("pre")) {
    const language = pre.firstElementChild?.getAttribute("title") ?? "";
    pre.firstElementChild?.removeAttribute("title");
    pre.tabIndex = 0;
    const buttons = [button("enlarge", words.enlarge), button("copy-code", words.copy)];
    wrap(pre, "frame code-frame").prepend(headOf(language, ...buttons));
  }
}

/** Marks the frames whose content is wider than they are, as `wide`, whenever that changes. */
export class WideFrames {
  readonly #observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const { scrollWidth, clientWidth, parentElement } = target;
      parentElement?.classList.toggle("wide", scrollWidth > clientWidth + 1);
    }
  });

  /** Follows those of a block that is finished. */
  follow(block: Element): void {
    for (const scroll of block.querySelectorAll(".table-scroll, .code-frame > pre")) this.#observer.observe(scroll);
  }

  dispose(): void {
    this.#observer.disconnect();
  }
}

/** The code whose copy button was pressed; null when the event is about something else. */
export function codeToCopy(event: Event): { button: HTMLElement; code: string } | null {
  const button = pressed(event, ".copy-code");
  const pre = button?.closest(".frame")?.querySelector("pre");
  return button && pre ? { button, code: pre.textContent ?? "" } : null;
}

/** What is to be shown large, where the button for that was pressed; null when the event is about something else. */
export function contentToEnlarge(event: Event): Element | null {
  return pressed(event, ".enlarge")?.closest(".frame")?.querySelector(CONTENT) ?? null;
}

function pressed(event: Event, selector: string): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
}

function headOf(title: string, ...buttons: HTMLElement[]): HTMLElement {
  const head = document.createElement("div");
  head.className = "frame-head";
  const language = document.createElement("span");
  language.textContent = title;
  head.append(language, ...buttons);
  return head;
}

function button(name: string, text: string): HTMLElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `frame-button ${name}`;
  made.textContent = text;
  return made;
}

function wrap(inner: HTMLElement, name: string): HTMLElement {
  const outer = document.createElement("div");
  outer.className = name;
  inner.replaceWith(outer);
  outer.append(inner);
  return outer;
}
