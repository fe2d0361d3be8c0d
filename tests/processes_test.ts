/** Several whole programs on one store and one bus, of which some die. */
import { assert, assertEquals } from "@std/assert";
import { setTimeout as pause } from "node:timers/promises";
import { makeHome } from "./home.ts";
import { jpeg } from "./jpeg.ts";
import { HAS_NATS, NatsServer } from "./nats.ts";
import { Program } from "./program.ts";
import { SocketClient } from "./socket_client.ts";
import { type Knobs, startStub, type Stub, type StubOptions } from "./stub_ollama.ts";
import { until, within } from "./until.ts";
import { openBus } from "@/lib/bus/open_bus.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";

type Client = SocketClient<ServerFrame>;

/** A bus, a language model, and programs that share a data folder. */
class Deployment implements AsyncDisposable {
  readonly programs: Program[] = [];

  private constructor(readonly nats: NatsServer, readonly stub: Stub, readonly folder: string) {}

  /** Two programs whose language model behaves like that, and is one of `models`. */
  static async start(
    behaviour: Knobs,
    limits: Record<string, number> = {},
    models?: StubOptions["models"],
  ): Promise<Deployment> {
    const stubbed = startStub({ behaviour, ...(models && { models }) });
    const deployment = new Deployment(await NatsServer.start(), stubbed, await makeHome());
    const { stub, nats, folder, programs } = deployment;
    for (let i = 0; i < 2; i++) {
      programs.push(
        await Program.start({
          config: { llm: { fallback: "none", ...(models?.[0] && { model: models[0].name }) }, limits },
          env: { OLLAMA_HOST: stub.url, VTUBER_BUS: nats.url },
          folder,
        }),
      );
    }
    await programs[0]!.until("vtuber_processes", (processes) => processes === 2);
    return deployment;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // First of all, for a program that is told to stop lets its answers end.
    await this.stub[Symbol.asyncDispose]();
    for (const program of this.programs) await program[Symbol.asyncDispose]();
    await this.nats[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function enter(program: Program, session?: string, after?: number) {
  const client: Client = await SocketClient.open(program.socketUrl, SUBPROTOCOL);
  client.send({ type: "hello", ...(session !== undefined && { session }), ...(after !== undefined && { after }) });
  const welcome = await client.next("welcome");
  return { client, welcome };
}

/** The text of a turn, by what a client has been sent: of the last whole conversation, and the frames since. */
function textOf({ received }: Client, turn: string): string {
  let text = "";
  for (const frame of received) {
    if (frame.type === "welcome" && !frame.resumed) text = frame.history.find((one) => one.turn === turn)?.text ?? "";
    if (frame.type === "chunk" && frame.turn === turn) text += frame.data;
  }
  return text;
}

function lastSeq({ received }: Client): number {
  return Math.max(...received.flatMap((frame) => "seq" in frame && frame.seq !== undefined ? [frame.seq] : []));
}

Deno.test({
  name: "a program that is killed is taken over from: nothing that was sent is lost, nothing comes twice",
  ignore: !HAS_NATS,
  fn: async () => {
    await using deployment = await Deployment.start({ tokens: 3_000, rate: 100 });
    const [a, b] = deployment.programs as [Program, Program];
    const one = await enter(a);
    const { session } = one.welcome;
    one.client.send({ type: "prompt", turn: "t1", text: "hi" });
    await one.client.next("chunk");
    const two = await enter(b, session);
    two.client.send({ type: "prompt", turn: "t2", text: "next" });
    await two.client.first((frame) => frame.type === "queued" && frame.turn === "t2", 0, "t2 is queued");
    await until("some text", () => textOf(one.client, "t1").length > 300);

    a.signal("SIGKILL");
    await a.ended();
    const seen = textOf(one.client, "t1");
    const after = lastSeq(one.client);
    const error = await two.client.first(
      (frame) => frame.type === "error" && frame.turn === "t1",
      0,
      "the interruption",
    );
    assert(error.type === "error" && error.code === "interrupted");
    const kept = textOf(two.client, "t1");
    assert(kept.startsWith(seen), "what one client was sent is what all are sent");

    // Its client comes back elsewhere, and is sent what it lacks alone.
    const again = await enter(b, session, after);
    assertEquals(again.welcome.resumed, true);
    await again.client.first((frame) => frame.type === "error" && frame.turn === "t1", 0, "the interruption");
    assertEquals(seen + textOf(again.client, "t1"), kept);
    await again.client.first((frame) => frame.type === "chunk" && frame.turn === "t2", 0, "the next answer");
    again.client.send({ type: "stop", turn: "t2" });
    await two.client.first((frame) => frame.type === "end" && frame.turn === "t2", 0, "the end of it");
    const seqs = two.client.received.flatMap((frame) => "seq" in frame && frame.seq !== undefined ? [frame.seq] : []);
    assertEquals(seqs, [...new Set(seqs)].toSorted((x, y) => x - y));
    await b.until("vtuber_conversations_held", (held) => held === 1);
  },
});

Deno.test({
  name: "a program that stands still for a while, with its connection, goes on with its answer where it was",
  ignore: !HAS_NATS,
  fn: async () => {
    await using deployment = await Deployment.start({ tokens: 3_000, rate: 100 });
    const [a, b] = deployment.programs as [Program, Program];
    await using bus = await openBus(deployment.nats.url);
    const one = await enter(a);
    one.client.send({ type: "prompt", turn: "t1", text: "hi" });
    await one.client.next("chunk");
    const two = await enter(b, one.welcome.session);
    await until("both have some text", () => textOf(two.client, "t1").length > 300);
    a.signal("SIGSTOP");
    let beats = 0;
    bus.hear("alive", () => beats++);
    await until("the other one has missed it for long", () => beats === 8);
    a.signal("SIGCONT");
    const { length } = textOf(two.client, "t1");
    await until("the answer goes on", () => textOf(two.client, "t1").length > length + 300);
    two.client.send({ type: "stop", turn: "t1" });
    const end = await two.client.first((frame) => frame.type === "end", 0, "the end");
    assertEquals(end.type === "end" && end.reason, "cancelled");
    assertEquals(two.client.received.some(({ type }) => type === "error"), false);
    assertEquals(await a.metric("vtuber_conversations_held"), 1);
  },
});

Deno.test({
  name: "without anybody who follows, a killed program's conversation is whole for whoever comes with it",
  ignore: !HAS_NATS,
  fn: async () => {
    await using deployment = await Deployment.start({ tokens: 3_000, rate: 100 });
    const [a, b] = deployment.programs as [Program, Program];
    const one = await enter(a);
    one.client.send({ type: "prompt", turn: "t1", text: "hi" });
    await until("some text", () => textOf(one.client, "t1").length > 300);
    a.signal("SIGKILL");
    await a.ended();
    const two = await enter(b, one.welcome.session, lastSeq(one.client));
    assertEquals(two.welcome.resumed, true);
    await two.client.first((frame) => frame.type === "error" && frame.turn === "t1", 0, "the interruption");
    two.client.send({ type: "prompt", turn: "t2", text: "next" });
    await two.client.first((frame) => frame.type === "chunk" && frame.turn === "t2", 0, "the next answer");
    const three = await enter(b, one.welcome.session);
    const [first] = three.welcome.history;
    assertEquals([first?.state, first?.error?.code], ["failed", "interrupted"]);
    assertEquals(first?.text, textOf(one.client, "t1") + textOf(two.client, "t1"));
  },
});

Deno.test({
  name: "a program that is told to stop lets its answer end, and leaves what waits to another one",
  ignore: !HAS_NATS,
  fn: async () => {
    await using deployment = await Deployment.start({ tokens: 300, rate: 100 });
    const [a, b] = deployment.programs as [Program, Program];
    const one = await enter(a);
    const idle = await enter(a);
    const { session } = one.welcome;
    one.client.send({ type: "prompt", turn: "t1", text: "hi" });
    one.client.send({ type: "prompt", turn: "t2", text: "next" });
    await one.client.next("chunk");
    a.signal("SIGTERM");
    assertEquals((await idle.client.closed()).code, 1001);
    await until("it is not ready any more", async () => {
      const response = await fetch(`${a.url}/readyz`);
      return (await response.json()).leaving === true;
    });
    const { code } = await one.client.closed();
    assertEquals([code, (await a.ended()).code], [1001, 0]);
    const two = await enter(b, session, lastSeq(one.client));
    await two.client.first((frame) => frame.type === "end" && frame.turn === "t2", 0, "what waited is answered");
    // Its page may have been closed just before it was told of the end.
    const end = [one, two].flatMap(({ client }) => client.received)
      .find((frame) => frame.type === "end" && frame.turn === "t1");
    assertEquals(end?.type === "end" && end.reason, "stop", "the answer came to its end");
    assertEquals(two.client.received.some((frame) => frame.type === "error"), false);
    assert(textOf(two.client, "t2").length > 1_000 || textOf(one.client, "t2") === "");
  },
});

Deno.test({
  name: "programs that lose the bus keep their pages, say so, and go on when it is there again",
  ignore: !HAS_NATS,
  fn: async () => {
    await using deployment = await Deployment.start({ tokens: 200, rate: 50 });
    const [a, b] = deployment.programs as [Program, Program];
    const one = await enter(a);
    one.client.send({ type: "prompt", turn: "t1", text: "hi" });
    await one.client.next("chunk");
    const two = await enter(b, one.welcome.session);
    await deployment.nats.stop();
    await one.client.first((frame) => frame.type === "error" && frame.code === "bus_lost");
    const late = await enter(a);
    for (const { client } of [two, late]) {
      await client.first((frame) => frame.type === "error" && frame.code === "bus_lost");
    }
    const response = await fetch(`${a.url}/readyz`);
    assertEquals([response.status, (await response.json()).bus], [503, { reachable: false }]);
    await deployment.nats.start();
    for (const { client } of [one, two, late]) {
      await client.first((frame) => frame.type === "recovered" && frame.code === "bus_lost");
    }
    for (const { client } of [one, two]) {
      const end = await client.first((frame) => frame.type === "end", 0, "the answer's end");
      assertEquals(end.type === "end" && end.reason, "stop");
    }
    assertEquals(textOf(two.client, "t1"), textOf(one.client, "t1"));
    two.client.send({ type: "prompt", turn: "t2", text: "and" });
    await one.client.first((frame) => frame.type === "chunk" && frame.turn === "t2", 0, "the next answer");
  },
});

Deno.test({
  name: "a program that is told to stop while the bus goes does not wait for it",
  ignore: !HAS_NATS,
  fn: async () => {
    await using deployment = await Deployment.start({ tokens: 3 });
    const [a] = deployment.programs as [Program, Program];
    const { client } = await enter(a);
    client.send({ type: "prompt", turn: "t1", text: "hi" });
    await client.next("end");
    deployment.nats.hang();
    a.signal("SIGTERM");
    await client.closed();
    // By now it has told the bus, which has heard nothing.
    await pause(500);
    await deployment.nats.stop();
    await within("it has ended", a.ended());
  },
});

Deno.test({
  name: "what an answer sounds like is heard at every program, wherever it is made",
  ignore: !HAS_NATS,
  fn: async () => {
    await using deployment = await Deployment.start({ answer: "Hello there, my dear friend. How was your day?" });
    const [a, b] = deployment.programs as [Program, Program];
    const one = await enter(a);
    one.client.send({ type: "prompt", turn: "t1", text: "hi" });
    await one.client.next("end");
    const two = await enter(b, one.welcome.session);
    two.client.send({ type: "voice", on: true });
    two.client.send({ type: "prompt", turn: "t2", text: "hi" });
    const spoken = await two.client.next("speech");
    assert(spoken.type === "speech" && spoken.url !== undefined);
    const [here, there] = await Promise.all([a, b].map(async ({ url }) => {
      const response = await fetch(url + spoken.url);
      assertEquals([response.status, response.headers.get("content-type")], [200, "audio/wav"]);
      return (await response.bytes()).slice(44);
    }));
    assert(here!.length > 1_000);
    assertEquals(there, here);
    const none = await fetch(b.url + spoken.url.replace(/[^/]+$/, "nothing"));
    assertEquals([none.status, await none.text()], [404, "There is no such sound any more\n"]);
  },
});

Deno.test({
  name: "a limit of answers at once holds over all programs, and a dead one's share comes back",
  ignore: !HAS_NATS,
  fn: async () => {
    await using deployment = await Deployment.start({ tokens: 5_000, rate: 50 }, { generations: 1 });
    const [a, b] = deployment.programs as [Program, Program];
    const one = await enter(a);
    one.client.send({ type: "prompt", turn: "t1", text: "hi" });
    // The other program knows of it a moment later.
    await until("a second of text", () => textOf(one.client, "t1").length > 200);
    const two = await enter(b);
    two.client.send({ type: "prompt", turn: "t2", text: "hi" });
    const error = await two.client.next("error");
    assertEquals(error.code, "too_many");
    a.signal("SIGKILL");
    await a.ended();
    await b.until("vtuber_processes", (processes) => processes === 1);
    two.client.send({ type: "prompt", turn: "t3", text: "hi" });
    await two.client.first((frame) => frame.type === "chunk" && frame.turn === "t3", 0, "an answer");
  },
});

Deno.test({
  name: "an image that is given at one program is seen at the other, and by the model that is asked after a takeover",
  ignore: !HAS_NATS,
  fn: async () => {
    const models = [{ name: "qwen2.5vl:latest", capabilities: ["completion", "vision"] }];
    await using deployment = await Deployment.start({ tokens: 3_000, rate: 100 }, {}, models);
    const [a, b] = deployment.programs as [Program, Program];
    const one = await enter(a);
    one.client.send({ type: "prompt", turn: "t1", text: "hi" });
    await one.client.next("chunk");
    const two = await enter(b, one.welcome.session);
    const bytes = jpeg(640, 480);
    const form = new FormData();
    form.append("file", new Blob([bytes]), "cat.jpg");
    const { id } = await (await fetch(`${a.url}/api/images`, { method: "POST", body: form })).json();
    one.client.send({ type: "prompt", turn: "t2", text: "What is this?", images: [{ id, name: "cat.jpg" }] });
    const queued = await two.client.first((frame) => frame.type === "queued" && frame.turn === "t2", 0, "t2 waits");
    assertEquals(queued.type === "queued" && queued.images, [{ id, width: 640, height: 480, name: "cat.jpg" }]);
    const seen = await fetch(`${b.url}/images/${id}`);
    assertEquals([seen.headers.get("content-type"), await seen.bytes()], ["image/jpeg", bytes]);
    const asked = deployment.stub.requests.length;

    a.signal("SIGKILL");
    await a.ended();
    await two.client.first((frame) => frame.type === "chunk" && frame.turn === "t2", 0, "the next answer");
    const shown = deployment.stub.requests.slice(asked).flatMap(({ images }) => images);
    assertEquals(shown.map((image) => new Uint8Array(image)), [bytes]);
    assertEquals(two.client.received.some((frame) => frame.type === "start" && frame.unseen === true), false);
    const three = await enter(b, one.welcome.session);
    assertEquals(three.welcome.history[1]?.images, [{ id, width: 640, height: 480, name: "cat.jpg" }]);
  },
});
