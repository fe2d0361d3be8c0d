import { assertEquals } from "@std/assert";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import { FakeEnvironment, welcome } from "./fake_environment.ts";
import { ChatSocket, isFinal, socketUrl } from "./socket.ts";

function setUp() {
  const world = new FakeEnvironment();
  const states: string[] = [];
  const frames: ServerFrame[] = [];
  const faults: string[] = [];
  const socket = new ChatSocket("ws://page/ws", {
    hello: () => ({ type: "hello" }),
    frame: (frame) => frames.push(frame),
    change: ({ state }) => states.push(state),
    fault: (error) => faults.push(error.message),
  }, world);
  function open() {
    world.line.accept();
    world.line.receive(welcome());
  }
  return { world, socket, states, frames, faults, open };
}

Deno.test("ChatSocket says hello first and is open at the server's first frame", () => {
  const { world, socket, states, frames } = setUp();
  socket.start();
  assertEquals([world.line.url, world.line.protocol], ["ws://page/ws", "vtuber.v2"]);
  assertEquals(socket.send({ type: "reset" }), false);
  world.line.accept();
  assertEquals(world.line.sent, [{ type: "hello" }]);
  world.line.receive(welcome());
  assertEquals(states, ["connecting", "open"]);
  assertEquals(frames, [welcome()]);
  assertEquals(socket.send({ type: "reset" }), true);
  assertEquals(world.line.sent, [{ type: "hello" }, { type: "reset" }]);
});

Deno.test("ChatSocket comes back after growing waits when the line is lost", () => {
  const { world, socket, states, open } = setUp();
  socket.start();
  for (const wait of [750, 1000, 1500, 2500]) {
    world.line.lose();
    const lines = world.lines.length;
    world.advance(wait - 1);
    assertEquals(world.lines.length, lines, `before ${wait} ms`);
    world.advance(1);
    assertEquals(world.lines.length, lines + 1, `after ${wait} ms`);
  }
  open();
  world.line.lose();
  assertEquals(socket.connection, { state: "waiting", retryAt: world.now() + 750 });
  assertEquals(states.at(-2), "open");
});

Deno.test("ChatSocket waits longer each time that the server turns it away", () => {
  const { world, socket } = setUp();
  socket.start();
  for (const wait of [750, 1000, 1500]) {
    world.line.accept();
    world.line.receive({ type: "error", code: "too_many", message: "Too many sockets are open" });
    world.line.lose(1013);
    assertEquals(socket.connection, { state: "waiting", retryAt: world.now() + wait });
    world.advance(wait);
  }
});

Deno.test("ChatSocket ignores what an older line still says", () => {
  const { world, socket, states, frames, open } = setUp();
  socket.start();
  const old = world.line;
  const late = { message: old.onmessage, close: old.onclose };
  old.lose();
  world.advance(750);
  open();
  late.message?.(new MessageEvent("message", { data: JSON.stringify(welcome({ session: "old" })) }));
  late.close?.(new CloseEvent("close", { code: 4401 }));
  assertEquals(frames, [welcome()]);
  assertEquals(states, ["connecting", "waiting", "connecting", "open"]);
});

Deno.test("ChatSocket gives up a line that does not come up within 10 s", () => {
  const { world, socket } = setUp();
  socket.start();
  world.line.accept();
  world.advance(9_999);
  assertEquals(socket.connection.state, "connecting");
  world.advance(1);
  assertEquals(socket.connection.state, "waiting");
  assertEquals(world.lines[0]?.closed, true);
});

Deno.test("ChatSocket gives up a line that is silent for 40 s, and a ping is not silence", () => {
  const { world, socket, frames, open } = setUp();
  socket.start();
  open();
  for (let i = 0; i < 5; i++) {
    world.advance(30_000);
    world.line.receive({ type: "ping" });
  }
  assertEquals(socket.connection.state, "open");
  world.advance(39_999);
  assertEquals(socket.connection.state, "open");
  world.advance(1);
  assertEquals(socket.connection.state, "waiting");
  assertEquals(frames.length, 1);
});

Deno.test("ChatSocket tries at once when the page wakes", () => {
  const { world, socket, open } = setUp();
  socket.start();
  world.line.lose();
  world.wake();
  assertEquals(world.lines.length, 2);
  open();
  world.wake();
  assertEquals(world.lines.length, 2);
  world.sleep(40_000);
  world.wake();
  assertEquals(world.lines.length, 3);
});

Deno.test("ChatSocket stays closed after a close code that means no, until retry()", () => {
  const { world, socket } = setUp();
  socket.start();
  world.line.lose(4403);
  assertEquals(socket.connection, { state: "closed", code: 4403, reason: "" });
  world.wake();
  world.advance(60_000);
  assertEquals(world.lines.length, 1);
  socket.retry();
  assertEquals(world.lines.length, 2);
});

Deno.test("ChatSocket reports a frame it cannot read and keeps the line", () => {
  const { world, socket, faults, open } = setUp();
  socket.start();
  open();
  world.line.receiveText("{");
  world.line.receiveText('{"type":"fireworks"}');
  assertEquals(faults, ["Cannot read the server's frame as JSON"]);
  assertEquals(socket.connection.state, "open");
});

Deno.test("ChatSocket leaves nothing behind when disposed", () => {
  const { world, socket, open } = setUp();
  socket.start();
  open();
  socket.dispose();
  world.advance(600_000);
  assertEquals([world.lines.length, world.line.closed, world.wakers], [1, true, 0]);
});

Deno.test("isFinal() holds for 4400 to 4499", () => {
  for (
    const [code, expected] of [[1000, false], [1006, false], [4399, false], [4400, true], [4499, true], [
      4500,
      false,
    ]] as const
  ) {
    assertEquals(isFinal(code), expected, String(code));
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
