import { join } from "node:path";
import { fetchRuntime, RUNTIME, runtimePackages } from "./fetch_runtime.ts";
import { foldersIn } from "./folder_files.ts";
import { findPackages, NEEDS_PACKAGES, platform } from "./runtime.ts";
import { DownloadError } from "@/lib/downloads/download_error.ts";
import { download, type Downloaded, downloaded, removeDownload } from "@/lib/downloads/download.ts";
import { bytesOf, type RemoteFile } from "@/lib/downloads/remote_folder.ts";
import { SharedJobs } from "@/lib/downloads/shared_jobs.ts";
import { exists, removeIfThere } from "@/lib/files.ts";
import { NpmError } from "@/lib/npm/npm_error.ts";
import { report } from "@/lib/telemetry/guard.ts";
import type {
  License,
  OwnSpeechModel,
  SpeechModelInfo,
  SpeechModelKind,
  SpeechModelList,
  SpeechModelPart,
  SpeechModelProgress,
} from "@/lib/protocol/speech_models.ts";

/** A model that a reader can fetch. */
export interface CatalogueModel {
  /** As the configuration names it, and its folder. */
  id: string;
  kind: SpeechModelKind;
  name: string;
  /** BCP 47, the one that it knows best first. */
  languages: readonly string[];
  /** How many voices are in it. */
  speakers?: number;
  /** True where a recogniser tells words while they are being said. */
  streaming?: boolean;
  /** First that of the model, then those of what comes with it. */
  licenses: readonly License[];
  /** Page of those who have made it. */
  source: string;
  /** Its files on hosts; absent where npm has it. */
  files?: readonly RemoteFile[];
  /** Of what is brought from npm: what it is called, how many bytes that are, and what brings it. */
  npm?: { names: string; bytes: number; bring(folder: string, signal: AbortSignal): Promise<void> };
}

/** Reads what the folder of a model has; `problem` says why it cannot be used. */
export type ReadModelFolder = (folder: string) => Promise<object | { problem: string }>;

export interface SpeechModelsOptions {
  catalogue: readonly CatalogueModel[];
  /** Read folders that the catalogue does not know. Of kinds without one nothing is told of such folders. */
  readers?: Readonly<Partial<Record<SpeechModelKind, ReadModelFolder>>>;
  /** Brings sherpa-onnx into a folder. Default: from npm. */
  fetchRuntime?: typeof fetchRuntime;
}

/** What several models need, and npm has. */
interface SharedPart {
  part: SpeechModelPart;
  folder: string;
  /** Its packages, for the reader. */
  names: string;
  bring(folder: string, signal: AbortSignal): Promise<void>;
  isThere(): Promise<boolean>;
}

/** The folders of the data folder in which models lie, each in one of its own. */
const FOLDERS: Readonly<Record<SpeechModelKind, string>> = {
  voice: "voices",
  recogniser: "recognisers",
  wake: "wake-words",
  detector: "detectors",
};
/** Where npm's packages come from, for the reader. */
const NPM = "npm";

/** Models for sherpa-onnx that are fetched when their reader wants them, and sherpa-onnx with the first of them. */
export class SpeechModels {
  /** Where sherpa-onnx's packages lie. */
  readonly runtimeFolder: string;
  readonly #dataDir: string;
  readonly #catalogue: readonly CatalogueModel[];
  readonly #readers: NonNullable<SpeechModelsOptions["readers"]>;
  readonly #fetchRuntime: typeof fetchRuntime;
  readonly #jobs = new SharedJobs<SpeechModelProgress>();
  /** What comes from npm, by its folder. */
  readonly #packages = new SharedJobs<never>();
  /** Why a model was not fetched when that was tried last. */
  readonly #problems = new Map<string, DownloadError>();
  readonly #followers = new Set<() => Promise<unknown>>();

  constructor(dataDir: string, options: SpeechModelsOptions) {
    this.#dataDir = dataDir;
    this.runtimeFolder = join(dataDir, "runtimes", `${RUNTIME.name}-${RUNTIME.version}`);
    this.#catalogue = options.catalogue;
    this.#readers = options.readers ?? {};
    this.#fetchRuntime = options.fetchRuntime ?? fetchRuntime;
  }

  /** Where models of a kind lie, each in a folder of its own. */
  folderOf(kind: SpeechModelKind): string {
    return join(this.#dataDir, FOLDERS[kind]);
  }

  /** Has somebody look whenever something may have come or gone, before that is told, until the returned function is called. */
  follow(look: () => Promise<unknown>): () => void {
    this.#followers.add(look);
    return () => this.#followers.delete(look);
  }

  async list(kind: SpeechModelKind): Promise<SpeechModelList> {
    const models = this.#catalogue.filter((model) => model.kind === kind);
    const isThere = await this.#runtime.isThere();
    const hosts = models.flatMap(({ files }) => files?.map(({ url }) => new URL(url).host) ?? [NPM]);
    return {
      models: await Promise.all(models.map((model) => this.#info(model))),
      own: await this.#own(kind, isThere ? undefined : NEEDS_PACKAGES),
      host: [...new Set(hosts)].join(", "),
      folder: this.folderOf(kind),
      runtime: { ...RUNTIME, there: isThere },
    };
  }

  /** The model of that id. */
  find(id: string): CatalogueModel | undefined {
    return this.#catalogue.find((model) => model.id === id);
  }

  /**
   * Fetches a model, or watches how it is fetched already.
   *
   * @param options `signal` ends the watching alone: see {@linkcode cancel}
   * @throws {DownloadError} when it cannot be fetched
   * @throws the reason of `signal`, or an `AbortError` when it was cancelled
   */
  async fetch(
    id: string,
    options: { signal: AbortSignal; onProgress(progress: SpeechModelProgress): void },
  ): Promise<void> {
    await this.#jobs.run(id, (signal, note) => this.#bring(this.#model(id), signal, note), options);
  }

  /** Stops fetching a model, and waits until that has stopped. What has come is kept. */
  async cancel(id: string): Promise<void> {
    await this.#jobs.cancel(id);
  }

  /** Takes a model away, or what has come of it. */
  async remove(id: string): Promise<void> {
    const model = this.#model(id);
    await this.#jobs.cancel(id);
    this.#problems.delete(id);
    await removeDownload({ folder: this.#folder(model) });
    await this.#changed();
  }

  /** Stops everything. What has come is kept. */
  async close(): Promise<void> {
    await Promise.all([this.#jobs.close(), this.#packages.close()]);
  }

  async #bring(
    model: CatalogueModel,
    signal: AbortSignal,
    note: (progress: SpeechModelProgress) => void,
  ): Promise<void> {
    this.#problems.delete(model.id);
    try {
      // Before the model, which is larger: where they cannot be had, nobody waits in vain.
      for (const one of [...this.#neededBy(model), ...this.#fromNpm(model)]) {
        if (!await one.isThere()) await this.#bringPart(one, signal, note);
      }
      const { files } = model;
      if (files !== undefined) await download({ folder: this.#folder(model), files }, { signal, onProgress: note });
    } catch (error) {
      if (error instanceof DownloadError) this.#problems.set(model.id, error);
      throw error;
    } finally {
      await this.#changed();
    }
  }

  async #changed(): Promise<void> {
    const looks = await Promise.allSettled([...this.#followers].map((look) => look()));
    for (const one of looks) if (one.status === "rejected") report("look at the models for speech", one.reason);
  }

  async #bringPart(
    { folder, names, bring, isThere }: SharedPart,
    signal: AbortSignal,
    note: (progress: SpeechModelProgress) => void,
  ): Promise<void> {
    note({ step: "runtime" });
    const replace = async (signal: AbortSignal) => {
      if (await isThere()) return;
      // Such as packages of another version, or for another machine.
      await removeIfThere(folder);
      await bring(folder, signal);
    };
    try {
      await this.#packages.run(folder, replace, { signal, onProgress: () => {} });
    } catch (cause) {
      if (!(cause instanceof NpmError)) throw cause;
      const hint = `Check the connection to the internet and try again, or put ${names} from npm into ${folder}`;
      throw new DownloadError(cause.message, hint, { cause });
    }
  }

  /** What a model needs beside what is its own. */
  #neededBy({ kind }: CatalogueModel): SharedPart[] {
    const hears = kind === "recogniser" || kind === "wake";
    const detectors = hears ? this.#catalogue.filter((one) => one.kind === "detector") : [];
    return [this.#runtime, ...detectors.flatMap((one) => this.#fromNpm(one))];
  }

  get #runtime(): SharedPart {
    const { name, version, bytes, licenses, source } = RUNTIME;
    return {
      part: { name: `${name} ${version}`, bytes, licenses, source },
      folder: this.runtimeFolder,
      names: runtimePackages(platform()).join(" and "),
      bring: this.#fetchRuntime,
      isThere: async () => await findPackages(this.runtimeFolder) !== undefined,
    };
  }

  /** What npm has of a model. */
  #fromNpm(model: CatalogueModel): SharedPart[] {
    const { npm, name, licenses, source } = model;
    if (npm === undefined) return [];
    const folder = this.#folder(model);
    const part = { name, bytes: npm.bytes, licenses: [...licenses], source };
    return [{ part, folder, names: npm.names, bring: npm.bring, isThere: () => exists(folder) }];
  }

  async #lacking(model: CatalogueModel): Promise<SpeechModelPart[]> {
    const needed = await Promise.all(
      this.#neededBy(model).map(async ({ part, isThere }) => await isThere() ? [] : [part]),
    );
    return needed.flat();
  }

  async #info(catalogued: CatalogueModel): Promise<SpeechModelInfo> {
    const { kind: _, files = [], npm, ...model } = catalogued;
    const bytes = npm?.bytes ?? bytesOf({ files });
    const told = { ...model, bytes, languages: [...model.languages], licenses: [...model.licenses] };
    if (this.#jobs.has(model.id)) return { ...told, state: "running" };
    const own: Downloaded = await downloaded({ folder: this.#folder(catalogued), files });
    const lacks = own.state === "there" ? await this.#lacking(catalogued) : [];
    const state = lacks.length > 0 ? "lacking" : own.state;
    const problem = this.#problems.get(model.id);
    return {
      ...told,
      state,
      ...(state === "lacking" && { lacks }),
      ...("completed" in own && { completed: own.completed }),
      ...(problem !== undefined && state !== "there" && { problem: { message: problem.message, hint: problem.hint } }),
    };
  }

  /** @param needs what is missing before any model can be used */
  async #own(kind: SpeechModelKind, needs: string | undefined): Promise<OwnSpeechModel[]> {
    const read = this.#readers[kind];
    if (read === undefined) return [];
    const ids = (await foldersIn(this.folderOf(kind))).filter((id) => this.find(id)?.kind !== kind);
    return await Promise.all(ids.map(async (id) => {
      const found = await read(this.#folder({ kind, id }));
      const problem = "problem" in found ? found.problem : needs;
      return { id, ...(problem !== undefined && { problem }) };
    }));
  }

  #model(id: string): CatalogueModel {
    const model = this.find(id);
    if (model === undefined) throw new Error(`Cannot find the model ${id}: the list has none of that id`);
    return model;
  }

  #folder({ kind, id }: Pick<CatalogueModel, "kind" | "id">): string {
    return join(this.folderOf(kind), id);
  }
}
