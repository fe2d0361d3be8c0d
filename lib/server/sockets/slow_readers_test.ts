/** Clients that connect and never read: they cost bounded memory, and nobody else notices. */
import { assert, assertEquals } from "@std/assert";
import { STATUS } from "./chat_server_fixture.ts";
import { FakeModel } from "@/lib/chat/fake_model.ts";
import { type Chat, openChat } from "@/lib/server/chat.ts";
import { MemoryStore } from "@/lib/store/store.ts";
import { upgradeSocket } from "./upgrade.ts";
import { type Config, configSchema } from "@/lib/config/schema.ts";
import { OWNER } from "@/lib/principal.ts";
import type { PlainMessage } from "@/lib/protocol/plain.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";
import { SocketClient } from "@/tests/socket_client.ts";
import { until } from "@/tests/until.ts";

/** More than the kernel keeps for a connection, in pieces of this many characters. */
const PIECE = "x".repeat(100_000);
const PIECES = 300;

class SlowReadersServer {
  readonly model = new FakeModel();
  readonly sockets: WebSocket[] = [];
  readonly chat: Chat;
  readonly server: Deno.HttpServer<Deno.NetAddr>;

  constructor(limits: Partial<Config["limits"]> = {}) {
    this.chat = openChat({
      epoch: 1,
      model: () => "m",
      languageModel: this.model,
      store: new MemoryStore(),
      limits: { ...configSchema.parse({}).limits, ...limits },
      request: (turns) => ({ model: "m", messages: [{ role: "user", content: turns.at(-1)!.prompt }] }),
      status: () => STATUS,
    });
    this.server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request, { remoteAddr }) =>
        upgradeSocket(request, this.chat.sockets, {
          principal: OWNER,
          address: remoteAddr.hostname,
          upgrade: (options) => {
            const upgraded = Deno.upgradeWebSocket(request, options);
            this.sockets.push(upgraded.socket);
            return upgraded;
          },
        }),
    );
  }

  /** Resolves when the server's end of socket number `index` has closed. */
  async left(index: number): Promise<void> {
    const socket = this.sockets[index]!;
    if (socket.readyState === WebSocket.CLOSED) return;
    await new Promise((resolve) => socket.addEventListener("close", resolve));
  }

  open<Message extends { type: string }>(protocol?: string): Promise<SocketClient<Message>> {
    return SocketClient.open(`ws://127.0.0.1:${this.server.addr.port}`, protocol);
  }

  /** A client that upgrades, sends text frames, and reads nothing more. */
  async openDeaf(protocol?: string): Promise<{ send(text: string): Promise<void> } & Disposable> {
    const connection = await Deno.connect({ port: this.server.addr.port, hostname: "127.0.0.1" });
    const offer = protocol === undefined ? "" : `Sec-WebSocket-Protocol: ${protocol}\r\n`;
    const head = `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${offer}\r\n`;
    await connection.write(new TextEncoder().encode(head));
    await connection.read(new Uint8Array(1_000));
    return {
      async send(text: string) {
        const body = new TextEncoder().encode(text);
        assert(body.length < 126, "this client knows short frames only");
        // FIN and text, the mask bit and the length, a mask of zeros.
        await connection.write(new Uint8Array([0x81, 0x80 | body.length, 0, 0, 0, 0, ...body]));
      },
      [Symbol.dispose]: () => connection.close(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.chat.close();
    await this.server.shutdown();
  }
}

Deno.test("plain: whoever never reads is given up: the generation ends, what waited is dropped", async () => {
  await using server = new SlowReadersServer({ backlogBytes: 1_000_000 });
  {
    using deaf = await server.openDeaf();
    await deaf.send("hi");
    const answer = await server.model.answer(0);
    const ended = new Promise((resolve) => answer.signal.addEventListener("abort", resolve));
    for (let i = 0; i < PIECES && !answer.signal.aborted; i++) {
      answer.say(PIECE);
      // Each piece on its way before the next, as words come from a model.
      await new Promise((resolve) => setTimeout(resolve));
    }
    await ended;
    const { bufferedAmount } = server.sockets[0]!;
    assert(bufferedAmount < 1_000_000, `${bufferedAmount} bytes are still in the socket`);
    assertEquals(server.chat.sockets.connectionLimiter.taken, 1);
  }
  await server.left(0);
  assertEquals([server.chat.connections.size, server.chat.sockets.connectionLimiter.taken], [0, 0]);
  const probe = await server.open<PlainMessage>();
  probe.send("still there?");
  (await server.model.answer(1)).end();
  await probe.next("end");
  await probe.close();
});

Deno.test("v2: whoever never reads holds up nobody, and its socket holds little", async () => {
  await using server = new SlowReadersServer();
  const other = await server.open<ServerFrame>(SUBPROTOCOL);
  other.send({ type: "hello" });
  const { session } = await other.next("welcome");
  {
    using deaf = await server.openDeaf(SUBPROTOCOL);
    await deaf.send(JSON.stringify({ type: "hello", session }));
    other.send({ type: "prompt", turn: "t", text: "hi" });
    const answer = await server.model.answer(0);
    for (let i = 0; i < PIECES; i++) {
      answer.say(PIECE);
      await other.next("chunk", other.received.length);
    }
    answer.end();
    await other.next("end");
    const length = other.received.reduce((sum, frame) => sum + (frame.type === "chunk" ? frame.data.length : 0), 0);
    assertEquals(length, PIECES * PIECE.length);
    const { bufferedAmount } = server.sockets[1]!;
    assert(bufferedAmount < 3_000_000, `${bufferedAmount} bytes are still in the socket`);
  }
  await server.left(1);
  await other.close();
});

Deno.test("v2: whoever asks without end and never reads the answers is closed", async () => {
  await using server = new SlowReadersServer({ backlogBytes: 65_536 });
  {
    using deaf = await server.openDeaf(SUBPROTOCOL);
    await deaf.send(JSON.stringify({ type: "hello" }));
    const socket = server.sockets[0]!;
    const isClosed = () => socket.readyState !== WebSocket.OPEN;
    await until("it is closed", async () => {
      // Many at once: the kernel holds more than the backlog.
      for (let i = 0; i < 1_000 && !isClosed(); i++) await deaf.send("not a frame");
      return isClosed();
    });
    assert(socket.bufferedAmount < 200_000, `${socket.bufferedAmount} bytes are still in the socket`);
  }
  await server.left(0);
});

Deno.test("a socket too many is told why, and closed with 1013", async () => {
  await using server = new SlowReadersServer({ socketsPerAddress: 1 });
  const first = await server.open<PlainMessage>();
  const plain = await server.open<PlainMessage>();
  assertEquals((await plain.next("error")).message.includes("limits.socketsPerAddress"), true);
  assertEquals((await plain.closed()).code, 1013);
  const v2 = await server.open<ServerFrame>(SUBPROTOCOL);
  assertEquals((await v2.next("error")).code, "too_many");
  assertEquals((await v2.closed()).code, 1013);
  await first.close();
  await server.left(0);
  const again = await server.open<PlainMessage>();
  again.send("hi");
  (await server.model.answer(0)).end();
  await again.next("end");
  await again.close();
});

Deno.test("clients that vanish in the middle of the upgrade leave their places", async () => {
  await using server = new SlowReadersServer();
  for (let i = 0; i < 20; i++) (await server.openDeaf())[Symbol.dispose]();
  await Promise.all(server.sockets.map((_, index) => server.left(index)));
  assertEquals([server.sockets.length, server.chat.connections.size, server.chat.sockets.connectionLimiter.taken], [
    20,
    0,
    0,
  ]);
});

Deno.test("an upgrade without its headers is a 400, and takes no place", async () => {
  await using server = new SlowReadersServer();
  using connection = await Deno.connect({ port: server.server.addr.port, hostname: "127.0.0.1" });
  await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n"));
  const head = new Uint8Array(12);
  await connection.read(head);
  assertEquals(new TextDecoder().decode(head), "HTTP/1.1 400");
  assertEquals(server.chat.sockets.connectionLimiter.taken, 0);
});
