/** The images of prompts: who may see them, who could, and what becomes of them. */
import type { ConversationRegistry } from "@/lib/chat/conversation_registry.ts";
import type { ImageOf } from "@/lib/chat/context.ts";
import type { PromptImages } from "@/lib/chat/session_registry.ts";
import type { ImageStore, KeptImage } from "@/lib/images/image_store.ts";
import { OWNER, type Principal } from "@/lib/principal.ts";
import type { NamedImage, TurnImage } from "@/lib/protocol/images.ts";
import type { Store, StoredTurn } from "@/lib/store/store.ts";

export interface ImageServiceOptions {
  images: ImageStore;
  store: Pick<Store, "imageUses">;
  /** @throws {RequestError} when whoever would answer cannot see */
  checkVision(): Promise<void>;
}

export class ImageService implements PromptImages, Disposable {
  readonly #options: ImageServiceOptions;
  readonly #sweeping: Disposable;

  constructor(options: ImageServiceOptions) {
    this.#options = options;
    this.#sweeping = options.images.keepSwept(() => options.store.imageUses());
  }

  async take(named: readonly NamedImage[], sender: string): Promise<TurnImage[]> {
    await this.#options.checkVision();
    return await this.#options.images.take(named, sender);
  }

  share(images: readonly TurnImage[], from: string, to: string): Promise<void> {
    return this.#options.images.share(images, from, to);
  }

  /** An image that the principal has sent, or that a conversation shows which it may see. */
  async read(
    id: string,
    principal: Principal,
    conversations: Pick<ConversationRegistry, "senderOf">,
  ): Promise<KeptImage | undefined> {
    const { images } = this.#options;
    const own = await images.read({ id, sender: principal.id });
    if (own !== undefined) return own;
    const sender = await conversations.senderOf(id, principal);
    return sender === undefined ? undefined : await images.read({ id, sender });
  }

  /** For what the language model is told. */
  readonly imageOf: ImageOf = ({ id }, { askedBy = OWNER.id }) => ({
    read: () => this.#options.images.read({ id, sender: askedBy }),
  });

  /** Removes what turns have shown that are gone, unless others show it. */
  async forget(turns: readonly StoredTurn[]): Promise<void> {
    const { images, store } = this.#options;
    for (const { images: shown = [], askedBy: sender = OWNER.id } of turns) {
      for (const { id } of shown) {
        const uses = await store.imageUses(id);
        if (!uses.some((use) => use.sender === sender)) await images.remove({ id, sender });
      }
    }
  }

  [Symbol.dispose](): void {
    this.#sweeping[Symbol.dispose]();
  }
}
