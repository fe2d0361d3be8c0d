import type { CallFrame } from "@/lib/protocol/v2.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { CallClient, CallError } from "./call_client.ts";

function setUp({ open = true } = {}) {
  const sent: CallFrame[] = [];
  const line = { up: open };
  const calls = new CallClient((frame) => line.up && sent.push(frame) > 0);
  if (open) calls.connected();
  return { calls, sent, line };
}

Deno.test("CallClient gives each call the answer of its id", async () => {
  const { calls, sent } = setUp();
  const first = calls.call("conversations.list", { query: "tea" });
  const second = calls.call("settings.write", { changes: [] });
  assertEquals(sent, [
    { type: "call", id: "call-1", method: "conversations.list", params: { query: "tea" } },
    { type: "call", id: "call-2", method: "settings.write", params: { changes: [] } },
  ]);
  calls.receive({ type: "result", id: "call-2", value: { restart: true } });
  calls.receive({ type: "result", id: "call-1", value: [] });
  calls.receive({ type: "result", id: "call-9", value: "nobody's" });
  assertEquals([await first, await second], [[], { restart: true }]);
});

Deno.test("CallClient rejects with the server's reason", async () => {
  const { calls } = setUp();
  const call = calls.call("conversations.open", { conversation: "x" });
  calls.receive({ type: "refused", id: "call-1", code: "not_found", message: "Gone", hint: "Look elsewhere" });
  const error = await assertRejects(() => call, CallError, "Gone");
  assertEquals(error.error, { code: "not_found", message: "Gone", hint: "Look elsewhere" });
});

Deno.test("CallClient passes progress on until the call ends", async () => {
  const { calls } = setUp();
  const seen: unknown[] = [];
  const call = calls.call("llm.pull", { model: "m" }, { onProgress: (progress) => seen.push(progress.completed) });
  for (const completed of [1, 2]) {
    calls.receive({ type: "progress", id: "call-1", value: { status: "pulling", total: 9, completed } });
  }
  calls.receive({ type: "result", id: "call-1", value: null });
  calls.receive({ type: "progress", id: "call-1", value: { status: "late", completed: 3 } });
  await call;
  assertEquals(seen, [1, 2]);
});

Deno.test("CallClient cancels a call when its signal is aborted", async () => {
  const { calls, sent } = setUp();
  const stop = new AbortController();
  const call = calls.call("llm.pull", { model: "m" }, { signal: stop.signal });
  stop.abort();
  await assertRejects(() => call, DOMException);
  assertEquals(sent.at(-1), { type: "cancel", id: "call-1" });
  await assertRejects(() => calls.call("context.use", {}, { signal: stop.signal }), DOMException);
  assertEquals(sent.length, 2);
});

Deno.test("CallClient sends what only reads again when the line breaks, and rejects the rest", async () => {
  const { calls, sent, line } = setUp();
  const list = calls.call("conversations.list", {});
  const rename = calls.call("conversations.rename", { conversation: "c", title: "t" });
  line.up = false;
  calls.disconnected();
  const error = await assertRejects(() => rename, CallError);
  assertEquals(error.code, "offline");
  line.up = true;
  calls.connected();
  assertEquals(sent.map(({ id }) => id), ["call-1", "call-2", "call-1"]);
  calls.connected();
  assertEquals(sent.length, 3, "another welcome on the same line sends nothing again");
  calls.receive({ type: "result", id: "call-1", value: [] });
  assertEquals(await list, []);
});

Deno.test("CallClient waits for a line only with what only reads", async () => {
  const { calls, sent } = setUp({ open: false });
  await assertRejects(() => calls.call("conversations.delete", { conversation: "c" }), CallError);
  const use = calls.call("context.use", {});
  assertEquals(sent, []);
  calls.dispose();
  await assertRejects(() => use, CallError);
});
