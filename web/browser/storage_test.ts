import { assertEquals } from "@std/assert";
import { FakeStorage } from "@/web/connection/fake_environment.ts";
import { Memory } from "./storage.ts";

Deno.test("Memory keeps session and draft", () => {
  const storage = new FakeStorage();
  const memory = new Memory(() => storage);
  memory.session = "s1";
  memory.draft = "半分";
  const reloaded = new Memory(() => storage);
  assertEquals([reloaded.session, reloaded.draft], ["s1", "半分"]);
  reloaded.draft = "";
  reloaded.session = null;
  assertEquals(storage.length, 0);
});

Deno.test("Memory gives unsent prompts in the order they were written, from every tab", () => {
  const storage = new FakeStorage();
  new Memory(() => storage).keep({ turn: "b", text: "second", at: 2 });
  new Memory(() => storage).keep({ turn: "a", text: "first", at: 1 });
  storage.setItem("vtuber:unsent:broken", "{");
  storage.setItem("another", "value");
  const memory = new Memory(() => storage);
  assertEquals(memory.unsent(), [{ turn: "a", text: "first", at: 1 }, { turn: "b", text: "second", at: 2 }]);
  memory.forget("a");
  assertEquals(memory.unsent().map(({ turn }) => turn), ["b"]);
});

Deno.test("Memory works without storage", () => {
  const forbidden = new Memory(() => {
    throw new DOMException("Forbidden", "SecurityError");
  });
  const full = new Memory(() =>
    Object.assign(new FakeStorage(), {
      setItem() {
        throw new DOMException("Full", "QuotaExceededError");
      },
    })
  );
  for (const memory of [forbidden, full]) {
    memory.draft = "text";
    memory.keep({ turn: "a", text: "x", at: 1 });
    memory.forget("a");
    assertEquals([memory.draft, memory.session, memory.unsent()], ["", null, []]);
  }
});

Deno.test("A2: two servers below one host's paths do not share what they remember", () => {
  const store = new FakeStorage();
  const [one, other] = [new Memory(() => store, "/one"), new Memory(() => store, "/other")];
  one.session = "s1";
  one.keep({ turn: "t1", text: "Hello", at: 1 });
  assertEquals([one.session, other.session], ["s1", null]);
  assertEquals([one.unsent().length, other.unsent().length], [1, 0]);
});
