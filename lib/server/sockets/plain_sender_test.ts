import { assertEquals } from "@std/assert";
import { PlainSender } from "./plain_sender.ts";

/** A socket whose buffer the test fills and empties. */
class FakeSocket extends EventTarget {
  bufferedAmount = 0;
  readyState: number = WebSocket.OPEN;
  readonly sent: string[] = [];
  closedWith: number | undefined;
  #sent = Promise.withResolvers<void>();

  send(text: string): void {
    this.sent.push(JSON.parse(text).data);
    this.#sent.resolve();
  }

  close(code: number): void {
    this.closedWith = code;
    this.readyState = WebSocket.CLOSING;
  }

  /** Resolves when something has been sent since the last call. */
  async more(): Promise<void> {
    await this.#sent.promise;
    this.#sent = Promise.withResolvers();
  }
}

function open(
  backlogBytes: number,
): { socket: FakeSocket; sender: PlainSender; given: { up: number }; say(data: string): void } {
  const socket = new FakeSocket();
  const given = { up: 0 };
  const sender = new PlainSender(socket as unknown as WebSocket, { backlogBytes, onGivenUp: () => given.up++ });
  return { socket, sender, given, say: (data) => sender.send({ type: "chunk", data }) };
}

Deno.test("PlainLine keeps what a busy socket cannot take, and sends it in order, nothing joined", async () => {
  const { socket, sender, given, say } = open(1_000);
  say("1");
  await socket.more();
  socket.bufferedAmount = 300_000;
  say("2");
  say("3");
  assertEquals(socket.sent, ["1"]);
  socket.bufferedAmount = 0;
  say("4");
  await socket.more();
  assertEquals(socket.sent, ["1", "2", "3", "4"]);
  say("5");
  assertEquals([socket.sent.at(-1), given.up], ["5", 0]);
  sender.dispose();
});

Deno.test("PlainLine closes the socket of a client that leaves more unread than the limit, once", () => {
  const { socket, given, say } = open(1_000);
  socket.bufferedAmount = 300_000;
  for (let i = 0; i < 20; i++) say("x".repeat(100));
  assertEquals([socket.sent, socket.closedWith, given.up], [[], 1013, 1]);
});
