import { join } from "node:path";
import { archiveOf, CATALOGUE, type CatalogueVoice, VOICES_URL } from "./catalogue.ts";
import { fetchRuntime, RUNTIME, runtimePackages } from "./fetch_runtime.ts";
import type { InstalledVoices } from "./installed.ts";
import { platform } from "./runtime.ts";
import { VoiceFolders } from "./voice_folders.ts";
import { DownloadError } from "@/lib/downloads/download_error.ts";
import { download, downloaded, removeDownload } from "@/lib/downloads/download.ts";
import type { RemoteFolder } from "@/lib/downloads/remote_folder.ts";
import { SharedJobs } from "@/lib/downloads/shared_jobs.ts";
import { exists } from "@/lib/files.ts";
import { NpmError } from "@/lib/npm/npm_error.ts";
import { report } from "@/lib/telemetry/guard.ts";
import type { VoiceModelInfo, VoiceModelList, VoiceModelProgress } from "@/lib/protocol/voice_models.ts";

export interface VoiceModelsOptions {
  /** Default: those that come with the program. */
  catalogue?: readonly CatalogueVoice[];
  /** Where their archives are, with `/` at its end. */
  base?: string;
  /** Brings sherpa-onnx into a folder. Default: from npm. */
  fetchRuntime?: typeof fetchRuntime;
}

/** Neural voices that are fetched when their reader wants them, and sherpa-onnx with the first of them. */
export class VoiceModels {
  /** Where voices lie, each in a folder of its own. */
  readonly folder: string;
  /** Where sherpa-onnx's packages lie. */
  readonly runtimeFolder: string;
  readonly #catalogue: readonly CatalogueVoice[];
  readonly #base: string;
  readonly #fetchRuntime: typeof fetchRuntime;
  readonly #jobs = new SharedJobs<VoiceModelProgress>();
  readonly #runtime = new SharedJobs<never>();
  /** Why a voice was not fetched when that was tried last. */
  readonly #problems = new Map<string, DownloadError>();
  readonly #followers = new Set<() => Promise<unknown>>();

  /** The voices that are here, fetched or put there by hand. */
  readonly installed: InstalledVoices = { list: () => this.#installed() };

  constructor(dataDir: string, options: VoiceModelsOptions = {}) {
    this.folder = join(dataDir, "voices");
    this.runtimeFolder = join(dataDir, "runtimes", `${RUNTIME.name}-${RUNTIME.version}`);
    this.#catalogue = options.catalogue ?? CATALOGUE;
    this.#base = options.base ?? VOICES_URL;
    this.#fetchRuntime = options.fetchRuntime ?? fetchRuntime;
  }

  /** Has somebody look whenever something may have come or gone, before that is told, until the returned function is called. */
  follow(look: () => Promise<unknown>): () => void {
    this.#followers.add(look);
    return () => this.#followers.delete(look);
  }

  async list(): Promise<VoiceModelList> {
    return {
      voices: await Promise.all(this.#catalogue.map((voice) => this.#info(voice))),
      host: new URL(this.#base).host,
      folder: this.folder,
      runtime: { ...RUNTIME, there: await exists(this.runtimeFolder) },
    };
  }

  /** Whether the list has a voice of that id. */
  has(id: string): boolean {
    return this.#catalogue.some((voice) => voice.id === id);
  }

  /**
   * Fetches a voice, or watches how it is fetched already.
   *
   * @param options `signal` ends the watching alone: see {@linkcode cancel}
   * @throws {DownloadError} when it cannot be fetched
   * @throws the reason of `signal`, or an `AbortError` when it was cancelled
   */
  async fetch(
    id: string,
    options: { signal: AbortSignal; onProgress(progress: VoiceModelProgress): void },
  ): Promise<void> {
    await this.#jobs.run(id, (signal, note) => this.#bring(this.#voice(id), signal, note), options);
  }

  /** Stops fetching a voice, and waits until that has stopped. What has come is kept. */
  async cancel(id: string): Promise<void> {
    await this.#jobs.cancel(id);
  }

  /** Takes a voice away, or what has come of it. */
  async remove(id: string): Promise<void> {
    const voice = this.#voice(id);
    await this.#jobs.cancel(id);
    this.#problems.delete(id);
    await removeDownload(this.#remote(voice));
    await this.#changed();
  }

  /** Everything that lies in the folder, what is of the list with the name and languages that it has there. */
  async #installed(): ReturnType<InstalledVoices["list"]> {
    return (await new VoiceFolders(this.folder).list()).map((voice) => {
      const known = this.#catalogue.find(({ id }) => id === voice.id);
      return known === undefined ? voice : { ...voice, name: known.name, languages: known.languages };
    });
  }

  /** Stops everything. What has come is kept. */
  async close(): Promise<void> {
    await Promise.all([this.#jobs.close(), this.#runtime.close()]);
  }

  async #bring(
    voice: CatalogueVoice,
    signal: AbortSignal,
    note: (progress: VoiceModelProgress) => void,
  ): Promise<void> {
    this.#problems.delete(voice.id);
    try {
      await this.#bringRuntime(signal, note);
      await download(this.#remote(voice), { signal, onProgress: note });
    } catch (error) {
      if (error instanceof DownloadError) this.#problems.set(voice.id, error);
      throw error;
    } finally {
      await this.#changed();
    }
  }

  async #changed(): Promise<void> {
    const looks = await Promise.allSettled([...this.#followers].map((look) => look()));
    for (const one of looks) if (one.status === "rejected") report("look at the neural voices", one.reason);
  }

  /** Before the voice, which is larger: where it cannot be had, nobody waits in vain. */
  async #bringRuntime(signal: AbortSignal, note: (progress: VoiceModelProgress) => void): Promise<void> {
    if (await exists(this.runtimeFolder)) return;
    note({ step: "runtime" });
    try {
      const job = (signal: AbortSignal) => this.#fetchRuntime(this.runtimeFolder, signal);
      await this.#runtime.run("", job, { signal, onProgress: () => {} });
    } catch (cause) {
      if (!(cause instanceof NpmError)) throw cause;
      const packages = runtimePackages(platform()).join(" and ");
      const hint =
        `Check the connection to the internet and try again, or put ${packages} from npm into ${this.runtimeFolder}`;
      throw new DownloadError(cause.message, hint, { cause });
    }
  }

  async #info({ sha256: _, kind: __, ...voice }: CatalogueVoice): Promise<VoiceModelInfo> {
    const told = { ...voice, languages: [...voice.languages], licenses: [...voice.licenses] };
    if (this.#jobs.has(voice.id)) return { ...told, state: "running" };
    const { state, ...amount } = await downloaded(this.#remote(this.#voice(voice.id)));
    const problem = this.#problems.get(voice.id);
    return {
      ...told,
      state,
      ...("completed" in amount && { completed: amount.completed }),
      ...(problem !== undefined && state !== "there" && { problem: { message: problem.message, hint: problem.hint } }),
    };
  }

  #voice(id: string): CatalogueVoice {
    const voice = this.#catalogue.find((one) => one.id === id);
    if (voice === undefined) throw new Error(`Cannot find the voice ${id}: the list has none of that id`);
    return voice;
  }

  #remote(voice: CatalogueVoice): RemoteFolder {
    return { folder: join(this.folder, voice.id), files: [archiveOf(voice, this.#base)] };
  }
}
