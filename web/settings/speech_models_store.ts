/** The speech models of a kind that can be fetched, and how far each is. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { CallClient } from "@/web/connection/call_client.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";
import type {
  SpeechModelInfo,
  SpeechModelKind,
  SpeechModelList,
  SpeechModelProgress,
} from "@/lib/protocol/speech_models.ts";
import { primaryLanguage } from "@/lib/protocol/primary_language.ts";
import { turnErrorOf } from "./pull_store.ts";
import { RateMeter } from "./rate_meter.ts";

/** A model that is being fetched. */
export interface SpeechModelDownload {
  /** Absent until the server has told. */
  progress?: SpeechModelProgress;
  /** Bytes a second. */
  rate: number | null;
  secondsLeft: number | null;
}

export interface SpeechModelsStoreOptions {
  kind: SpeechModelKind;
  call: CallClient["call"];
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Called when a model has come or gone. */
  onChange(): void;
}

export class SpeechModelsStore {
  readonly #options: SpeechModelsStoreOptions;
  readonly #list = signal<SpeechModelList | null>(null);
  readonly #downloads = signal<ReadonlyMap<string, SpeechModelDownload>>(new Map());
  readonly #error = signal<TurnError | null>(null);
  #watching = new AbortController();

  constructor(options: SpeechModelsStoreOptions) {
    this.#options = options;
  }

  /** Null until it has been read. */
  get list(): ReadonlySignal<SpeechModelList | null> {
    return this.#list;
  }

  /** Those that are being fetched, by id. */
  get downloads(): ReadonlySignal<ReadonlyMap<string, SpeechModelDownload>> {
    return this.#downloads;
  }

  /** Why the list is not there, or a model was not removed. */
  get error(): ReadonlySignal<TurnError | null> {
    return this.#error;
  }

  /** Reads the list, and watches what is being fetched already. Never throws: a failure is in `error`. */
  async read(): Promise<void> {
    await this.#orError(async () => {
      const list = await this.#options.call("speechModels.list", { kind: this.#options.kind });
      this.#list.value = list;
      for (const { id, state } of list.models) {
        if (state === "running") void this.fetch(id);
      }
    });
  }

  /** Fetches a model. Never throws: why it did not come is told by the list. */
  async fetch(id: string): Promise<void> {
    if (this.#downloads.peek().has(id)) return;
    const { signal } = this.#watching;
    const rate = new RateMeter();
    this.#set(id, { rate: null, secondsLeft: null });
    let problem: TurnError | undefined;
    try {
      const onProgress = (progress: SpeechModelProgress) => this.#set(id, this.#downloadOf(progress, rate));
      await this.#options.call("speechModels.fetch", { id }, { signal, onProgress });
    } catch (error) {
      problem = turnErrorOf(error);
    }
    if (signal.aborted) return;
    this.#set(id, undefined);
    await this.read();
    // The server tells of what it has tried, but not of a line that broke.
    if (problem?.code === "offline") this.#error.value = problem;
    if (problem === undefined) this.#options.onChange();
  }

  /** Stops fetching a model. What has come stays with the server. */
  async cancel(id: string): Promise<void> {
    await this.#orError(() => this.#options.call("speechModels.cancel", { id }));
  }

  /** Takes a model away, or what has come of it. */
  async remove(id: string): Promise<void> {
    await this.#orError(() => this.#options.call("speechModels.remove", { id }));
    await this.read();
    this.#options.onChange();
  }

  /** Watches no more: fetching goes on without this page. */
  dispose(): void {
    this.#watching.abort(new DOMException("The page has closed", "AbortError"));
    this.#watching = new AbortController();
    this.#downloads.value = new Map();
  }

  #downloadOf(progress: SpeechModelProgress, rate: RateMeter): SpeechModelDownload {
    if (progress.step !== "fetching") return { progress, rate: null, secondsLeft: null };
    rate.add(progress.completed, this.#options.now());
    return { progress, rate: rate.perSecond, secondsLeft: rate.secondsLeft(progress.total) };
  }

  #set(id: string, download: SpeechModelDownload | undefined): void {
    const downloads = new Map(this.#downloads.peek());
    if (download === undefined) downloads.delete(id);
    else downloads.set(id, download);
    this.#downloads.value = downloads;
  }

  async #orError(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.#error.value = null;
    } catch (error) {
      this.#error.value = turnErrorOf(error);
    }
  }
}

/** Languages of the models, each once, those that the reader is likely to want first: the page's own, then the others. */
export function languagesOf(models: readonly SpeechModelInfo[], own: string): string[] {
  const all = new Set(models.flatMap(({ languages }) => languages.map(primaryLanguage)));
  return [...all].toSorted((a, b) => Number(b === own) - Number(a === own));
}

/** Those that know a language or need none, the best first; then those that have begun to come. */
export function modelsFor(models: readonly SpeechModelInfo[], language: string): SpeechModelInfo[] {
  const place = ({ languages }: SpeechModelInfo) => {
    const index = languages.findIndex((one) => primaryLanguage(one) === language);
    return index < 0 && languages.length > 0 ? Infinity : index;
  };
  return models.filter((model) => model.state !== "absent" || place(model) < Infinity)
    .toSorted((a, b) => place(a) === place(b) ? 0 : place(a) - place(b));
}
