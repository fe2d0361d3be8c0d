import { assertEquals } from "@std/assert";
import { isServable, plainParts } from "./paths.ts";

Deno.test("plainParts() decodes names, and takes no other", () => {
  assertEquals(plainParts("a/b%20c/%E8%AA%9E.png"), ["a", "b c", "語.png"]);
  for (const path of ["", "a//b", "a/", "..", "a/%2e%2e/b", ".git", "a%2fb", "a%5cb", "a%00", "c%3A", "%zz", "%"]) {
    assertEquals(plainParts(path), undefined, path);
  }
});

Deno.test("isServable() refuses what no page and no file of ours is called", () => {
  for (const path of ["/", "/ws", "//styles.css", "/_fresh/js/1/a.js", "/model/motions/", "/%E8%AA%9E"]) {
    assertEquals(isServable(path), true, path);
  }
  for (
    const path of ["/.env", "/a/.git/config", "/%2e%2e/x", "/a%2fb", "/x%00", "/%zz", "/_fresh/js/1/metafile.json"]
  ) {
    assertEquals(isServable(path), false, path);
  }
});
