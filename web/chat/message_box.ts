/** What waits in the box to be sent: words and images. They are there again when the page is loaded anew. */
import { type Signal, signal } from "@preact/signals";
import { Attachments } from "@/web/images/attachments.ts";
import type { PageStorage } from "@/web/browser/storage.ts";
import type { TurnImage } from "@/lib/protocol/images.ts";
import type { Status } from "@/lib/protocol/v2.ts";
import type { Turn } from "./conversation.ts";

export class MessageBox {
  readonly draft: Signal<string>;
  readonly attachments: Attachments;
  readonly #unfollow: () => void;

  constructor(storage: PageStorage) {
    this.draft = signal(storage.draft);
    this.attachments = new Attachments({ storage });
    this.#unfollow = this.draft.subscribe((text) => void (storage.draft = text));
  }

  /** Whether it can be sent: images wait until they are with the server, and for somebody who can see them. */
  canSend(status: Status | null): boolean {
    const { isEmpty, areReady } = this.attachments;
    if (isEmpty.value) return this.draft.value.trim() !== "";
    return areReady.value && status?.vision !== false;
  }

  /**
   * Hands what is in it to `ask`, and empties it.
   *
   * @param question what is asked of images without a word
   */
  take(question: string, ask: (text: string, images: TurnImage[]) => void): void {
    const { value } = this.draft;
    ask(value.trim() === "" ? question : value, this.attachments.take());
    this.draft.value = "";
  }

  /** Puts a prompt back, before what is there. */
  putBack({ prompt, images }: Pick<Turn, "prompt" | "images">): void {
    this.draft.value = this.draft.value === "" ? prompt : `${prompt}\n${this.draft.value}`;
    if (images !== undefined) this.attachments.restore(images);
  }

  dispose(): void {
    this.#unfollow();
    this.attachments.dispose();
  }
}
