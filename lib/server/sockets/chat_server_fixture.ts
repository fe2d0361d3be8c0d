/** For tests: the server side of conversations, without the page. */
import { FakeModel } from "@/lib/chat/fake_brain.ts";
import { Hub, type HubOptions } from "@/lib/chat/hub.ts";
import { MemoryStore, type Store } from "@/lib/store/store.ts";
import { upgradeSocket } from "./upgrade.ts";
import { type Config, configSchema } from "@/lib/config/schema.ts";
import { OWNER } from "@/lib/principal.ts";
import type { Method, Params, Result } from "@/lib/protocol/calls.ts";
import type { PlainMessage } from "@/lib/protocol/plain.ts";
import { type CallAnswer, type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";
import { SocketClient } from "@/tests/socket_client.ts";

/** Parts of a house that are a test's own. */
export interface HouseParts extends Partial<HubOptions> {
  /** The model for plain prompts. */
  model?(): string;
  /** Given each of the server's sockets before it is served. */
  onSocket?(socket: WebSocket): void;
}

/** A hub behind a real server, with its brain in the test's hands. Dispose of it when done. */
export class ChatServer {
  readonly brain: FakeModel;
  readonly store: Store;
  readonly hub: Hub;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(limits: Partial<Config["limits"]> = {}, { model = () => "m", onSocket, ...parts }: HouseParts = {}) {
    this.brain = parts.languageModel instanceof FakeModel ? parts.languageModel : new FakeModel();
    this.store = parts.store ?? new MemoryStore();
    this.hub = new Hub({
      languageModel: this.brain,
      store: this.store,
      limits: { ...configSchema.parse({}).limits, ...limits },
      request: (turns) => ({ model: "m", messages: [{ role: "user", content: turns.at(-1)!.prompt }] }),
      status: () => ({ provider: "demo", model: "m", modelPresent: null, host: "h", reachable: false, away: false }),
      ...parts,
    });
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) =>
      upgradeSocket(request, {
        hub: this.hub,
        principal: OWNER,
        address: "here",
        model,
        upgrade: (options) => {
          const upgraded = Deno.upgradeWebSocket(request, options);
          onSocket?.(upgraded.socket);
          return upgraded;
        },
      }));
  }

  get address(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  plain(): Promise<SocketClient<PlainMessage>> {
    return SocketClient.open(`ws://${this.address}`);
  }

  v2(): Promise<SocketClient<ServerFrame>> {
    return SocketClient.open(`ws://${this.address}`, SUBPROTOCOL);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub.close();
    await this.#server.shutdown();
  }
}

type Outcome = Extract<CallAnswer, { type: "result" | "refused" }>;

/** Sends a call and gives what it comes to. */
export async function outcome(client: SocketClient<ServerFrame>, method: string, params: unknown): Promise<Outcome> {
  const id = crypto.randomUUID();
  client.send({ type: "call", id, method, params });
  const isIt = (frame: ServerFrame) => (frame.type === "result" || frame.type === "refused") && frame.id === id;
  return await client.first(isIt, 0, `answer to ${method}`) as Outcome;
}

/**
 * Sends a call and gives its result.
 *
 * @throws {Error} with the code when it is refused
 */
export async function call<M extends Method>(
  client: SocketClient<ServerFrame>,
  method: M,
  params: Params<M>,
): Promise<Result<M>> {
  const answer = await outcome(client, method, params);
  if (answer.type === "refused") throw new Error(`${method}: ${answer.code}: ${answer.message}`);
  return answer.value as Result<M>;
}
