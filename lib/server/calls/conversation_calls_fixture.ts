/** For tests: pages that talk, and what they are told of conversations. */
import { call, type ChatServer } from "@/lib/server/sockets/chat_server_fixture.ts";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import type { SocketClient } from "@/tests/socket_client.ts";

export type Client = SocketClient<ServerFrame>;

/** A page that has been welcomed. */
export async function enter(server: ChatServer, session?: string): Promise<Client & { session: string }> {
  const client = await server.v2();
  client.send({ type: "hello", session });
  const { session: id } = await client.next("welcome");
  return Object.assign(client, { session: id });
}

/** Asks, and answers. */
export async function talk(
  server: ChatServer,
  client: Client,
  turn: string,
  prompt: string,
  answer: string,
): Promise<void> {
  const from = client.received.length;
  const index = server.model.answers.length;
  client.send({ type: "prompt", turn, text: prompt });
  const words = await server.model.answer(index);
  words.say(answer);
  words.end();
  await client.next("end", from);
}

/** The turns of the conversation that the page is in, as a page of its session that comes now is told. */
export async function history(
  server: ChatServer,
  { session }: { session: string },
): Promise<[string, string, string][]> {
  const page = await enter(server, session);
  const { history } = await page.next("welcome");
  await page.close();
  return history.map(({ turn, prompt, text }) => [turn, prompt, text]);
}

export async function listed(client: Client, query?: string): Promise<[string, boolean][]> {
  const list = await call(client, "conversations.list", query === undefined ? {} : { query });
  return list.map(({ title, open }) => [title, open === true]);
}

export async function idOf(client: Client, title: string): Promise<string> {
  const list = await call(client, "conversations.list", {});
  return list.find((one) => one.title === title)!.id;
}
