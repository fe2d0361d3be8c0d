/** For tests: faults that are put into one part of the server, and somebody else who must not notice. */
import { assertEquals } from "@std/assert";
import { ChatServer, type ChatServerOptions } from "./chat_server_fixture.ts";
import type { LanguageModel, Opened } from "@/lib/chat/turn.ts";
import type { LlmEvent } from "@/lib/providers/provider.ts";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import type { SocketClient } from "@/tests/socket_client.ts";

export type V2 = SocketClient<ServerFrame>;

let faults = 0;

/** How often a fault has come: a test whose fault never came would prove nothing. */
export function faultCount(): number {
  return faults;
}

export function broken(): never {
  faults++;
  throw new Error("an injected fault");
}

export function rejected(): Promise<never> {
  faults++;
  return Promise.reject(new Error("an injected fault"));
}

/** A store may fail at once, or in its own time. */
export const STORE_FAULTS = [["throws", broken], ["rejects", rejected]] as const;

/** Is what anything can throw, and throws when it is shown. */
export const UNSHOWABLE = { [Symbol.for("Deno.customInspect")]: broken };

/** Answers each prompt with itself, but for those that begin with "Fault": what they meet is up to the test. */
export class EchoModel implements LanguageModel {
  constructor(readonly fault: LanguageModel["open"] = broken) {}

  open(...[request, options]: Parameters<LanguageModel["open"]>): Promise<Opened> {
    const prompt = request.messages.at(-1)!.content;
    return prompt.startsWith("Fault") ? this.fault(request, options) : this.#echo(prompt);
  }

  #echo(prompt: string): Promise<Opened> {
    return Promise.resolve({ provider: "demo", model: "echo", events: eventsOf(prompt.match(/.{1,3}/gs) ?? []) });
  }
}

async function* eventsOf(pieces: Iterable<string>): AsyncGenerator<LlmEvent> {
  for (const text of pieces) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield { type: "text", text };
  }
  yield { type: "done", reason: "stop" };
}

export async function enter(server: ChatServer, session?: string, after?: number): Promise<V2> {
  const client = await server.v2();
  client.send({ type: "hello", ...(session !== undefined && { session }), ...(after !== undefined && { after }) });
  await client.next("welcome");
  return client;
}

export function textOf(client: V2, turn: string): string {
  return client.received.map((frame) => frame.type === "chunk" && frame.turn === turn ? frame.data : "").join("");
}

export async function ended(client: V2, turn: string): Promise<ServerFrame> {
  const isEnd = (frame: ServerFrame) => (frame.type === "end" || frame.type === "error") && frame.turn === turn;
  return await client.first(isEnd, 0, `end of ${turn}`);
}

let asked = 0;

/** Asks something and hears it answered whole. */
export async function talk(client: V2, text = "All is well, is it not?"): Promise<void> {
  const turn = `talk-${asked++}`;
  client.send({ type: "prompt", turn, text });
  assertEquals((await ended(client, turn)).type, "end");
  assertEquals(textOf(client, turn), text);
}

/** Somebody else, who is being answered while the fault comes, and must hear every word. */
export async function undisturbed(server: ChatServer, meanwhile: () => Promise<void>): Promise<void> {
  const other = await enter(server);
  const story = "One word follows the other, and none of them is lost. ".repeat(8);
  const told = talk(other, story);
  await other.next("chunk");
  await Promise.all([told, meanwhile()]);
  await talk(other);
  await other.close();
}

export function echoServer(parts: ChatServerOptions = {}): ChatServer {
  return new ChatServer({}, { languageModel: new EchoModel(), ...parts });
}

/** Puts a method that throws into the place of one, until the disposer is called. */
export function breaking<T extends object>(target: T, name: keyof T, fault: () => unknown = broken): Disposable {
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { configurable: true, get: () => fault });
  return restoring(target, name, own);
}

/** The same for a value that is read. */
export function breakingRead<T extends object>(target: T, name: keyof T): Disposable {
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { configurable: true, get: broken });
  return restoring(target, name, own);
}

function restoring<T extends object>(target: T, name: keyof T, own: PropertyDescriptor | undefined): Disposable {
  return {
    [Symbol.dispose]() {
      if (own === undefined) delete target[name];
      else Object.defineProperty(target, name, own);
    },
  };
}
