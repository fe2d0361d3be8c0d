/** The stub's listener and routes. */
import { imagesIn, readAsk } from "./checks.ts";
import { HttpConnection, type HttpRequest } from "./http.ts";
import type { Knobs } from "./knobs.ts";
import {
  findModel,
  normalName,
  psJson,
  type PullLine,
  pullLines,
  showJson,
  type StubModel,
  tagsJson,
} from "./models.ts";
import { openAiModels, ownPaths, type ServerKind } from "./openai.ts";
import { JSON_TYPE, NDJSON, type Outcome, pause, play, settled } from "./play.ts";
import { loaded, redirect, refused, whole } from "./replies.ts";
import { Slots } from "./slots.ts";
import { type Api, errorJson, frame, goJson } from "./wire.ts";

/** One request as the stub saw it. */
export interface RecordedRequest {
  method: string;
  path: string;
  headers: Headers;
  text: string;
  /** The body as JSON, or undefined where it is none. */
  body: unknown;
  /** Its images, in the form of either protocol. */
  readonly images: Uint8Array[];
  /** `performance.now()` of its arrival. */
  at: number;
  /** Lines written so far. */
  lines: number;
  /** The whole answer was written. */
  finished: boolean;
  /** `performance.now()` of the moment the client left before its answer was whole. */
  disconnectedAt?: number;
  /** Settles when the stub is through with it, whichever way. */
  closed: Promise<void>;
}

/** Behaviour of a generation: knobs, or knobs by request. */
export type Behaviour = Knobs | ((request: RecordedRequest, index: number) => Knobs);

export interface StubOptions {
  port?: number;
  hostname?: string;
  version?: string;
  models?: StubModel[];
  /** What every generation does that has nothing of its own in `queue`. */
  behaviour?: Behaviour;
  /** What the next generations do, first in first out. */
  queue?: Behaviour[];
  /** Generations at once. Default unlimited. */
  parallel?: number;
  /** Generations waiting for a slot before the next one gets 503. */
  maxQueue?: number;
  /** Paths that never answer, such as "/api/ps". */
  hang?: string[];
  /** Lines of a pull. Default: a pull that goes well. */
  pull?: PullLine[];
  /** Milliseconds between the lines of a pull. */
  pullMs?: number;
  /** Whom it plays on OpenAI's paths. Default: Ollama. Another one has no paths of Ollama's. */
  kind?: ServerKind;
  /** The key without which OpenAI's paths answer 401. */
  key?: string;
}

/** As many requests are kept as any test looks at; a soak must not grow by them. */
const KEPT_REQUESTS = 10_000;

export class Stub implements AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Every request, oldest first. */
  readonly requests: RecordedRequest[] = [];
  /** Connections since the start. */
  accepted = 0;
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Map<HttpConnection, Promise<void>>();
  readonly #accepting: Promise<void>;
  #closing: Promise<void> | undefined;
  readonly #slots: Slots;
  #options: StubOptions;
  #active = 0;
  #generations = 0;
  #arrivals: (() => void)[] = [];

  constructor(options: StubOptions = {}) {
    const hostname = options.hostname ?? "127.0.0.1";
    this.#options = { ...options, queue: [...options.queue ?? []] };
    this.#slots = new Slots(options.parallel ?? Infinity, options.maxQueue ?? 512);
    this.#listener = Deno.listen({ hostname, port: options.port ?? 0, transport: "tcp" });
    this.port = this.#listener.addr.port;
    this.url = `http://${hostname}:${this.port}`;
    this.#accepting = this.#accept();
  }

  /** Generations under way, those waiting for a slot not counted. */
  active(): number {
    return this.#active;
  }

  /** Connections that are open now. */
  connections(): number {
    return this.#connections.size;
  }

  /** Changes what later requests meet. */
  set(options: Omit<StubOptions, "port" | "hostname" | "parallel" | "maxQueue">): void {
    this.#options = { ...this.#options, ...options };
  }

  /** The request with this number, counted from 0, as soon as it has come. */
  async request(index: number): Promise<RecordedRequest> {
    while (true) {
      const request = this.requests[index];
      if (request !== undefined) return request;
      await new Promise<void>((resolve) => this.#arrivals.push(resolve));
    }
  }

  /** Hangs up on everyone, as a killed server does, and stops listening. Closing twice is closing once. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** Cuts every connection and goes on listening. */
  async hangUp(): Promise<void> {
    const connections = [...this.#connections];
    await Promise.all(connections.map(([conn]) => conn.close()));
    await Promise.all(connections.map(([, served]) => served));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    await this.hangUp();
  }

  async #accept(): Promise<void> {
    try {
      for await (const tcp of this.#listener) {
        this.accepted++;
        const conn = new HttpConnection(tcp);
        this.#connections.set(conn, this.#serve(conn).finally(() => this.#connections.delete(conn)));
      }
    } catch (error) {
      // Closing the listener ends the loop this way while an accept is pending.
      if (!(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted)) throw error;
    }
  }

  async #serve(conn: HttpConnection): Promise<void> {
    let keepAlive = true;
    while (keepAlive) {
      const request = await conn.request();
      if (request === null) break;
      keepAlive = await this.#answer(conn, request) && request.headers.get("connection") !== "close";
    }
    await conn.close();
  }

  async #answer(conn: HttpConnection, request: HttpRequest): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const record: RecordedRequest = {
      method: request.method,
      path: request.path,
      headers: request.headers,
      text: request.body,
      body: parsed(request.body),
      get images() {
        return imagesIn(this.body);
      },
      at: performance.now(),
      lines: 0,
      finished: false,
      closed: promise,
    };
    if (this.requests.push(record) > KEPT_REQUESTS) this.requests.shift();
    for (const wake of this.#arrivals.splice(0)) wake();
    const outcome = await this.#route(conn, record);
    record.lines = outcome.lines;
    record.finished = outcome.finished;
    if (!outcome.finished && conn.gone.aborted) record.disconnectedAt = performance.now();
    resolve();
    return outcome.keepAlive;
  }

  async #route(conn: HttpConnection, record: RecordedRequest): Promise<Outcome> {
    const { method } = record;
    const path = record.path.split("?")[0] ?? "";
    const { models = DEFAULT_MODELS, hang = [], version = "0.33.0", kind = "ollama", key } = this.#options;
    if (hang.includes(path)) {
      await settled(new Promise(() => {}), conn.gone);
      return { lines: 0, finished: false, keepAlive: false };
    }
    if (key !== undefined && record.headers.get("authorization") !== `Bearer ${key}`) {
      const sent = record.headers.get("authorization")?.replace("Bearer ", "") ?? "";
      return await whole(conn, 401, JSON_TYPE, errorJson("openai", `Incorrect API key provided: ${sent}`, 401));
    }
    const own = Object.entries(ownPaths(models, kind)).map(([path, value]) =>
      [path, (): [string, string] => [JSON_TYPE, goJson(value)]] as const
    );
    const reads: Record<string, () => [string, string]> = {
      ...Object.fromEntries(own),
      "/": () => ["text/plain; charset=utf-8", "Ollama is running"],
      "/api/version": () => [JSON_TYPE, goJson({ version })],
      "/api/tags": () => [JSON_TYPE, tagsJson(models)],
      "/api/ps": () => [JSON_TYPE, psJson(models)],
      "/api/status": () => [JSON_TYPE, goJson({ cloud: { disabled: false, source: "none" } })],
      "/v1/models": () => [JSON_TYPE, openAiModels(models, kind)],
    };
    const writes: Record<string, () => Promise<Outcome>> = {
      "/api/generate": () => this.#generate(conn, "generate", record, models),
      "/api/chat": () => this.#generate(conn, "chat", record, models),
      "/api/show": () => this.#show(conn, record, models),
      "/api/pull": () => this.#pull(conn, record),
      "/v1/chat/completions": () => this.#generate(conn, "openai", record, models),
    };
    const isTheirs = kind === "ollama" || path.startsWith("/v1/") || own.some(([one]) => one === path);
    const read = isTheirs ? reads[path] : undefined;
    const write = isTheirs ? writes[path] : undefined;
    if (read !== undefined && (method === "GET" || method === "HEAD")) {
      const [type, body] = read();
      return await whole(conn, 200, type, body, method === "HEAD");
    }
    if (write !== undefined && method === "POST") return await write();
    if (read !== undefined || write !== undefined) {
      return await whole(conn, 405, "text/plain", "405 method not allowed");
    }
    if (path.startsWith("//") || path.endsWith("/")) return await redirect(conn, method, path);
    return await whole(conn, 404, "text/plain", "404 page not found");
  }

  async #generate(conn: HttpConnection, api: Api, record: RecordedRequest, models: StubModel[]): Promise<Outcome> {
    // These have one model, and answer with it whatever they are asked for.
    const isDeaf = this.#options.kind === "llamacpp" || this.#options.kind === "koboldcpp";
    const ask = readAsk(api, record.text, isDeaf ? [...models, { name: nameIn(record.body) }] : models);
    // What only loads a model is no answer, and takes none from those that wait.
    const loads = "prompt" in ask && ask.prompt === "" && api !== "openai";
    const knobs = "error" in ask || loads ? {} : this.#knobsFor(record);
    if (knobs.hangUp === true || knobs.status !== undefined) {
      return await play(conn, { api, model: "", prompt: "", told: "", stream: true }, knobs);
    }
    if ("error" in ask) return await refused(conn, ask, api);
    if (loads) return await loaded(conn, ask, record.body);
    const place = await this.#slots.take(conn.gone);
    if (place === "left") return { lines: 0, finished: false, keepAlive: false };
    if (place === "full") return await refused(conn, { status: 503, error: SERVER_BUSY }, api);
    this.#active++;
    try {
      return await play(conn, ask, knobs);
    } finally {
      this.#active--;
      this.#slots.release();
    }
  }

  #knobsFor(record: RecordedRequest): Knobs {
    const next = this.#options.queue?.shift() ?? this.#options.behaviour ?? {};
    const index = this.#generations++;
    return typeof next === "function" ? next(record, index) : next;
  }

  async #show(conn: HttpConnection, { body }: RecordedRequest, models: StubModel[]): Promise<Outcome> {
    const name = nameIn(body);
    if (name === "") return await refused(conn, { status: 400, error: "model is required" });
    const model = findModel(models, name);
    if (model === undefined) {
      return await refused(conn, { status: 404, error: `model '${normalName(name)}' not found` });
    }
    return await whole(conn, 200, JSON_TYPE, showJson(model));
  }

  async #pull(conn: HttpConnection, { body }: RecordedRequest): Promise<Outcome> {
    const name = nameIn(body);
    if (name === "") return await refused(conn, { status: 400, error: "invalid model name" });
    const lines = this.#options.pull ?? pullLines();
    let sent = 0;
    if (!await conn.startStream(200, NDJSON)) return { lines: sent, finished: false, keepAlive: false };
    for (const one of lines) {
      await pause(this.#options.pullMs ?? 0, conn.gone);
      if (!await conn.write(frame(`${goJson(one)}\n`))) return { lines: sent, finished: false, keepAlive: false };
      sent++;
    }
    if (lines.at(-1)?.status === "success") this.#add(name);
    const ended = await conn.endStream();
    return { lines: sent, finished: ended, keepAlive: ended };
  }

  /** What was pulled is there afterwards. */
  #add(name: string): void {
    const models = this.#options.models ?? DEFAULT_MODELS;
    if (findModel(models, name) === undefined) this.set({ models: [{ name: normalName(name) }, ...models] });
  }
}

/** Two blanks: Ollama's own. */
const SERVER_BUSY = "server busy, please try again.  maximum pending requests exceeded";

const DEFAULT_MODELS: StubModel[] = [
  { name: "qwen2.5:latest" },
  { name: "llama3.2:3b", size: 2_019_393_189, contextLength: 131_072 },
  { name: "deepseek-r1:latest", capabilities: ["completion", "thinking"] },
];

function nameIn(body: unknown): string {
  const { model, name } = (body ?? {}) as { model?: unknown; name?: unknown };
  return String(model ?? name ?? "").trim();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Clients that lie are part of the tests; `text` keeps what they sent.
    return undefined;
  }
}
