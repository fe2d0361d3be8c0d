/** Looking at an avatar that has been brought, before it is taken. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { turnErrorOf } from "./pull_store.ts";
import type { UploadResult } from "@/lib/protocol/uploads.ts";
import type { CallClient } from "@/web/connection/call_client.ts";
import type { Emotion } from "@/lib/protocol/emotions.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

/** Names of expressions by the feelings that the reader wants them for. */
export type Faces = Partial<Record<Emotion, string>>;

export class AvatarReview {
  readonly #call: CallClient["call"];
  readonly #faces = signal<Faces>({});
  readonly #error = signal<TurnError | null>(null);
  readonly #busy = signal(false);

  constructor(call: CallClient["call"]) {
    this.#call = call;
  }

  /** What the reader has chosen otherwise than it was found. */
  get faces(): ReadonlySignal<Faces> {
    return this.#faces;
  }

  /** Why it could not be taken, or removed. */
  get error(): ReadonlySignal<TurnError | null> {
    return this.#error;
  }

  /** Whether it is being taken or removed. */
  get busy(): ReadonlySignal<boolean> {
    return this.#busy;
  }

  /** Another avatar is looked at. */
  begin(): void {
    this.#faces.value = {};
    this.#error.value = null;
  }

  /** Wants an expression for a feeling; undefined for what is found. */
  wear(emotion: Emotion, expression: string | undefined): void {
    const { [emotion]: _before, ...others } = this.#faces.peek();
    this.#faces.value = expression === undefined ? others : { ...others, [emotion]: expression };
  }

  /** Shows it on every page from now on. @returns whether that worked */
  take({ name }: UploadResult): Promise<boolean> {
    return this.#try(() => this.#call("avatars.choose", { name, emotions: this.#faces.peek() }));
  }

  /** Removes it again. @returns whether that worked */
  remove({ name }: UploadResult): Promise<boolean> {
    return this.#try(() => this.#call("avatars.remove", { name }));
  }

  async #try(work: () => Promise<unknown>): Promise<boolean> {
    this.#busy.value = true;
    this.#error.value = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.#error.value = turnErrorOf(error);
      return false;
    } finally {
      this.#busy.value = false;
    }
  }
}
