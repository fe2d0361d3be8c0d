import { assertEquals } from "@std/assert";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import { FakeEnvironment, welcome } from "./fake_environment.ts";
import { ChatSocket, isPermanentClose, socketUrl } from "./chat_socket.ts";

function setUp() {
  const environment = new FakeEnvironment();
  const states: string[] = [];
  const frames: ServerFrame[] = [];
  const faults: string[] = [];
  const socket = new ChatSocket("ws://page/ws", {
    hello: () => ({ type: "hello" }),
    onFrame: (frame) => frames.push(frame),
    onConnection: ({ state }) => states.push(state),
    onInvalidFrame: (error) => faults.push(error.message),
  }, environment);
  function open() {
    environment.socket.accept();
    environment.socket.receive(welcome());
  }
  return { environment, socket, states, frames, faults, open };
}

Deno.test("ChatSocket says hello first and is open at the server's first frame", () => {
  const { environment, socket, states, frames } = setUp();
  socket.start();
  assertEquals([environment.socket.url, environment.socket.protocol], ["ws://page/ws", "vtuber.v2"]);
  assertEquals(socket.send({ type: "reset" }), false);
  environment.socket.accept();
  assertEquals(environment.socket.sent, [{ type: "hello" }]);
  environment.socket.receive(welcome());
  assertEquals(states, ["connecting", "open"]);
  assertEquals(frames, [welcome()]);
  assertEquals(socket.send({ type: "reset" }), true);
  assertEquals(environment.socket.sent, [{ type: "hello" }, { type: "reset" }]);
});

Deno.test("ChatSocket comes back after growing waits when the line is lost", () => {
  const { environment, socket, states, open } = setUp();
  socket.start();
  for (const wait of [750, 1000, 1500, 2500]) {
    environment.socket.drop();
    const lines = environment.sockets.length;
    environment.advance(wait - 1);
    assertEquals(environment.sockets.length, lines, `before ${wait} ms`);
    environment.advance(1);
    assertEquals(environment.sockets.length, lines + 1, `after ${wait} ms`);
  }
  open();
  environment.socket.drop();
  assertEquals(socket.connection, { state: "waiting", retryAt: environment.now() + 750 });
  assertEquals(states.at(-2), "open");
});

Deno.test("ChatSocket waits longer each time that the server turns it away", () => {
  const { environment, socket } = setUp();
  socket.start();
  for (const wait of [750, 1000, 1500]) {
    environment.socket.accept();
    environment.socket.receive({ type: "error", code: "too_many", message: "Too many sockets are open" });
    environment.socket.drop(1013);
    assertEquals(socket.connection, { state: "waiting", retryAt: environment.now() + wait });
    environment.advance(wait);
  }
});

Deno.test("ChatSocket ignores what an older line still says", () => {
  const { environment, socket, states, frames, open } = setUp();
  socket.start();
  const old = environment.socket;
  const late = { message: old.onmessage, close: old.onclose };
  old.drop();
  environment.advance(750);
  open();
  late.message?.(new MessageEvent("message", { data: JSON.stringify(welcome({ session: "old" })) }));
  late.close?.(new CloseEvent("close", { code: 4401 }));
  assertEquals(frames, [welcome()]);
  assertEquals(states, ["connecting", "waiting", "connecting", "open"]);
});

Deno.test("ChatSocket gives up a line that does not come up within 10 s", () => {
  const { environment, socket } = setUp();
  socket.start();
  environment.socket.accept();
  environment.advance(9_999);
  assertEquals(socket.connection.state, "connecting");
  environment.advance(1);
  assertEquals(socket.connection.state, "waiting");
  assertEquals(environment.sockets[0]?.closed, true);
});

Deno.test("ChatSocket gives up a line that is silent for 40 s, and a ping is not silence", () => {
  const { environment, socket, frames, open } = setUp();
  socket.start();
  open();
  for (let i = 0; i < 5; i++) {
    environment.advance(30_000);
    environment.socket.receive({ type: "ping" });
  }
  assertEquals(socket.connection.state, "open");
  environment.advance(39_999);
  assertEquals(socket.connection.state, "open");
  environment.advance(1);
  assertEquals(socket.connection.state, "waiting");
  assertEquals(frames.length, 1);
});

Deno.test("ChatSocket tries at once when the page wakes", () => {
  const { environment, socket, open } = setUp();
  socket.start();
  environment.socket.drop();
  environment.wake();
  assertEquals(environment.sockets.length, 2);
  open();
  environment.wake();
  assertEquals(environment.sockets.length, 2);
  environment.sleep(40_000);
  environment.wake();
  assertEquals(environment.sockets.length, 3);
});

Deno.test("ChatSocket stays closed after a close code that means no, until retry()", () => {
  const { environment, socket } = setUp();
  socket.start();
  environment.socket.drop(4403);
  assertEquals(socket.connection, { state: "closed", code: 4403, reason: "" });
  environment.wake();
  environment.advance(60_000);
  assertEquals(environment.sockets.length, 1);
  socket.retry();
  assertEquals(environment.sockets.length, 2);
});

Deno.test("ChatSocket reports a frame it cannot read and keeps the line", () => {
  const { environment, socket, faults, open } = setUp();
  socket.start();
  open();
  environment.socket.receiveText("{");
  environment.socket.receiveText('{"type":"fireworks"}');
  assertEquals(faults, ["Cannot read the server's frame as JSON"]);
  assertEquals(socket.connection.state, "open");
});

Deno.test("ChatSocket leaves nothing behind when disposed", () => {
  const { environment, socket, open } = setUp();
  socket.start();
  open();
  socket.dispose();
  environment.advance(600_000);
  assertEquals([environment.sockets.length, environment.socket.closed, environment.wakers], [1, true, 0]);
});

Deno.test("isPermanentClose() holds for 4400 to 4499", () => {
  for (
    const [code, expected] of [[1000, false], [1006, false], [4399, false], [4400, true], [4499, true], [
      4500,
      false,
    ]] as const
  ) {
    assertEquals(isPermanentClose(code), expected, String(code));
  }
});

Deno.test("socketUrl() puts the page's own address before the configured path", () => {
  const cases: [protocol: string, host: string, configured: string, expected: string][] = [
    ["http:", "localhost:8000", "ws://127.0.0.1:8000/ws", "ws://localhost:8000/ws"],
    ["http:", "192.168.1.5:9000", "ws://127.0.0.1:8000/ws", "ws://192.168.1.5:9000/ws"],
    ["https:", "me.example", "ws://127.0.0.1:8000/chat/socket", "wss://me.example/chat/socket"],
    ["http:", "[::1]:8000", "ws://127.0.0.1:8000/ws", "ws://[::1]:8000/ws"],
  ];
  for (const [protocol, host, configured, expected] of cases) {
    assertEquals(socketUrl(configured, { protocol, host }), expected);
  }
});

Deno.test("ChatSocket drops sound that could not go out at once, and words wait", () => {
  const { environment, socket, open } = setUp();
  socket.start();
  const sound = new Uint8Array(16);
  assertEquals(socket.sendSound(sound), false);
  open();
  assertEquals(socket.sendSound(sound), true);
  environment.socket.bufferedAmount = 1_000_000;
  assertEquals([socket.sendSound(sound), socket.send({ type: "reset" })], [false, true]);
  environment.socket.bufferedAmount = 0;
  assertEquals(socket.sendSound(sound), true);
  assertEquals(environment.socket.sounds.length, 2);
});

Deno.test("ChatSocket sends nothing to a line that has ended, before the browser tells so", () => {
  const { environment, socket, open } = setUp();
  socket.start();
  environment.socket.readyState = WebSocket.CLOSED;
  environment.socket.accept();
  assertEquals(environment.socket.sent, []);
  environment.socket.readyState = WebSocket.OPEN;
  open();
  for (const readyState of [WebSocket.CLOSING, WebSocket.CLOSED]) {
    environment.socket.readyState = readyState;
    assertEquals([socket.send({ type: "reset" }), socket.sendSound(new Uint8Array(1))], [false, false]);
  }
  assertEquals([environment.socket.sent, environment.socket.sounds], [[{ type: "hello" }], []]);
});
