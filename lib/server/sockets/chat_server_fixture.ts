/** For tests: the server side of conversations, without the page. */
import { FakeModel } from "@/lib/chat/fake_model.ts";
import { type Chat, type ChatOptions, openChat } from "@/lib/server/chat.ts";
import { MemoryStore, type Store } from "@/lib/store/store.ts";
import { upgradeSocket } from "./upgrade.ts";
import { type Config, configSchema } from "@/lib/config/schema.ts";
import { OWNER } from "@/lib/principal.ts";
import type { Method, Params, Result } from "@/lib/protocol/calls.ts";
import type { PlainMessage } from "@/lib/protocol/plain.ts";
import { type CallAnswer, type ServerFrame, type Status, SUBPROTOCOL } from "@/lib/protocol/v2.ts";
import { SocketClient } from "@/tests/socket_client.ts";

/** What stands behind the character, where a test does not mind. */
export const STATUS: Status = {
  provider: "demo",
  server: "S",
  model: "m",
  modelPresent: null,
  host: "h",
  reachable: false,
  away: false,
};

/** Options that are a test's own. */
export interface ChatServerOptions extends Partial<ChatOptions> {
  /** Given each of the server's sockets before it is served. */
  onSocket?(socket: WebSocket): void;
}

/** Epochs of stores that know none. */
let epoch = 0;

/** Conversations behind a real server, with the language model in the test's hands. Dispose of it when done. */
export class ChatServer {
  readonly model: FakeModel;
  readonly store: Store;
  readonly chat: Chat;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(limits: Partial<Config["limits"]> = {}, { onSocket, ...options }: ChatServerOptions = {}) {
    this.model = options.languageModel instanceof FakeModel ? options.languageModel : new FakeModel();
    this.store = options.store ?? new MemoryStore();
    this.chat = openChat({
      epoch: ++epoch,
      model: () => "m",
      languageModel: this.model,
      store: this.store,
      limits: { ...configSchema.parse({}).limits, ...limits },
      request: (turns) => ({ model: "m", messages: [{ role: "user", content: turns.at(-1)!.prompt }] }),
      status: () => STATUS,
      ...options,
    });
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request) =>
        upgradeSocket(request, this.chat.sockets, {
          principal: OWNER,
          address: "here",
          upgrade: (options) => {
            const upgraded = Deno.upgradeWebSocket(request, options);
            onSocket?.(upgraded.socket);
            return upgraded;
          },
        }),
    );
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
    await this.chat.close();
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
