/** The configuration of a running server: what holds now, and the file that it is kept in. */
import { basename } from "node:path";
import { holding, type Override, readOverrides } from "./env.ts";
import { type LoadedConfig, parseConfig } from "./load.ts";
import type { Config } from "./schema.ts";
import { type Change, changeConfig, readConfigText, writeConfig } from "./write.ts";
import { SerialQueue } from "@/lib/serial_queue.ts";

/** Lives by the configuration. */
export interface Follower {
  /** Makes ready for another configuration before it is written. What it throws refuses the change. */
  prepare(next: Config, before: Config): Promise<void>;
  /** The change is made. */
  apply(next: Config, before: Config): Promise<void>;
}

export class LiveConfig {
  /** The folder that relative paths of the configuration start at. */
  readonly root: string;
  /** The file. */
  readonly path: string;
  readonly #env: LoadedConfig["env"];
  #written: Config;
  #current: Config;
  readonly #changes = new SerialQueue();

  constructor({ config, path, root, env }: LoadedConfig) {
    this.root = root;
    this.path = path;
    this.#env = env;
    this.#written = config;
    this.#current = structuredClone(config);
  }

  /** Fields that the environment decides. */
  get overrides(): readonly Override[] {
    const { provider } = this.#written.llm;
    return holding(readOverrides(this.#env).overrides, () => provider);
  }

  /** What holds now. */
  get current(): Config {
    return this.#current;
  }

  /** What file and environment say: what will hold after the next start. */
  get written(): Config {
    return this.#written;
  }

  /** The port that was really taken, where the configuration left it open. */
  listensAt(port: number): void {
    this.#current = { ...this.#current, server: { ...this.#current.server, port } };
  }

  /**
   * Changes fields: all of them or, when anything is wrong, none. The file keeps its comments and what it does not
   * know; what else was written into it since the start is taken up, too. Changes at the same time wait for one another.
   *
   * @throws {ConfigError} when a value is wrong, or the file cannot be read
   * @throws whatever `follower` throws
   */
  change(changes: readonly Change[], follower: Follower): Promise<void> {
    return this.#changes.run(() => this.#change(changes, follower));
  }

  /**
   * Takes up what was written into the file since, as by another process that has the same one.
   *
   * @throws as {@linkcode change}
   */
  reload(follower: Follower): Promise<void> {
    return this.change([], follower);
  }

  async #change(changes: readonly Change[], follower: Follower): Promise<void> {
    const text = changeConfig(await readConfigText(this.path), changes);
    const { config: written } = parseConfig(text, basename(this.path), this.#env);
    const before = this.#current;
    const { server, llm: { wsPath } } = before;
    const next = structuredClone({ ...written, server, llm: { ...written.llm, wsPath } });
    await follower.prepare(next, before);
    try {
      if (changes.length > 0) await writeConfig(this.path, changes);
    } catch (error) {
      await follower.prepare(before, next);
      throw error;
    }
    this.#written = written;
    this.#current = next;
    await follower.apply(next, before);
  }
}
