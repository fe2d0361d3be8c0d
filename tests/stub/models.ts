/** The stub's models, and how Ollama lists and shows them. */
import { createdAt, goJson, maybe } from "./wire.ts";

export interface StubModel {
  /** With its tag, as Ollama stores it. */
  name: string;
  size?: number;
  /** Default `["completion"]`; [] leaves the field out, as older versions do. */
  capabilities?: string[];
  contextLength?: number;
  /** Set for models that run elsewhere. */
  remoteHost?: string;
  /** Is in memory now, as /api/ps tells; with that context, or the usual one. */
  loaded?: boolean | number;
  /** Of its bytes, those that are on the graphics card. Default: all. */
  vram?: number;
  /** What its Modelfile sets, a line each. */
  parameters?: string;
  /** Its entry in the list has its name and its size alone, as other servers that speak Ollama's way tell them. */
  bare?: boolean;
}

/** The stored model that `name` means: tag `latest` by default, whatever the case; or the one of just that name. */
export function findModel(models: StubModel[], name: string): StubModel | undefined {
  const wanted = normalName(name).toLowerCase();
  return models.find((model) => model.name.toLowerCase() === wanted || model.name === name);
}

export function normalName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1).includes(":") ? name : `${name}:latest`;
}

function details(model: StubModel): Record<string, unknown> {
  const family = familyOf(model);
  return {
    parent_model: "",
    format: "gguf",
    family,
    // Ollama sends null where a model names no families.
    families: model.remoteHost === undefined ? [family] : null,
    parameter_size: "7.6B",
    quantization_level: "Q4_K_M",
  };
}

function familyOf(model: StubModel): string {
  return model.name.match(/^[a-z]+/i)?.[0].toLowerCase() ?? "llama";
}

function listed(model: StubModel, index: number): Record<string, unknown> {
  return {
    name: model.name,
    model: model.name,
    ...maybe("remote_model", model.remoteHost === undefined ? undefined : model.name),
    ...maybe("remote_host", model.remoteHost),
    modified_at: createdAt(index).replace("Z", "+02:00"),
    size: model.size ?? 4_683_087_332,
    digest: "845dbda0ea48ed749caafd9e6037047aa19acfcfd82e704d7ca97d631a0b697e",
    details: details(model),
  };
}

export function tagsJson(models: StubModel[]): string {
  return goJson({
    models: models.map((model, index) => {
      const { name, size } = model;
      if (model.bare === true) return { name, model: name, size: size ?? 4_683_087_332 };
      return { ...listed(model, index), ...maybe("capabilities", model.capabilities ?? ["completion"]) };
    }),
  });
}

export function psJson(models: StubModel[]): string {
  const loaded = models.filter(({ loaded = false }) => loaded !== false);
  return goJson({
    models: loaded.map((model, index) => ({
      ...listed(model, index),
      expires_at: createdAt(index, new Date(Date.now() + 300_000)).replace("Z", "+02:00"),
      size_vram: model.vram ?? model.size ?? 4_683_087_332,
      context_length: typeof model.loaded === "number" ? model.loaded : 4096,
    })),
  });
}

export function showJson(model: StubModel): string {
  const family = familyOf(model);
  return goJson({
    modelfile: `FROM ${model.name}`,
    parameters: model.parameters ?? 'stop                           "<|im_start|>"',
    template: "{{ .Prompt }}",
    details: details(model),
    ...maybe("remote_model", model.remoteHost === undefined ? undefined : model.name),
    ...maybe("remote_host", model.remoteHost),
    model_info: {
      "general.architecture": family,
      "general.parameter_count": 7_615_616_512,
      [`${family}.context_length`]: model.contextLength ?? 32_768,
      [`${family}.embedding_length`]: 3584,
      // Without `verbose` every array is null.
      "tokenizer.ggml.tokens": null,
    },
    ...maybe("capabilities", model.capabilities ?? ["completion"]),
    modified_at: createdAt(1).replace("Z", "+02:00"),
  });
}

/** One line of a pull. */
export interface PullLine {
  status?: string;
  digest?: string;
  total?: number;
  completed?: number;
  error?: string;
}

/** The lines of a pull in which everything goes well: two layers, the second one already there. */
export function pullLines(size = 1_000_000, steps = 4): PullLine[] {
  const layer = "sha256:845dbda0ea48ed749caafd9e6037047aa19acfcfd82e704d7ca97d631a0b697e";
  const cached = "sha256:66b9ea09bd5b7099cbb4fc820f31b575c0366fa439b08245566692c6784e281e";
  const status = `pulling ${layer.slice(7, 19)}`;
  return [
    { status: "pulling manifest" },
    // `total` and `completed` are left out while they are unknown or zero.
    { status, digest: layer },
    { status, digest: layer, total: size },
    ...Array.from({ length: steps }, (_, step) => ({
      status,
      digest: layer,
      total: size,
      completed: Math.round((size * (step + 1)) / steps),
    })),
    { status: `pulling ${cached.slice(7, 19)}`, digest: cached, total: 68, completed: 68 },
    { status: "verifying sha256 digest" },
    { status: "writing manifest" },
    { status: "success" },
  ];
}
