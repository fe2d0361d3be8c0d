/** Answers that are begun before they are asked for, with a model's server and a voice behind them. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SocketClient } from "./socket_client.ts";
import { startStub, type Stub } from "./stub_ollama.ts";
import { TestServer } from "./test_server.ts";
import { until } from "./until.ts";
import type { EarlyAnswer } from "@/lib/chat/early_answers.ts";
import type { Session } from "@/lib/chat/session.ts";
import { OWNER } from "@/lib/principal.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";

const ANSWER = "Hello there, my dear friend. How was your day? I have waited for you all morning.";

type Frame<Type extends ServerFrame["type"]> = Extract<ServerFrame, { type: Type }>;

/** A page, and the session it is in, as whoever hears its microphone has it. */
class Scene implements AsyncDisposable {
  readonly server: TestServer;
  readonly client: SocketClient<ServerFrame>;
  readonly session: Session;

  private constructor(server: TestServer, client: SocketClient<ServerFrame>, session: Session) {
    this.server = server;
    this.client = client;
    this.session = session;
  }

  static async open(server: TestServer): Promise<Scene> {
    const client = await SocketClient.open<ServerFrame>(server.socketUrl, SUBPROTOCOL);
    client.send({ type: "hello" });
    const { session } = await client.next("welcome");
    client.send({ type: "voice", on: true });
    // What is asked next is asked after that.
    client.send({ type: "call", id: "listens", method: "turns.timings", params: {} });
    await client.next("result");
    return new Scene(server, client, await server.services.chat.sessions.open(OWNER, session));
  }

  async prepare(turn: string, text: string): Promise<EarlyAnswer> {
    const early = await this.server.services.chat.sessions.prepare(this.session, turn, text);
    assert(early !== undefined, "it is begun");
    return early;
  }

  prompt(turn: string, text: string): Promise<void> {
    return this.server.services.chat.sessions.prompt(this.session, turn, text);
  }

  all<Type extends ServerFrame["type"]>(type: Type): Frame<Type>[] {
    return this.client.received.filter((frame): frame is Frame<Type> => frame.type === type);
  }

  /** The frames of turns. */
  get told(): string[] {
    return this.client.received.filter((frame) => "turn" in frame).map(({ type }) => type);
  }

  metrics(): Promise<string> {
    return this.server.services.chat.metrics.page().then((page) => page.text());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }
}

/** The question number `index` that the model's server was asked. */
async function asked(stub: Stub, index: number) {
  const questions = () => stub.requests.filter(({ path }) => path === "/api/chat");
  await until(`question ${index}`, () => questions().length > index, { every: 1 });
  return questions()[index]!;
}

Deno.test("an early answer that is dropped ends Ollama's writing at once, and leaves nothing", async () => {
  await using stub = startStub({ behaviour: { answer: "so ".repeat(1_000), rate: 100 } });
  await using server = await TestServer.open({ env: { OLLAMA_HOST: stub.url } });
  await using scene = await Scene.open(server);
  const early = await scene.prepare("t", "so I thought");
  const question = await asked(stub, 0);
  await until("it is being written", () => stub.active() === 1, { every: 1 });
  early.drop();
  await question.closed;
  assertEquals([question.finished, stub.active(), scene.told, scene.session.conversation.turns], [false, 0, [], []]);
  assertEquals(await server.services.chat.conversations.list(OWNER), []);
  const page = await scene.metrics();
  assertStringIncludes(page, 'vtuber_early_answers_total{event="dropped"} 1');
  for (const name of ["vtuber_turns_total{", "vtuber_turn_stage_seconds_count{", "vtuber_first_token_seconds_count{"]) {
    assert(!page.includes(name), `${name} counts nothing`);
  }
});

Deno.test("an early answer to the same words is told at once, and goes on; Ollama was asked once", async () => {
  await using stub = startStub({ behaviour: { answer: ANSWER, rate: 100 } });
  await using server = await TestServer.open({ env: { OLLAMA_HOST: stub.url } });
  await using scene = await Scene.open(server);
  await scene.prepare("t", "hello how are you");
  await until("it is being written", () => stub.active() === 1, { every: 1 });
  assertEquals(scene.told, []);
  await scene.prompt("t", "Hello, how are you?");
  await scene.client.next("end");
  assertEquals(scene.all("chunk").map(({ data }) => data).join(""), ANSWER);
  assertEquals(scene.session.conversation.turns.map(({ prompt, text }) => [prompt, text]), [
    ["Hello, how are you?", ANSWER],
  ]);
  // The next question tells the model what was said, as it was said in the end.
  stub.set({ behaviour: { answer: "Fine." } });
  await scene.prompt("u", "And you?");
  const next = await asked(stub, 1);
  const { messages } = next.body as { messages: { role: string; content: string }[] };
  assertEquals(messages.slice(-3).map(({ content }) => content), ["Hello, how are you?", ANSWER, "And you?"]);
  await until("it has ended", () => scene.all("end").length === 2);
});

Deno.test("other words than those it was begun with are asked as ever", async () => {
  await using stub = startStub({ behaviour: { answer: (prompt) => `Of ${prompt}` } });
  await using server = await TestServer.open({ env: { OLLAMA_HOST: stub.url } });
  await using scene = await Scene.open(server);
  await scene.prepare("t", "I would like");
  await (await asked(stub, 0)).closed;
  await scene.prompt("t", "I would like some tea");
  await scene.client.next("end");
  assertEquals(scene.all("chunk").map(({ data }) => data).join(""), "Of I would like some tea");
  assertEquals(scene.session.conversation.turns.length, 1);
});

Deno.test("the built-in demo is asked early as well, and remembers nothing of what was dropped", async () => {
  await using server = await TestServer.open({ config: { llm: { provider: "demo" } } });
  await using scene = await Scene.open(server);
  (await scene.prepare("t", "my name is Rumpelstiltskin")).drop();
  await scene.prompt("t", "do you know my name");
  await scene.client.next("end");
  const text = () => scene.session.conversation.turns.at(-1)!.text;
  assert(!text().includes("Rumpelstiltskin"), text());
  await scene.prompt("u", "thank you");
  await until("it has ended", () => scene.all("end").length === 2);
  await scene.session.conversation.settled();
  await scene.prepare("v", "my name is Ada");
  await scene.prompt("v", "My name is Ada!");
  await until("it has ended", () => scene.all("end").length === 3);
  assertStringIncludes(text(), "Ada");
});
