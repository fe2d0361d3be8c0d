import { assertEquals } from "@std/assert";
import { FakeStorage } from "@/web/connection/fake_environment.ts";
import { PageStorage } from "./storage.ts";

Deno.test("PageStorage keeps session and draft", () => {
  const webStorage = new FakeStorage();
  const storage = new PageStorage(() => webStorage);
  storage.session = "s1";
  storage.draft = "半分";
  const reloaded = new PageStorage(() => webStorage);
  assertEquals([reloaded.session, reloaded.draft], ["s1", "半分"]);
  reloaded.draft = "";
  reloaded.session = null;
  assertEquals(webStorage.length, 0);
});

Deno.test("PageStorage gives unsent prompts in the order they were written, from every tab", () => {
  const webStorage = new FakeStorage();
  new PageStorage(() => webStorage).saveUnsent({ turn: "b", text: "second", at: 2 });
  new PageStorage(() => webStorage).saveUnsent({ turn: "a", text: "first", at: 1 });
  webStorage.setItem("vtuber:unsent:broken", "{");
  webStorage.setItem("another", "value");
  const storage = new PageStorage(() => webStorage);
  assertEquals(storage.unsentPrompts(), [{ turn: "a", text: "first", at: 1 }, { turn: "b", text: "second", at: 2 }]);
  storage.removeUnsent("a");
  assertEquals(storage.unsentPrompts().map(({ turn }) => turn), ["b"]);
});

Deno.test("PageStorage works without storage", () => {
  const forbidden = new PageStorage(() => {
    throw new DOMException("Forbidden", "SecurityError");
  });
  const full = new PageStorage(() =>
    Object.assign(new FakeStorage(), {
      setItem() {
        throw new DOMException("Full", "QuotaExceededError");
      },
    })
  );
  for (const storage of [forbidden, full]) {
    storage.draft = "text";
    storage.saveUnsent({ turn: "a", text: "x", at: 1 });
    storage.removeUnsent("a");
    assertEquals([storage.draft, storage.session, storage.unsentPrompts()], ["", null, []]);
  }
});

Deno.test("A2: two servers below one host's paths do not share what they remember", () => {
  const store = new FakeStorage();
  const [one, other] = [new PageStorage(() => store, "/one"), new PageStorage(() => store, "/other")];
  one.session = "s1";
  one.saveUnsent({ turn: "t1", text: "Hello", at: 1 });
  assertEquals([one.session, other.session], ["s1", null]);
  assertEquals([one.unsentPrompts().length, other.unsentPrompts().length], [1, 0]);
});
