import { assertEquals } from "@std/assert";
import { FakeStorage } from "@/web/connection/fake_environment.ts";
import { PageStorage } from "@/web/browser/storage.ts";
import type { ClientFrame } from "@/lib/protocol/v2.ts";
import { Outbox } from "./outbox.ts";

Deno.test("Outbox tells how much was heard of an answer that has ended, also where its line ended first", () => {
  const storage = new FakeStorage();
  const sent: ClientFrame[] = [];
  let hasLine = false;
  const outbox = new Outbox({
    storage: new PageStorage(() => storage),
    turns: () => [{ turn: "a", prompt: "Hi", text: "Hello there", thinking: "", state: "done", reason: "stop" }],
    send: (frame) => hasLine && sent.push(frame) > 0,
    now: () => 0,
  });
  outbox.open();
  outbox.stopNow({ turn: "a", heard: 5 });
  hasLine = true;
  for (let line = 0; line < 2; line++) {
    outbox.close();
    outbox.open();
  }
  assertEquals(sent, [{ type: "stop", turn: "a", heard: 5 }]);
});
