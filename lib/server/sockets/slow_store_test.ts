/** Conversations on a store that takes its time: what comes of them is what came of them on one that takes none. */
import { assert, assertEquals } from "@std/assert";
import { FakeModel } from "@/lib/chat/fake_model.ts";
import { call, ChatServer } from "./chat_server_fixture.ts";
import { MemoryStore, type Store } from "@/lib/store/store.ts";
import type { Opened } from "@/lib/chat/turn.ts";
import { numbers } from "@/bench/corpus.ts";
import type { GenerateRequest, LlmEvent } from "@/lib/providers/provider.ts";
import { OWNER } from "@/lib/principal.ts";
import type { ServerFrame, TurnRecord } from "@/lib/protocol/v2.ts";
import type { SocketClient } from "@/tests/socket_client.ts";

type Client = SocketClient<ServerFrame>;
type Random = () => number;

const STORED = ["c0", "c1", "c2"];
const QUEUE = 100;

function done(turn: string): TurnRecord {
  return { turn, prompt: `ask ${turn}`, text: "x", thinking: "", state: "done", reason: "stop" };
}

/** Answers at once. */
class QuickModel extends FakeModel {
  override open(request: GenerateRequest): Promise<Opened> {
    const events: LlmEvent[] = [{ type: "text", text: "answer" }, { type: "done", reason: "stop" }];
    return Promise.resolve({ provider: "demo", model: request.model, events: ReadableStream.from(events) });
  }
}

/** Each operation is done a while after it was asked for, and tells of it a while after that. Some fail. */
function slow(store: Store, random: Random, failing: () => number = () => 0): Store {
  const changes = ["save", "enter", "truncate"];
  return new Proxy(store, {
    get: (target, name: keyof Store) => async (...args: unknown[]) => {
      const taken = name === "save" ? [structuredClone(args[0])] : args;
      await pause(random);
      if (changes.includes(name) && random() < failing()) throw new Error("the disk is full");
      const method = target[name] as (...args: unknown[]) => Promise<unknown>;
      const result = await method.apply(target, taken);
      await pause(random);
      return result;
    },
  });
}

async function pause(random: Random): Promise<void> {
  const length = Math.floor(random() * 4);
  if (length > 0) await new Promise((resolve) => setTimeout(resolve, length - 1));
}

async function stored(): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (const id of STORED) await store.save(new Map([[id, [done(`${id}a`), done(`${id}b`)]]]));
  await store.enter("old", "c0");
  return store;
}

/** What somebody does at one page: it is sent at once, without waiting for anything. */
function frames(random: Random): Record<string, unknown>[] {
  const any = <T>(all: readonly T[]) => all[Math.floor(random() * all.length)]!;
  const turns = STORED.flatMap((id) => [`${id}a`, `${id}b`]);
  const kinds = ["prompt", "prompt", "prompt", "open", "open", "reset", "rename", "delete", "edit", "list"];
  return Array.from({ length: 14 }, (_, number) => {
    const conversation = any(STORED);
    const turn = `t${number}`;
    const made = (method: string, params: unknown) => ({ type: "call", id: String(number), method, params });
    switch (any(kinds)) {
      case "open":
        return made("conversations.open", { conversation });
      case "rename":
        return made("conversations.rename", { conversation, title: `name ${number}` });
      case "delete":
        return made("conversations.delete", { conversation });
      case "edit":
        return made("turn.edit", { turn: any(turns), as: turn, text: `edit ${number}` });
      case "list":
        return made("conversations.list", {});
      case "reset":
        return { type: "reset" };
      default:
        turns.push(turn);
        return { type: "prompt", turn, text: `ask ${turn}` };
    }
  });
}

/** What came of all the frames: the answers to calls, the session's conversation, and all that is stored. */
async function outcomeOf(sent: readonly Record<string, unknown>[], store: Store): Promise<unknown> {
  await using server = new ChatServer({ queue: QUEUE }, { store, languageModel: new QuickModel() });
  const page = await server.v2();
  page.send({ type: "hello", session: "old" });
  for (const frame of sent) page.send(frame);
  const answers: unknown[] = [];
  for (const { type, id, method } of sent) {
    if (type !== "call") continue;
    const answer = await page.first((frame) =>
      (frame.type === "result" || frame.type === "refused") && frame.id === id
    );
    // A list is to be answered; what is in it depends on what was stored when it was made.
    answers.push([id, method === "conversations.list" || answer]);
  }
  // When all has been done it is stored, however long that takes: a list would not wait for it.
  await call(page, "context.use", {});
  await server.chat.conversations.save();
  const list = await call(page, "conversations.list", {});
  const other = await server.v2();
  other.send({ type: "hello", session: "old" });
  const { history } = await other.next("welcome");
  await Promise.all([page.close(), other.close()]);
  const conversations = await Promise.all(list.map(async ({ id, title, turns, open }) => {
    const told = (await server.store.read(id))!.turns.map(({ turn, prompt }) => [turn, prompt]);
    return [title, turns, open === true, told];
  }));
  return {
    answers,
    history: history.map(({ turn, prompt }) => [turn, prompt]),
    conversations: conversations.toSorted(),
  };
}

Deno.test("what comes of the frames of a page does not depend on how slow the store is", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const sent = frames(numbers(seed));
    const quick = await outcomeOf(sent, await stored());
    assertEquals([seed, await outcomeOf(sent, slow(await stored(), numbers(seed)))], [seed, quick]);
  }
});

/** Sends a prompt and waits until it is in the session's order. */
async function ask(page: Client, turn: string): Promise<void> {
  page.send({ type: "prompt", turn, text: `ask ${turn}` });
  await page.first((frame) => frame.type === "queued" && frame.turn === turn);
}

Deno.test("pages that come with the same session at once are in the same session, and in one conversation", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    await using server = new ChatServer({ queue: QUEUE }, { store: slow(await stored(), numbers(seed)) });
    const pages = await Promise.all([server.v2(), server.v2(), server.v2()]);
    for (const page of pages) page.send({ type: "hello", session: "old" });
    for (const page of pages) assertEquals((await page.next("welcome")).history.length, 2);
    assertEquals(server.chat.sessions.size, 1);
    await ask(pages[0]!, "new");
    for (const page of pages) assertEquals((await page.next("queued")).turn, "new");
    await call(pages[0]!, "conversations.open", { conversation: "c1" });
    for (const page of pages) {
      await call(page, "context.use", {});
      const welcome = page.received.findLast((frame) => frame.type === "welcome");
      assertEquals(welcome?.history.map(({ turn }) => turn), ["c1a", "c1b"]);
    }
    await Promise.all(pages.map((page) => page.close()));
  }
});

Deno.test("no prompt is lost and no conversation lives twice, whoever comes, goes and fails meanwhile", async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = numbers(seed);
    let failing = 0.3;
    const store = slow(await stored(), random, () => failing);
    const server = new ChatServer({ queue: QUEUE, sessionSeconds: 0 }, { store, languageModel: new QuickModel() });
    const asked: string[] = [];
    const visit = async (visitor: number) => {
      for (let stay = 0; stay < 3; stay++) {
        const page = await server.v2();
        page.send({ type: "hello", session: visitor % 2 === 0 ? "old" : undefined });
        for (let step = 0; step < 5; step++) {
          const turn = `${visitor}.${stay}.${step}`;
          const kind = random();
          const params = { conversation: STORED[step % 3] };
          if (kind < 0.3) page.send({ type: "call", id: turn, method: "conversations.open", params });
          else if (kind < 0.4) page.send({ type: "reset" });
          else page.send({ type: "prompt", turn, text: `ask ${turn}` });
          if (kind > 0.7) await call(page, "context.use", {});
          if (kind >= 0.4) asked.push(turn);
          await pause(random);
        }
        await page.next("welcome");
        await call(page, "context.use", {});
        await page.close();
      }
    };
    await Promise.all(Array.from({ length: 5 }, (_, visitor) => visit(visitor)));
    failing = 0;
    await server.chat.conversations.save();
    const told: string[] = [];
    for (const { id } of await store.list(1_000)) {
      const kept = (await store.read(id))!.turns.map(({ turn }) => turn);
      await server.chat.conversations.open(id, OWNER, ({ turns }) => assertEquals(turns.map(({ turn }) => turn), kept));
      told.push(...kept.filter((turn) => turn.includes(".")));
    }
    assertEquals([seed, told.toSorted()], [seed, asked.toSorted()]);
    await server[Symbol.asyncDispose]();
  }
});

/** Resolves when it is so, or after two seconds. */
async function soon(isSo: () => boolean): Promise<void> {
  for (let wait = 0; wait < 400 && !isSo(); wait++) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A server whose store does not answer yet where a session was. */
async function lookingUp(limits: { sessionSeconds?: number } = {}) {
  const store = await stored();
  const { conversationOf } = store;
  const asked = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  store.conversationOf = async (session) => {
    asked.resolve();
    await free.promise;
    return await conversationOf.call(store, session);
  };
  return {
    server: new ChatServer(limits, { store, languageModel: new QuickModel() }),
    asked: asked.promise,
    free: free.resolve,
  };
}

Deno.test("what is sent while the session is looked up waits, and is taken in its order", async () => {
  const { server, asked, free } = await lookingUp();
  const page = await server.v2();
  page.send({ type: "hello", session: "old" });
  await asked;
  for (const turn of ["one", "two"]) page.send({ type: "prompt", turn, text: `ask ${turn}` });
  page.send({ type: "hello" });
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(page.received, []);
  free();
  assertEquals((await page.next("welcome")).history.length, 2);
  const { message } = await page.next("error");
  assertEquals(message, "Cannot greet twice: this socket has a session already");
  const queued = page.received.filter((frame) => frame.type === "queued").map(({ turn }) => turn);
  assertEquals(queued, ["one", "two"].slice(0, queued.length));
  await page.first((frame) => frame.type === "queued" && frame.turn === "two");
  await page.close();
  await server[Symbol.asyncDispose]();
});

Deno.test("a page that leaves while its session is looked up leaves nothing behind", async () => {
  const { server, asked, free } = await lookingUp({ sessionSeconds: 0 });
  const page = await server.v2();
  page.send({ type: "hello", session: "old" });
  await asked;
  await page.close();
  await soon(() => server.chat.connections.size === 0);
  free();
  await server.chat.conversations.save();
  await soon(() => server.chat.sessions.size === 0);
  assertEquals([server.chat.connections.size, server.chat.sessions.size], [0, 0]);
  await server[Symbol.asyncDispose]();
});

Deno.test("a list does not wait for a store that cannot write", async () => {
  const store = await stored();
  const { save } = store;
  const free = Promise.withResolvers<void>();
  await using server = new ChatServer({}, { store });
  const page = await server.v2();
  page.send({ type: "hello" });
  await page.next("welcome");
  store.save = async (changed) => {
    await free.promise;
    await save.call(store, changed);
  };
  await ask(page, "grows");
  // Whoever waits for the store all the same fails, and does not hang.
  const atLast = setTimeout(free.resolve, 3_000);
  const begun = performance.now();
  assertEquals((await call(page, "conversations.list", {})).length, 3);
  assert(performance.now() - begun < 2_000);
  clearTimeout(atLast);
  free.resolve();
  assertEquals((await call(page, "conversations.list", {})).length, 4);
  await page.close();
});
