/** A page's calls, for tests. */
import { SocketClient } from "./socket_client.ts";
import type { Method, Params, Result } from "@/lib/protocol/calls.ts";
import { type ServerFrame, SUBPROTOCOL, type TurnError } from "@/lib/protocol/v2.ts";

/** What a refused call is told. */
export class RefusedCall extends Error {
  constructor(readonly error: TurnError) {
    super(error.message);
  }
}

/** A page that only makes calls, and hears what all pages are told. */
export class Page implements AsyncDisposable {
  readonly client: SocketClient<ServerFrame>;
  #calls = 0;

  private constructor(client: SocketClient<ServerFrame>) {
    this.client = client;
  }

  /** @param headers what a browser would send along, such as cookies */
  static async open(
    server: { readonly socketUrl: string },
    headers: Record<string, string> = {},
    session?: string,
  ): Promise<Page> {
    const client = await SocketClient.open<ServerFrame>(server.socketUrl, SUBPROTOCOL, headers);
    client.send({ type: "hello", session });
    await client.next("welcome");
    return new Page(client);
  }

  /** Begins a call. */
  begin<M extends Method>(method: M, params: Params<M>): { id: string; result: Promise<Result<M>> } {
    const id = String(++this.#calls);
    this.client.send({ type: "call", id, method, params });
    return { id, result: this.#answer<M>(id) };
  }

  /** @throws {RefusedCall} */
  call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    return this.begin(method, params).result;
  }

  /** The one setting of that dotted path. */
  async setting(path: string): Promise<Result<"settings.read">[number]> {
    const found = (await this.call("settings.read", {})).find((field) => field.path.join(".") === path);
    if (found === undefined) throw new Error(`There is no setting ${path}`);
    return found;
  }

  /** Writes one setting. */
  write(path: string, value: unknown): Promise<Result<"settings.write">> {
    return this.call("settings.write", { changes: [{ path: path.split("."), value }] });
  }

  async #answer<M extends Method>(id: string): Promise<Result<M>> {
    const answer = await this.client.first((frame) =>
      (frame.type === "result" || frame.type === "refused") && frame.id === id
    );
    if (answer.type === "refused") throw new RefusedCall(answer);
    return (answer as { value: unknown }).value as Result<M>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }
}
