import { DEMO } from "./demo/definition.ts";
import { OLLAMA } from "./ollama/definition.ts";
import { OPENAI_SERVERS } from "./openai/definition.ts";
import type { ProviderDefinition } from "./provider.ts";
import type { ProviderName } from "@/lib/protocol/v2.ts";

/** The kinds of provider there are, by the id that the configuration chooses one by. */
export class ProviderRegistry {
  readonly #definitions: ReadonlyMap<ProviderName, ProviderDefinition>;

  /** @throws {Error} when two have the same id */
  constructor(definitions: readonly ProviderDefinition[]) {
    this.#definitions = new Map(definitions.map((definition) => [definition.id, definition]));
    if (this.#definitions.size < definitions.length) {
      throw new Error(`Cannot register two providers of one id: ${definitions.map(({ id }) => id).join(", ")}`);
    }
  }

  /** @throws {Error} when there is none, naming those there are */
  get(id: ProviderName): ProviderDefinition {
    const definition = this.#definitions.get(id);
    if (definition !== undefined) return definition;
    throw new Error(`Cannot find the provider ${JSON.stringify(id)}: there are ${this.ids.join(", ")}`);
  }

  get ids(): ProviderName[] {
    return [...this.#definitions.keys()];
  }
}

/** Those that come with the program. Their ids stand in `lib/config/provider_ids.ts`, too, for the schema. */
export const PROVIDERS: readonly ProviderDefinition[] = [OLLAMA, DEMO, ...OPENAI_SERVERS];
