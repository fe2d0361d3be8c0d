import { assertEquals } from "@std/assert";
import { withBase } from "./base_path.ts";

Deno.test("A2: withBase() puts a path below the base path, once", () => {
  assertEquals(withBase("", "/styles.css"), "/styles.css");
  assertEquals(withBase("/chat", "/styles.css?x"), "/chat/styles.css?x");
  assertEquals(withBase("/chat", "/chat/styles.css"), "/chat/styles.css");
  assertEquals(withBase("/chat", "/chatter.css"), "/chat/chatter.css");
  assertEquals(withBase("/chat", "/"), "/chat/");
});
