/** The images that wait in the box to be sent: each is shrunk and brought to the server as soon as it is there. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { MOST_IMAGES, type TurnImage } from "@/lib/protocol/images.ts";
import { newId } from "@/web/browser/new_id.ts";
import type { PageStorage } from "@/web/browser/storage.ts";
import { ScreenShare } from "./screen_share.ts";
import { imageAddress, sendImage } from "./send_image.ts";

/** Why an image cannot be attached: the page's own words, or the server's. */
export type AttachProblem = "unreadable" | "offline" | "many" | { message: string };

export interface Attachment {
  key: string;
  /** Empty until it can be shown. */
  source: string;
  name: string;
  /** Null while it is on its way to the server. */
  image: TurnImage | null;
}

export interface AttachmentsOptions {
  storage: PageStorage;
  /** Makes a file, or what a video shows, fit to be sent. Default: in this browser, once it is wanted. */
  shrink?(source: Blob | HTMLVideoElement): Promise<Blob>;
  /** Default: to the page's server. */
  send?: typeof sendImage;
}

export class Attachments {
  readonly share = new ScreenShare();
  /** Whether the ways to attach something are shown. */
  readonly choosing = signal(false);
  readonly #list: Signal<readonly Attachment[]>;
  readonly #problem = signal<AttachProblem | null>(null);
  readonly #options: AttachmentsOptions;
  readonly #end = new AbortController();

  constructor(options: AttachmentsOptions) {
    this.#options = options;
    this.#list = signal(options.storage.images.map(attached));
  }

  get list(): ReadonlySignal<readonly Attachment[]> {
    return this.#list;
  }

  /** Why the last one could not be attached. */
  get problem(): ReadonlySignal<AttachProblem | null> {
    return this.#problem;
  }

  readonly isEmpty = computed(() => this.#list.value.length === 0);
  /** Whether all of them are with the server. */
  readonly areReady = computed(() => this.#list.value.every(({ image }) => image !== null));

  /** Attaches images; `name` for what has none of its own. */
  async add(sources: Iterable<File | HTMLVideoElement>, name = ""): Promise<void> {
    this.choosing.value = false;
    this.#problem.value = null;
    for (const source of sources) {
      if (this.#list.peek().length >= MOST_IMAGES) return void (this.#problem.value = "many");
      await this.#add(source, "name" in source ? source.name : name);
    }
  }

  remove(key: string): void {
    const list = this.#list.peek();
    list.filter((one) => one.key === key).forEach(freeSource);
    this.#set(list.filter((one) => one.key !== key));
    this.#problem.value = null;
  }

  /** Takes those that are with the server out of the box. */
  take(): TurnImage[] {
    const ready = this.#list.peek().filter(({ image }) => image !== null);
    for (const { key } of ready) this.remove(key);
    return ready.map(({ image }) => image!);
  }

  /** Puts images back that could not be sent. */
  restore(images: readonly TurnImage[]): void {
    this.#set([...images.map(attached), ...this.#list.peek()].slice(0, MOST_IMAGES));
  }

  dispose(): void {
    this.#end.abort();
    this.share.stop();
    this.#list.peek().forEach(freeSource);
  }

  async #add(source: File | HTMLVideoElement, name: string): Promise<void> {
    const key = newId();
    this.#set([...this.#list.peek(), { key, source: "", name, image: null }]);
    const { shrink = shrunk, send = sendImage } = this.#options;
    let blob: Blob;
    try {
      blob = await shrink(source);
    } catch {
      // Whatever it is, this browser cannot show it.
      return this.#fail(key, "unreadable");
    }
    if (!this.#change(key, { source: URL.createObjectURL(blob) })) return;
    const sent = await send(blob, this.#end.signal);
    if ("id" in sent) this.#change(key, { image: { ...sent, ...(name !== "" && { name }) } });
    else this.#fail(key, sent.problem);
  }

  #fail(key: string, problem: AttachProblem): void {
    this.remove(key);
    this.#problem.value = problem;
  }

  /** False where it was removed meanwhile. */
  #change(key: string, change: Partial<Attachment>): boolean {
    const isThere = this.#list.peek().some((one) => one.key === key);
    if (isThere) this.#set(this.#list.peek().map((one) => one.key === key ? { ...one, ...change } : one));
    return isThere;
  }

  #set(list: readonly Attachment[]): void {
    this.#list.value = list;
    this.#options.storage.images = list.map(({ image }) => image).filter((image) => image !== null);
  }
}

function attached(image: TurnImage): Attachment {
  return { key: newId(), source: imageAddress(image.id), name: image.name ?? "", image };
}

/** What was shrunk here takes memory as long as its address is there. */
function freeSource({ source }: Attachment): void {
  if (source.startsWith("blob:")) URL.revokeObjectURL(source);
}

async function shrunk(source: Blob | HTMLVideoElement): Promise<Blob> {
  return (await import("./shrink.ts")).shrunk(source);
}
